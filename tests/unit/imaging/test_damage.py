"""Bad bytes of every format end as an InputError, and as nothing else."""

from functools import lru_cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ray_app.errors import InputError, TruncatedImage
from ray_app.imaging.decode import count_pages, decode
from ray_app.options import PrepareOptions
from tests.unit.imaging.pictures import encode, page, pdf_page

pytestmark = pytest.mark.filterwarnings("ignore")  # PIL warns of damaged metadata before it raises

KINDS = ("JPEG", "PNG", "WEBP", "TIFF", "TIFF-LZW", "GIF", "BMP", "HEIC", "AVIF", "PDF")
SMALL = PrepareOptions(max_pixels=2_000_000, max_dimension=256)


@lru_cache
def sound(kind: str) -> bytes:
    if kind == "PDF":
        return pdf_page()
    if kind == "TIFF-LZW":
        return encode(page(160, 120, size=14), "TIFF", compression="tiff_lzw")
    return encode(page(160, 120, size=14), kind)


def survives(data: bytes) -> None:
    try:
        count_pages(data, SMALL)
        decoded = decode(data, 1, SMALL)
    except InputError:
        return
    assert decoded.pixels.ndim == 3


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "PDF"])
def test_half_a_file_is_truncated(kind):
    data = sound(kind)
    with pytest.raises(TruncatedImage):
        decode(data[: len(data) // 2], 1, SMALL)


def test_a_pdf_without_its_pages_is_truncated():
    with pytest.raises(TruncatedImage):
        decode(pdf_page()[:60], 1, SMALL)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(share=st.floats(0, 1))
def test_cut_anywhere(kind, share):
    data = sound(kind)
    survives(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=8), head=st.booleans())
def test_bits_flipped_anywhere(kind, flips, head):
    data = bytearray(sound(kind))
    reach = min(len(data), 200) if head else len(data)
    for share, mask in flips:
        data[min(reach - 1, int(reach * share))] ^= mask
    survives(bytes(data))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    head=st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"MM\0*", b"%PDF-1.4\n", b""]),
    rest=st.binary(max_size=200),
)
def test_rubbish_behind_a_signature(head, rest):
    survives(head + rest)
