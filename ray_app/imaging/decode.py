"""Bytes of any format that is read -> upright RGB pixels, scaled down to the limit. The one way in for bytes."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from ray_app.errors import ImageTooLarge
from ray_app.geometry import Homography
from ray_app.imaging.formats import Format, sniff
from ray_app.imaging.identity import image_id
from ray_app.imaging.pdf import pdf_pages, render_pdf
from ray_app.imaging.raster import count_frames, load
from ray_app.options import PrepareOptions
from ray_app.types import RgbImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One page as pixels.

    Attributes:
        pixels: upright by EXIF, on white, the longer side at most ``max_dimension``.
        size: (width, height) of the upright original in pixels; of a PDF page, at ``pdf_dpi``.
        format: what the bytes are.
    """

    pixels: RgbImage
    size: tuple[int, int]
    format: Format

    @property
    def to_original(self) -> Homography:
        """Maps these pixels to those of the upright original."""
        height, width = self.pixels.shape[:2]
        return Homography(a=self.size[0] / width, e=self.size[1] / height)


def count_pages(data: bytes, options: PrepareOptions) -> int:
    """Returns how many pages a file has, without decoding any; animations count as their first picture.

    Raises:
        InputError: as :func:`decode` does; more pages than ``max_pages`` are ImageTooLarge.
    """
    found = _accepted(data, options)
    pages = pdf_pages(data) if found is Format.PDF else count_frames(data, found, options.max_pages)
    if pages > options.max_pages:
        raise ImageTooLarge(f"the document has more than {options.max_pages} pages")
    return pages


def page_ids(data: bytes, options: PrepareOptions) -> tuple[str, ...]:
    """Returns the ids of a file's pages in their order, without decoding any.

    Raises:
        InputError: as :func:`count_pages` does.
    """
    count = count_pages(data, options)
    if count == 1:
        return (image_id(data),)
    stem = image_id(data, 1, count).removesuffix("0001")  # a long document is hashed once, not once a page
    return tuple(f"{stem}{page:04d}" for page in range(1, count + 1))


def decode(data: bytes, page: int, options: PrepareOptions) -> Decoded:
    """Decodes one page.

    Args:
        data: the whole file, of any format that :func:`~ray_app.imaging.formats.sniff` knows.
        page: from 1.
        options: limits and resolution.

    Raises:
        EmptyFile: there are no bytes.
        NotAnImage: the bytes are no image.
        UnsupportedFormat: a known format that is not read.
        TruncatedImage: the data is cut short or damaged, or there is no such page.
        EncryptedPdf: the PDF asks for a password.
        ZeroSizeImage: width or height is zero.
        ImageTooLarge: more bytes or pixels than allowed, found before decoding.
    """
    found = _accepted(data, options)
    if found is Format.PDF:
        pixels, size = render_pdf(data, page, options)
        return Decoded(pixels=pixels, size=size, format=found)
    image, size = load(data, found, page, options)
    shrink = options.max_dimension / max(size)
    if shrink < 1.0:
        target = (max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink)))
        if target != image.size:
            image = image.resize(target, Image.Resampling.LANCZOS)
    return Decoded(pixels=np.array(image.convert("RGB"), dtype=np.uint8, order="C"), size=size, format=found)


def _accepted(data: bytes, options: PrepareOptions) -> Format:
    if len(data) > options.max_bytes:
        raise ImageTooLarge(f"the file has {len(data)} bytes, more than {options.max_bytes}")
    return sniff(data)
