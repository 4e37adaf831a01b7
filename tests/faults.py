"""Pipelines with broken parts: what an image does to its reader stands in its bytes.

An "image" here is text. ``crash``, ``hang``, ``memory``, ``bug``, ``blank`` and ``norecipe`` in it do what they say; anything
else reads as a small recipe whose title is the first line. Factories take PipelineOptions and are named by
``tests.faults:name``. With ``FAULTS_LOG`` set, each image read adds a line to that file: its id, the process,
and the GPUs it sees.
"""

import hashlib
import io
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from ray_app.bulk.inspection import InspectOptions
from ray_app.bulk.inspection import Inspector as RealInspector
from ray_app.errors import BlankPage, EngineUnavailable, NotAnImage, RecognitionFailed, TruncatedImage
from ray_app.files import FileWork
from ray_app.geometry import Homography, Quad
from ray_app.options import PipelineOptions
from ray_app.pipeline import RecipePipeline
from ray_app.spans import stage
from ray_app.types import (
    Amount,
    Direction,
    EngineInfo,
    Failure,
    FieldConfidence,
    ImageInput,
    Ingredient,
    Mentioned,
    PageText,
    PreparedImage,
    Quality,
    Recipe,
    RecipePage,
    TextLine,
)

TEXT = b"#text:"
"""What follows it in a real picture's bytes is what the fake engine reads."""

QUALITY = Quality(
    width=400,
    height=300,
    text_density=0.5,
    handwritten_probability=0.1,
    sharpness=100.0,
    skew_degrees=0.0,
    ink=0.1,
)


def picture(text: str) -> bytes:
    """A real picture for parts that look at pictures, with a text behind its end for ours."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, "PNG")
    return file.getvalue() + TEXT + text.encode()


def misbehave(text: str) -> None:
    if "crash" in text:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "hang" in text:
        time.sleep(3600)
    if "memory" in text:
        raise MemoryError
    if "bug" in text:
        raise ZeroDivisionError("a bug of ours")
    if "refuse" in text:
        raise RecognitionFailed("gave up")
    if "blank" in text:
        raise BlankPage("no line was found")
    if "exit" in text:
        sys.exit(3)


class Prepare:
    """Keeps the bytes as pixels, so that the next step can misbehave by them."""

    name = "prepare"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def process(self, items: Sequence[ImageInput]) -> list[PreparedImage | Failure]:
        with stage("decode", len(items)):
            return [self._one(item) for item in items]

    def _one(self, item: ImageInput) -> PreparedImage:
        log = os.environ.get("FAULTS_LOG")
        if log:
            with Path(log).open("a") as file:
                file.write(f"{item.image_id} {os.getpid()} {os.environ.get('CUDA_VISIBLE_DEVICES', '-')}\n")
        until = time.process_time() + self._seconds
        while time.process_time() < until:  # busy, as an engine is
            pass
        data = item.data[:5000]
        pixels = np.frombuffer(data + b" " * (-len(data) % 3), np.uint8).reshape(1, -1, 3).copy()
        return PreparedImage(image_id=item.image_id, pixels=pixels, to_original=Homography(), quality=QUALITY)


class Read:
    """Reads the text that the bytes are, unless they tell it to misbehave."""

    name = "read"

    def __init__(self, device: str) -> None:
        self._engine = EngineInfo(kind="fake", version="1", models=(), device=device)

    def process(self, items: Sequence[PreparedImage]) -> list[PageText | Failure]:
        with stage("text_detection", len(items)):
            pass
        with stage("ocr_processing", len(items)):
            pages: list[PageText | Failure] = [self._one(item) for item in items]
        with stage("second_reading", 1):  # as if the first line were doubtful
            return pages

    def _one(self, item: PreparedImage) -> PageText:
        text = item.pixels.tobytes().rpartition(TEXT)[2].decode("latin-1").strip()
        misbehave(text)
        lines = tuple(
            TextLine(text=line, confidence=0.9, quad=Quad.box(0, 10 * number, 30, 10 * number + 8))
            for number, line in enumerate(text.splitlines() or ["-"])
        )
        return PageText(image_id=item.image_id, size=(400, 300), lines=lines, engine=self._engine)


class Structure:
    """One recipe a page, titled by its first line."""

    name = "structure"

    def process(self, items: Sequence[PageText]) -> list[RecipePage | Failure]:
        with stage("layout", len(items)):
            pass
        with stage("ingredient_parsing", len(items)):
            return [RecipePage(page=page, recipes=() if "norecipe" in page.text else (recipe(page),)) for page in items]


def recipe(page: PageText) -> Recipe:
    flour = Ingredient(
        text="2 cups flour, sifted",
        amounts=(Amount(quantity=None, unit="cup", text="2 cups"),),
        name="flour",
        preparation="sifted",
        size=None,
        comment=None,
        group=None,
        confidence=0.8,
        fields=FieldConfidence(quantity=0.9, unit=0.9, name=0.7),
        lines=(0,),
        quad=page.lines[0].quad,
    )
    milk = replace(flour, text="1 cup milk", name="milk", preparation=None)
    return Recipe(
        title=page.lines[0].text[:200],
        servings="4",
        times={"bake": "1 hour"},
        ingredients=(flour,),
        directions=(Direction(text="Bake with 1 cup milk.", lines=(0,)),),
        mentioned=(Mentioned(ingredient=milk, sentence="Bake with 1 cup milk."),),
        notes=(),
        lines=tuple(range(len(page.lines))),
    )


def build(options: PipelineOptions, seconds: float = 0.0) -> RecipePipeline:
    device = getattr(options.read.engine, "device", "cpu")
    return RecipePipeline(Prepare(seconds), Read(device), Structure(), fingerprint=options.fingerprint("faults"))


def files(options: PipelineOptions) -> FileWork:
    """Whole files, read by the fake steps."""
    return FileWork(build(options), options)


def slow(options: PipelineOptions) -> RecipePipeline:
    """A tenth of a second of CPU an image."""
    return build(options, 0.1)


class Waiting(Prepare):
    """Takes its time without taking the CPU, so that a test can end a job in its middle on a busy machine, too."""

    def _one(self, item: ImageInput) -> PreparedImage:
        time.sleep(0.8)
        return super()._one(item)


def waits(options: PipelineOptions) -> RecipePipeline:
    return RecipePipeline(Waiting(0.0), Read("cpu"), Structure(), fingerprint=options.fingerprint("faults"))


def waiting_files(options: PipelineOptions) -> FileWork:
    """Whole files, 0.8 s each, hardly any of the CPU."""
    return FileWork(waits(options), options)


def leaky_files(options: PipelineOptions) -> FileWork:
    """Whole files; grows with each."""
    return FileWork(leaky(options), options)


def slow_files(options: PipelineOptions) -> FileWork:
    """Whole files, a tenth of a second of CPU each."""
    return FileWork(slow(options), options)


def unavailable(options: PipelineOptions) -> RecipePipeline:
    raise EngineUnavailable("paddle is not installed: pip install recipe-ocr[paddle]")


def dies_loading(options: PipelineOptions) -> RecipePipeline:
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError("unreachable")


def hangs_loading(options: PipelineOptions) -> RecipePipeline:
    time.sleep(3600)
    raise AssertionError("unreachable")


class Hoarder(RecipePipeline):
    """Grows with every image."""

    def run(self, images):
        self._hoard = [*getattr(self, "_hoard", []), os.urandom(40 * 1024 * 1024)]
        return super().run(images)


def leaky(options: PipelineOptions) -> RecipePipeline:
    return Hoarder(Prepare(0.0), Read("cpu"), Structure(), fingerprint="leaky")


def noisy(options: PipelineOptions) -> RecipePipeline:
    print("chatter of a library", flush=True)
    return build(options)


def inspector(options: InspectOptions) -> RealInspector:
    """Counts the pages of our texts: ``pages=N`` in them says how many, ``{`` at their start that they are none."""
    return RealInspector(options, identify)


def identify(data: bytes, _: object) -> tuple[str, ...]:
    text = data.decode("latin-1")
    if "deadly" in text:
        os.kill(os.getpid(), signal.SIGSEGV)
    if text.startswith("{"):
        raise NotAnImage("it is JSON")
    if "corrupt" in text:
        raise TruncatedImage("it ends too early")
    digest = hashlib.sha256(data).hexdigest()[:32]
    pages = re.search(r"pages=(\d+)", text)
    if pages is None:
        return (digest,)
    return tuple(f"{digest}-p{page:04d}" for page in range(1, int(pages[1]) + 1))


class Forgiving(Read):
    """Reads what the others die of."""

    def _one(self, item: PreparedImage) -> PageText:
        lines = (TextLine(text="Forgiven", confidence=0.9, quad=Quad.box(0, 0, 30, 8)),)
        return PageText(image_id=item.image_id, size=(400, 300), lines=lines, engine=self._engine)


def forgiving(options: PipelineOptions) -> RecipePipeline:
    return RecipePipeline(Prepare(0.0), Forgiving("cpu"), Structure(), fingerprint=options.fingerprint("faults"))
