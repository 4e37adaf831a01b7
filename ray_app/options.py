"""Every setting of the pipeline and the bulk job: typed, frozen, refused when unknown or out of range.

The *type* of the engine options chooses the engine. Knows nothing of files and environment; config.py reads those.
"""

import hashlib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class Options(BaseModel):
    """Base of all options: frozen, and a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PrepareOptions(Options):
    """Bytes to pixels."""

    max_dimension: int = Field(
        2048,
        ge=256,
        le=10_000,
        description="Longer side after scaling down, in pixels. Higher reads smaller print, costs time and memory.",
    )
    max_pixels: int = Field(
        150_000_000, ge=1, description="Pages with more pixels are refused before decoding (decompression bombs)."
    )
    max_bytes: int = Field(256 * 1024 * 1024, ge=1, description="Files with more bytes are refused before decoding.")
    max_pages: int = Field(2_000, ge=1, description="Documents with more pages are refused.")
    pdf_dpi: int = Field(
        200, ge=72, le=600, description="Resolution at which PDF pages are rendered, before max_dimension."
    )
    max_skew_degrees: float = Field(
        15.0, ge=0.0, le=30.0, description="Largest tilt that is looked for and undone; 0 leaves pages as they are."
    )
    find_card: bool = Field(
        True,
        description="Look for a card or page lying on a counter, undo its perspective, and leave out text beside it.",
    )


class TesseractOptions(Options):
    """Tesseract 5, one thread."""

    kind: Literal["tesseract"] = "tesseract"
    api: Literal["tesserocr", "pytesseract"] = Field(
        "tesserocr", description="In-process library, or the program started once an image."
    )
    language: str = Field("eng", pattern=r"^[a-zA-Z_+]+$", description="Traineddata name; eng comes with the package.")
    psm: int = Field(3, ge=0, le=13, description="Tesseract's page segmentation mode; 3 finds columns by itself.")


class PaddleOptions(Options):
    """PP-OCRv6 through PaddleOCR on onnxruntime."""

    kind: Literal["paddle"] = "paddle"
    detector: Literal["small", "tiny"] = Field("small", description="Size of the text detector.")
    recognizer: Literal["small", "tiny"] = Field(
        "tiny", description="Size of the text recognizer that reads every line."
    )
    recognizer_weights: Literal["taught", "stock"] | Path = Field(
        "taught",
        description="taught: to read recipes (docs/recognizer.md). stock: as PaddleOCR gives them. "
        "Else a folder of what you taught yourself (make train-recognizer), there on every node.",
    )
    doubtful_below: float = Field(
        0.97,
        ge=0.0,
        le=1.0,
        description="A line that is read less surely is weighed with the language.",
    )
    second_below: float = Field(
        0.9,
        ge=0.0,
        le=1.0,
        description="A line of text that is read less surely is read by the second recognizer, too.",
    )
    second_amount_below: float = Field(
        0.95, ge=0.0, le=1.0, description="The same for a line that begins with an amount or is short."
    )
    second: Literal["small", "tiny"] | None = Field(
        "small",
        description="Recognizer that reads the most doubtful lines, too, with the same kind of weights; none: only one reads.",
    )
    second_int8: bool = Field(
        True,
        description="The second recognizer computes in eight bits on a CPU, where its weights come so: nearly twice as fast.",
    )
    second_share: float = Field(
        0.67,
        ge=0.0,
        le=1.0,
        description="What the second reading counts for in a doubtful line; the first has the rest.",
    )
    language: bool = Field(
        True, description="Weigh doubtful lines with how recipes in English are spelled; needs taught weights."
    )
    language_weight: float = Field(
        0.5, ge=0.0, le=2.0, description="What spelling counts for against the picture; more mends more and bends more."
    )
    amount_weight: float = Field(
        0.5, ge=0.0, le=2.0, description="What it counts for that an amount is common with its unit, among those seen."
    )
    detection_side: int = Field(
        960,
        ge=320,
        le=4096,
        description="Longer side at which lines are looked for, in pixels. Higher finds smaller print, costs time.",
    )
    batch_size: int = Field(
        1,
        ge=1,
        le=256,
        description="Lines of equal width a recognizer call. On a CPU 1 is as fast as 6 and takes 300 MB less; raise it on a GPU.",
    )
    threads: int = Field(1, ge=1, le=64, description="CPU threads; one a process is best in bulk.")
    device: str = Field(
        "auto", pattern=r"^(auto|cpu|gpu:\d+)$", description="auto follows the GPU that Ray assigned, else the CPU."
    )

    @model_validator(mode="after")
    def _same_characters(self) -> Self:
        if self.recognizer_weights == "stock" and (self.language or self.second):
            raise ValueError(
                "stock weights read each line once and as it stands: set language to false and second to null, "
                "or recognizer_weights to taught"
            )
        if self.second and not self.language:
            raise ValueError("two readings are weighed with the language: set language to true, or second to null")
        return self


class EasyOptions(Options):
    """EasyOCR (extra: easyocr)."""

    kind: Literal["easyocr"] = "easyocr"
    threads: int = Field(1, ge=1, le=64, description="CPU threads of torch.")
    device: str = Field(
        "auto", pattern=r"^(auto|cpu|gpu:\d+)$", description="auto follows the GPU that Ray assigned, else the CPU."
    )


class FakeOptions(Options):
    """An engine that reads nothing: answers the same lines for every image. For tests and for trying out a cluster."""

    kind: Literal["fake"] = "fake"
    lines: tuple[str, ...] = Field(
        ("Plain Cake", "2 cups flour", "1/2 cup sugar", "Mix and bake for one hour."),
        description="What it says it read.",
    )
    seconds: float = Field(0.0, ge=0.0, description="How long it takes an image.")


class RuleOptions(Options):
    """The mission's selection rule: dense text to PaddleOCR, likely handwriting to EasyOCR, the rest to Tesseract."""

    kind: Literal["rule"] = "rule"
    density_threshold: float = Field(0.8, ge=0.0, le=1.0, description="text_density from here on is dense.")
    handwriting_threshold: float = Field(
        0.5, ge=0.0, le=1.0, description="handwritten_probability from here on is likely handwriting."
    )
    paddle: PaddleOptions = PaddleOptions()
    easyocr: EasyOptions = EasyOptions()
    tesseract: TesseractOptions = TesseractOptions()


SingleEngineOptions = TesseractOptions | PaddleOptions | EasyOptions | FakeOptions
EngineOptions = Annotated[SingleEngineOptions | RuleOptions, Field(discriminator="kind")]


class ReadOptions(Options):
    """Pixels to lines."""

    engine: EngineOptions = PaddleOptions()
    find_rotation: bool = Field(True, description="Look whether the page lies on its side or upside down, and turn it.")


class StructureOptions(Options):
    """Lines to recipes."""

    language: Literal["en"] = Field("en", description="Language of the ingredient parser.")
    calibrate: bool = Field(
        True, description="Confidences as shares of right readings; false leaves what engine and parser say."
    )


class ReviewOptions(Options):
    """Which ingredients a person should look at. Changes nothing that is read."""

    quantity_below: float = Field(
        0.9, ge=0.0, le=1.0, description="Quantities less sure than this are in doubt; lower shows fewer, misses more."
    )
    unit_below: float = Field(0.8, ge=0.0, le=1.0, description="The same for units.")
    name_below: float = Field(0.7, ge=0.0, le=1.0, description="The same for names.")
    ingredient_below: float = Field(
        0.5, ge=0.0, le=1.0, description="The same for ingredients as a whole: quantity, unit and name."
    )


class WorkerOptions(Options):
    """The process that runs the pipeline apart from its owner, so that a crash or a hang costs one image."""

    timeout_s: float = Field(120.0, gt=0.0, description="Longest time for one image before the process is killed.")
    start_timeout_s: float = Field(300.0, gt=0.0, description="Longest time for loading the engine.")
    max_deaths: int = Field(
        2, ge=1, le=10, description="An image that ends the process alone this often is quarantined."
    )
    max_rss_mb: int = Field(
        2048, ge=0, description="The process is replaced between batches when it holds more MiB than this; 0 never."
    )


class PipelineOptions(Options):
    """All that decides what is read out of an image."""

    prepare: PrepareOptions = PrepareOptions()
    read: ReadOptions = ReadOptions()
    structure: StructureOptions = StructureOptions()
    worker: WorkerOptions = WorkerOptions()

    def fingerprint(self, *parts: str) -> str:
        """Returns a digest of what decides the result: these options and ``parts`` (versions, weights).

        Left out are the worker's, the device, and the limits that decide only what is refused, so that both doors give
        one digest to the same reading.
        """
        device = {"device": True}
        engine = device | {"paddle": device, "easyocr": device}
        limits = {"max_bytes": True, "max_pixels": True, "max_pages": True}
        text = self.model_dump_json(exclude={"worker": True, "prepare": limits, "read": {"engine": engine}})
        return hashlib.sha256("\n".join((text, *parts)).encode()).hexdigest()[:16]


_ENGINES: dict[str, SingleEngineOptions | RuleOptions] = {
    "auto": PaddleOptions(),
    "paddle": PaddleOptions(),
    "paddle-tiny": PaddleOptions(detector="tiny", second=None),
    "paddle-stock": PaddleOptions(recognizer="small", recognizer_weights="stock", language=False, second=None),
    "tesseract": TesseractOptions(),
    "pytesseract": TesseractOptions(api="pytesseract"),
    "easyocr": EasyOptions(),
    "rule": RuleOptions(),
    "fake": FakeOptions(),
}
ENGINE_NAMES = tuple(_ENGINES)


def engine_options(name: str) -> SingleEngineOptions | RuleOptions:
    """Returns the default options of the engine called ``name``; ``auto`` is what measured best (docs/accuracy.md).

    Raises:
        ValueError: no engine has this name; the message lists those that there are.
    """
    if name not in _ENGINES:
        raise ValueError(f"no engine is called {name!r}; there are: {', '.join(ENGINE_NAMES)}")
    return _ENGINES[name]


def readable(error: ValidationError, tree: type[BaseModel]) -> str:
    """Returns what is wrong with settings, a line each: where, why, what was given, and the nearest name that exists."""
    lines = []
    for problem in error.errors():
        where = [str(part) for part in problem["loc"]]
        message = problem["msg"]
        if problem["type"] == "extra_forbidden":
            message = "there is no such setting"
            near = get_close_matches(where[-1], _names(tree), n=1)
            if near:
                message += f"; did you mean {near[0]!r}?"
        lines.append(f"{'.'.join(where)}: {message} (given: {problem['input']!r})")
    return "\n".join(lines)


def _names(model: type[BaseModel]) -> list[str]:
    """All names of settings in the tree, for "did you mean"."""
    names: list[str] = []
    for name, field in model.model_fields.items():
        names.append(name)
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                names += _names(part)
    return names
