"""All that travels between the parts: plain frozen values, engine-neutral, picklable.

Coordinates are pixels of the ORIGINAL upright image (after EXIF rotation, before scaling, turning and deskewing),
origin top left, unless a docstring says otherwise. Confidences are 0..1, or None where nothing is known.
Knows nothing of files, engines, Ray or HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from ray_app.errors import INCOMPLETE, WITHOUT_RECIPE, EngineError, FailureCode, InputError, NoticeCode
from ray_app.geometry import Homography, Quad

RgbImage = NDArray[np.uint8]
"""Pixels, shape (height, width, 3), RGB, C-contiguous and writable."""

THUMBNAIL_SIDE = 240
"""Pictures whose longer side has fewer pixels hold no recipe to read: ten lines of letters 8 pixels high are as high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageInput:
    """One page to read: the bytes of its file, where they came from, and which page of them.

    ``image_id`` comes from :func:`ray_app.imaging.identity.image_id`; ``page`` counts from 1.
    """

    image_id: str
    data: bytes
    source: str
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A remark on an image that was read all the same."""

    code: NoticeCode
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What the picture is like, measured before any engine sees it.

    Attributes:
        width: of the original upright image, in pixels.
        height: likewise.
        text_density: 0..1, how densely the page is covered with lines of text.
        handwritten_probability: 0..1, how much the strokes look like handwriting.
        sharpness: variance of the Laplacian of the luminance, 0 (blurred) upwards.
        skew_degrees: how far the text was tilted, clockwise positive; already undone in the prepared pixels.
        ink: share of dark pixels after local thresholding, 0..1.
    """

    width: int
    height: int
    text_density: float
    handwritten_probability: float
    sharpness: float
    skew_degrees: float
    ink: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImage:
    """Pixels ready for an engine: upright by EXIF, on white, scaled, seen from above, deskewed.

    Attributes:
        to_original: leads from these pixels back to the original's.
        card: corners of the one card or page in the photo, in pixels of the original; None where none is sure.
    """

    image_id: str
    pixels: RgbImage
    to_original: Homography
    quality: Quality
    notices: tuple[Notice, ...] = ()
    card: Quad | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line (or a piece of one) as an engine read it.

    Attributes:
        readings: what each recognizer read where several did, in their order; empty where only one did.
    """

    text: str
    confidence: float | None
    quad: Quad
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """Who read: ``models`` are digests or names of the weights, ``device`` is cpu or gpu:N."""

    kind: str
    version: str
    models: tuple[str, ...]
    device: str = "cpu"

    @property
    def name(self) -> str:
        """Kind and version, for people."""
        return f"{self.kind} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """All lines of one page with their places, and who read them.

    Attributes:
        size: (width, height) of the original upright image.
        lines: in the engine's order as it comes from reading; in reading order once structured.
        rotation: quarter turns in degrees, clockwise, that made the page upright before it was read.
    """

    image_id: str
    size: tuple[int, int]
    lines: tuple[TextLine, ...]
    engine: EngineInfo
    rotation: int = 0
    notices: tuple[Notice, ...] = ()

    @property
    def text(self) -> str:
        """The lines joined by newlines."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount: "2-3 cups" is quantity 2, quantity_max 3, unit "cup".

    Attributes:
        quantity: exact, or None where the line gives none.
        quantity_max: upper end of a range, else None.
        unit: singular full word ("tablespoon"), or None.
        text: as written on the page.
    """

    quantity: Fraction | None
    quantity_max: Fraction | None = None
    unit: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConfidence:
    """How sure each field of an ingredient is, 0..1; None where the field is absent."""

    quantity: float | None = None
    unit: float | None = None
    name: float | None = None
    preparation: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """One ingredient with its proof.

    Attributes:
        text: the ingredient's line as read, wrapped pieces joined by a space.
        amounts: the first is the one to cook with; composites ("1 (14 oz) can") carry the rest.
        group: heading that it stands under ("For the sauce"), or None.
        confidence: the share of ingredients read like this one of which quantity, unit and name are right, 0..1
            (``recipe/confidence.py``); of an engine that this was never fitted for, only what it says itself.
        fields: the same, field by field.
        lines: indexes into PageText.lines that it was read from; never empty.
        quad: around those lines.
        readings_disagree: the amount as each recognizer alone read it, in their order, where one of them differs from
            the amount to cook with; empty where all agree or only one has read.
    """

    text: str
    amounts: tuple[Amount, ...]
    name: str | None
    preparation: str | None
    size: str | None
    comment: str | None
    group: str | None
    confidence: float
    fields: FieldConfidence
    lines: tuple[int, ...]
    quad: Quad
    readings_disagree: tuple[Amount, ...] = ()

    @property
    def amount(self) -> Amount:
        """The amount to cook with; one without a quantity where the line gives none."""
        return self.amounts[0] if self.amounts else Amount(quantity=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """An ingredient that stands with its amount in the method and not in the list.

    Attributes:
        ingredient: its ``text`` is the words that name it ("two cups of flour"), ``lines`` those that they stand in.
        sentence: of the method, in which it stands.
    """

    ingredient: Ingredient
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """One step or paragraph of the method, with the lines it was read from."""

    text: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One recipe of a page.

    Attributes:
        mentioned: offered apart from ``ingredients``: what only the directions name, for a person to take over.
        lines: indexes of all lines that belong to it.
    """

    title: str | None
    servings: str | None
    times: Mapping[str, str]
    ingredients: tuple[Ingredient, ...]
    directions: tuple[Direction, ...]
    mentioned: tuple[Mentioned, ...]
    notes: tuple[str, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipePage:
    """A page with its lines in reading order and the recipes found on it (none is an answer, too)."""

    page: PageText
    recipes: tuple[Recipe, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one image has no (complete) result, in words that help a person."""

    code: FailureCode
    step: str
    message: str
    advice: str
    retryable: bool = False

    @classmethod
    def of(cls, error: InputError | EngineError, step: str) -> Self:
        """Returns the failure that this error means at this step."""
        return cls(code=error.code, step=step, message=str(error), advice=error.advice, retryable=error.retryable)


Status = Literal["ok", "partial", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageResult:
    """What became of one image: never ok with a failure inside. A failed one keeps all that was read before.

    Attributes:
        page: its text in reading order, or None where it was never read.
        timings: seconds by step; a batch's time is shared out evenly.
        fingerprint: digest of settings, engine, weights and code that made this result.
    """

    image_id: str
    source: str
    page_number: int
    page: PageText | None
    recipes: tuple[Recipe, ...]
    quality: Quality | None
    failure: Failure | None
    notices: tuple[Notice, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    fingerprint: str = ""

    @property
    def status(self) -> Status:
        """Whether a whole recipe was found (``ok``), less than one (``partial``), or the image could not be read.

        Why it is partial stands in ``failure`` where there is no recipe at all, else in ``notices``.
        """
        if self.failure is not None:
            return "partial" if self.failure.code in WITHOUT_RECIPE else "failed"
        return "partial" if any(notice.code in INCOMPLETE for notice in self.notices) else "ok"
