"""PDF pages through pdfium. Knows nothing of the other formats."""

import math
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ray_app.errors import EncryptedPdf, ImageTooLarge, TruncatedImage, UnsupportedFormat, ZeroSizeImage
from ray_app.options import PrepareOptions
from ray_app.types import RgbImage

_POINTS_AN_INCH = 72.0
_ONE_AT_A_TIME = threading.RLock()
"""pdfium may be called by one thread at a time in a process (pypdfium2's readme, "Thread incompatibility")."""


def pdf_pages(data: bytes) -> int:
    """Returns how many pages the document has.

    Raises:
        EncryptedPdf: it asks for a password.
        TruncatedImage: it is damaged or has no page.
    """
    with _document(data) as document:
        return len(document)


def render_pdf(data: bytes, page: int, options: PrepareOptions) -> tuple[RgbImage, tuple[int, int]]:
    """Renders one page on white.

    Args:
        data: the whole document.
        page: from 1.
        options: ``pdf_dpi`` sets the size; the page is rendered smaller at once where ``max_dimension`` asks for it.

    Returns:
        The pixels, and (width, height) that the page has at ``pdf_dpi``.

    Raises:
        EncryptedPdf: it asks for a password.
        TruncatedImage: it is damaged, or has no such page.
        ZeroSizeImage: the page has no area.
        ImageTooLarge: the page, or a picture on it, has more pixels than ``max_pixels``; checked before rendering.
    """
    with _document(data) as document:
        if page > len(document):
            raise TruncatedImage(f"the document has {len(document)} pages, not {page}")
        with closing(document[page - 1]) as sheet:
            size = _size(sheet, options)
            _check_pictures(sheet, options)
            scale = options.pdf_dpi / _POINTS_AN_INCH * min(1.0, options.max_dimension / max(size))
            with closing(sheet.render(scale=scale, rev_byteorder=True)) as bitmap:
                pixels = bitmap.to_numpy()
                rgb = np.repeat(pixels[:, :, None], 3, axis=2) if pixels.ndim == 2 else pixels[:, :, :3]
                return np.array(rgb, dtype=np.uint8, order="C"), size


def _size(sheet: pdfium.PdfPage, options: PrepareOptions) -> tuple[int, int]:
    width, height = (side * options.pdf_dpi / _POINTS_AN_INCH for side in sheet.get_size())
    if not (math.isfinite(width) and math.isfinite(height)) or width * height > options.max_pixels:
        raise ImageTooLarge(
            f"the page has {width:.0f} x {height:.0f} pixels at {options.pdf_dpi} dpi, more than {options.max_pixels}"
        )
    if min(width, height) < 0.5:
        raise ZeroSizeImage(f"the page has {width:.2f} x {height:.2f} pixels")
    return max(1, round(width)), max(1, round(height))


def _check_pictures(sheet: pdfium.PdfPage, options: PrepareOptions) -> None:
    """A small page may carry a huge picture, which rendering would decode whole."""
    for picture in sheet.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_IMAGE,)):
        width, height = picture.get_px_size()
        if width * height > options.max_pixels:
            raise ImageTooLarge(
                f"a picture on the page has {width} x {height} pixels, more than {options.max_pixels} in all"
            )


@contextmanager
def _document(data: bytes) -> Iterator[pdfium.PdfDocument]:
    """Opens a document for one thread at a time, and tells what pdfium's errors mean."""
    with _ONE_AT_A_TIME:
        try:
            with closing(pdfium.PdfDocument(data)) as document:
                if not len(document):
                    raise TruncatedImage("the document has no pages")
                yield document
        except pdfium.PdfiumError as error:
            if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
                raise EncryptedPdf("the document asks for a password") from error
            if error.err_code == pdfium_c.FPDF_ERR_SECURITY:
                raise UnsupportedFormat("the document is protected by a scheme that pdfium does not know") from error
            raise TruncatedImage(f"the document is damaged: {error}") from error
