import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from ray_app.errors import EncryptedPdf, ImageTooLarge, TruncatedImage, ZeroSizeImage
from ray_app.imaging.decode import count_pages, decode
from ray_app.options import PrepareOptions
from tests.unit.imaging.pictures import encode, encrypted_pdf, page, pdf_page, quadrants

OPTIONS = PrepareOptions()
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CORNERS = (RED, GREEN, BLUE, WHITE)


def corners(pixels):
    height, width = pixels.shape[:2]
    return tuple(
        tuple(int(v) for v in pixels[y, x])
        for y, x in (
            (height // 4, width // 4),
            (height // 4, 3 * width // 4),
            (3 * height // 4, width // 4),
            (3 * height // 4, 3 * width // 4),
        )
    )


def close(ours, wanted, tolerance):
    return np.abs(np.array(ours, int) - np.array(wanted, int)).max() <= tolerance


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("GIF", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("JPEG", {"quality": 95, "subsampling": 0}, 4),
        ("AVIF", {"quality": 95}, 12),
        ("HEIC", {}, 12),
    ],
)
def test_every_format_gives_its_colours(kind, options, tolerance):
    decoded = decode(encode(quadrants(), kind, **options), 1, OPTIONS)
    assert decoded.size == (64, 48)
    assert decoded.pixels.shape == (48, 64, 3)
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.flags.c_contiguous
    assert decoded.pixels.flags.writeable
    assert close(corners(decoded.pixels), CORNERS, tolerance)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_undone(kind, orientation):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = quadrants().transpose(undo[orientation]) if orientation > 1 else quadrants()
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode(encode(stored, kind, exif=exif), 1, OPTIONS)
    assert decoded.size == (64, 48)
    assert close(corners(decoded.pixels), CORNERS, 40)


def test_transparent_parts_are_white():
    image = quadrants().convert("RGBA")
    image.paste((0, 0, 0, 0), (32, 24, 64, 48))
    for picture, wanted in [(image, CORNERS), (image.convert("LA"), None)]:
        seen = corners(decode(encode(picture), 1, OPTIONS).pixels)
        assert seen[3] == WHITE
        assert wanted is None or seen == wanted
    palette = image.convert("RGB").quantize(8)
    index = palette.getpixel((60, 40))
    assert corners(decode(encode(palette, transparency=index), 1, OPTIONS).pixels)[3] == WHITE


def test_palette_grey_and_one_bit_keep_their_values():
    assert corners(decode(encode(quadrants().quantize(8)), 1, OPTIONS).pixels) == CORNERS
    grey = Image.new("L", (20, 10), 77)
    assert corners(decode(encode(grey), 1, OPTIONS).pixels) == ((77, 77, 77),) * 4
    bits = Image.new("1", (20, 10), 1)
    bits.paste(0, (0, 0, 10, 10))
    seen = corners(decode(encode(bits, "TIFF", compression="group4"), 1, OPTIONS).pixels)
    assert seen == ((0, 0, 0), WHITE, (0, 0, 0), WHITE)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled(kind):
    values = np.array([[0, 257 * 100], [257 * 200, 65535]], np.uint16).repeat(8, 0).repeat(8, 1)
    seen = corners(decode(encode(Image.fromarray(values), kind), 1, OPTIONS).pixels)
    assert [one[0] for one in seen] == [0, 100, 200, 255]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.array([[0.0, 0.5], [0.25, 1.0]], np.float32), [0, 128, 64, 255]),
        (np.array([[0.0, 50.0], [100.0, 255.0]], np.float32), [0, 50, 100, 255]),
        (np.array([[-10.0, 0.0], [10.0, 30.0]], np.float32), [0, 64, 128, 255]),
        (np.array([[np.nan, 0.0], [0.5, 1.0]], np.float32), [255, 0, 128, 255]),
        (np.array([[0, 50], [100, 255]], np.int32), [0, 50, 100, 255]),
        (np.array([[0, 257], [25700, 65535]], np.int32), [0, 1, 100, 255]),
        (np.array([[0, 1_000_000], [500_000, 2_000_000]], np.int32), [0, 128, 64, 255]),
    ],
)
def test_wide_greys_are_scaled_to_what_they_mean(values, wanted):
    seen = corners(decode(encode(Image.fromarray(values.repeat(8, 0).repeat(8, 1)), "TIFF"), 1, OPTIONS).pixels)
    assert close([one[0] for one in seen], wanted, 1)


def test_cmyk_is_not_inverted():
    cmyk = quadrants().convert("CMYK")
    for kind in ("JPEG", "TIFF"):
        assert close(corners(decode(encode(cmyk, kind), 1, OPTIONS).pixels), CORNERS, 30)


def test_large_images_are_scaled_and_led_back():
    pixels = np.full((600, 1200, 3), 255, np.uint8)
    pixels[296:304, 896:904] = 0
    for kind in ("PNG", "JPEG"):
        decoded = decode(encode(pixels, kind), 1, PrepareOptions(max_dimension=300))
        assert decoded.pixels.shape == (150, 300, 3)
        assert decoded.size == (1200, 600)
        dark = np.argwhere(decoded.pixels[:, :, 0] < 128)
        y, x = dark.mean(axis=0) + 0.5
        assert np.hypot(*(np.array(decoded.to_original.apply((x, y))) - (900, 300))) < 1.5


@pytest.mark.parametrize("width", [601, 1023, 1024, 1025, 4099])
def test_reduced_decoding_never_goes_below_what_is_asked_for(width):
    data = encode(page(width, 400, repeat=1), "JPEG")
    decoded = decode(data, 1, PrepareOptions(max_dimension=512))
    assert decoded.pixels.shape[1] == 512
    assert decoded.size == (width, 400)


def test_pages_of_a_tiff_are_counted_and_decoded():
    frames = [Image.new("RGB", (30, 20), color) for color in (RED, GREEN, BLUE)]
    data = encode(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert count_pages(data, OPTIONS) == 3
    assert [corners(decode(data, n, OPTIONS).pixels)[0] for n in (1, 2, 3)] == [RED, GREEN, BLUE]
    with pytest.raises(TruncatedImage):
        decode(data, 4, OPTIONS)
    with pytest.raises(ImageTooLarge, match="pages"):
        count_pages(data, PrepareOptions(max_pages=2))


def test_animations_count_as_one_page():
    frames = [quadrants(), quadrants().transpose(Image.Transpose.ROTATE_180)]
    for kind in ("GIF", "PNG", "WEBP"):
        data = encode(frames[0], kind, save_all=True, append_images=frames[1:])
        assert count_pages(data, OPTIONS) == 1
        assert close(corners(decode(data, 1, OPTIONS).pixels), CORNERS, 60)


def test_pdf_pages_are_rendered_at_the_resolution_asked_for():
    data = pdf_page(width=200, height=100)
    assert count_pages(data, OPTIONS) == 1
    decoded = decode(data, 1, PrepareOptions(pdf_dpi=144))
    assert decoded.size == (400, 200)
    assert decoded.pixels.shape == (200, 400, 3)
    assert corners(decoded.pixels) == (BLUE, WHITE, WHITE, WHITE)
    small = decode(data, 1, PrepareOptions(pdf_dpi=600, max_dimension=256))
    assert small.size == (1667, 833)
    assert small.pixels.shape[1] in (256, 257)
    with pytest.raises(TruncatedImage):
        decode(data, 2, OPTIONS)


def test_an_encrypted_pdf_asks_for_its_password():
    for use in (lambda data: decode(data, 1, OPTIONS), lambda data: count_pages(data, OPTIONS)):
        with pytest.raises(EncryptedPdf):
            use(encrypted_pdf())


def test_a_pdf_with_a_huge_page_is_refused_before_rendering():
    with pytest.raises(ImageTooLarge):
        decode(pdf_page(width=14_000, height=14_000), 1, OPTIONS)


def test_a_pdf_with_a_huge_picture_on_a_small_page_is_refused():
    content = b"q 100 0 0 100 0 0 cm /X Do Q"
    data = pdf_page(content=content, extra=[_picture()]).replace(
        b"/Contents 4 0 R", b"/Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >>"
    )
    with pytest.raises(ImageTooLarge, match="picture"):
        decode(data, 1, OPTIONS)


def _picture() -> bytes:
    packed = zlib.compress(b"\0" * 1000)
    return (
        b"<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8"
        b" /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed + b"\nendstream"
    )


def _png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, data, b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_a_decompression_bomb_is_refused_by_its_header():
    with pytest.raises(ImageTooLarge, match="50000"):
        decode(_png(50_000, 50_000), 1, OPTIONS)


def test_our_limit_counts_and_not_that_of_pil():
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(TruncatedImage):  # refused by neither limit; decoding finds the data missing
        decode(_png(20_000, 9_500), 1, PrepareOptions(max_pixels=200_000_000))
    assert before == Image.MAX_IMAGE_PIXELS


def test_too_many_bytes_are_refused():
    data = encode(page(100, 100))
    with pytest.raises(ImageTooLarge, match="bytes"):
        decode(data, 1, PrepareOptions(max_bytes=len(data) - 1))
    assert decode(data, 1, PrepareOptions(max_bytes=len(data))).size == (100, 100)


def _without_size(kind: str) -> bytes:
    data = bytearray(encode(quadrants(), kind))
    if kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = bytes(4)
    else:
        at, length = {"GIF": (6, 4), "BMP": (18, 8)}[kind]
        data[at : at + length] = bytes(length)
        if kind == "GIF":  # the frame says its size again
            at = data.index(b",", 13 + 3 * 2 ** ((data[10] & 7) + 1)) + 5
            data[at : at + 4] = bytes(4)
    return bytes(data)


@pytest.mark.parametrize("data", [_png(0, 10), _png(10, 0), *(_without_size(kind) for kind in ("JPEG", "BMP", "GIF"))])
def test_zero_size_is_told_from_damage(data):
    with pytest.raises(ZeroSizeImage):
        decode(data, 1, OPTIONS)


def test_a_tiff_without_width_has_zero_size():
    entries = [(256, 0), (257, 5), (258, 8), (259, 1), (262, 1), (273, 8), (278, 5), (279, 5)]
    body = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in entries)
    with pytest.raises(ZeroSizeImage):
        decode(b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4), 1, OPTIONS)
