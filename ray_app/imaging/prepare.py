"""The first step: an image's bytes -> pixels ready for an engine. Knows nothing of engines and recipes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cv2

from ray_app.errors import BlankPage, InputError, TooSmall
from ray_app.imaging.card import find_card
from ray_app.imaging.decode import Decoded, decode
from ray_app.imaging.flatten import LEAST_LEAN, flatten, lean
from ray_app.imaging.formats import extension_notice
from ray_app.imaging.ink import find_ink
from ray_app.imaging.quality import is_blank, measure, resolution_notice
from ray_app.imaging.skew import find_skew, straighten
from ray_app.options import PrepareOptions
from ray_app.spans import stage
from ray_app.types import THUMBNAIL_SIDE, Failure, ImageInput, PreparedImage


class PrepareStep:
    """Decodes, turns by EXIF, scales, undoes a card's perspective, deskews and measures; one thread."""

    name = "prepare"

    def __init__(self, options: PrepareOptions) -> None:
        self._options = options

    def process(self, items: Sequence[ImageInput]) -> list[PreparedImage | Failure]:
        """Returns a prepared image or a failure for each, in order."""
        with _one_thread():
            return [self._one(item) for item in items]

    def _one(self, item: ImageInput) -> PreparedImage | Failure:
        try:
            return prepare(item, self._options)
        except InputError as error:
            return Failure.of(error, self.name)


def prepare(image: ImageInput, options: PrepareOptions) -> PreparedImage:
    """Prepares one page.

    Raises:
        InputError: the image's fault, as :func:`~ray_app.imaging.decode.decode` tells it.
        BlankPage: there is clearly no text on it.
        TooSmall: likewise, on a thumbnail.
    """
    with stage("decode"):
        decoded = decode(image.data, image.page, options)
    with stage("preparation"):
        return _prepared(image, decoded, options)


def _prepared(image: ImageInput, decoded: Decoded, options: PrepareOptions) -> PreparedImage:
    pixels, to_original = decoded.pixels, decoded.to_original
    card = find_card(pixels) if options.find_card else None
    place = card.mapped(to_original) if card else None
    if card and lean(card) >= LEAST_LEAN:
        pixels, back = flatten(pixels, card)
        to_original = to_original.after(back)
    ink = find_ink(pixels)
    if is_blank(ink):
        tiny = max(decoded.size) < THUMBNAIL_SIDE
        raise TooSmall.thumbnail(decoded.size) if tiny else BlankPage("no ink stands out from the paper")
    skew = find_skew(ink, options.max_skew_degrees)
    quality = measure(pixels, ink, decoded.size, skew)
    if skew:
        pixels, back = straighten(pixels, skew)
        to_original = to_original.after(back)
    notices = (extension_notice(image.source, decoded.format), resolution_notice(ink))
    return PreparedImage(
        image_id=image.image_id,
        pixels=pixels,
        to_original=to_original,
        quality=quality,
        notices=tuple(notice for notice in notices if notice),
        card=place,
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """OpenCV's threads are a setting of the whole process: one here, and as before for whoever comes next."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
