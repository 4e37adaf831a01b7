"""Pictures that the tests make: a page of text, and files of every kind."""

from io import BytesIO

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, ImageFont

WORDS = (
    "Plain Cake",
    "2 cups flour, sifted",
    "1 1/2 cups sugar",
    "3 eggs, well beaten",
    "1 teaspoon vanilla",
    "Mix everything and bake it for one hour.",
    "Serve while it is still warm, with cream.",
)


def page(width=900, height=700, *, paper=255, ink=20, size=30, repeat=2, noise=0.0) -> np.ndarray:
    image = Image.new("RGB", (width, height), (paper,) * 3)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size)
    for row, text in enumerate(WORDS * repeat):
        draw.text((70, 50 + row * size * 1.45), text, fill=(ink,) * 3, font=font)
    pixels = np.asarray(image)
    if noise:
        grain = np.random.default_rng(1).normal(0, noise, pixels.shape)
        pixels = np.clip(pixels + grain, 0, 255).astype(np.uint8)
    return pixels


def encode(pixels, kind="PNG", **options) -> bytes:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = BytesIO()
    if kind == "HEIC":
        pillow_heif.from_pillow(image).save(buffer, quality=-1)
    else:
        image.save(buffer, kind, **options)
    return buffer.getvalue()


def quadrants(width=64, height=48) -> Image.Image:
    """Red top left, green top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste((0, 255, 0), (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first being the catalogue."""
    out, places = b"%PDF-1.6\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + end
        + b"startxref\n%d\n%%%%EOF" % len(out)
    )


def pdf_page(width=200, height=100, content=b"0 0 1 rg 0 50 100 50 re f", trailer=b"", extra=()) -> bytes:
    """A PDF of one page, its size in points; a blue box stands at the top left."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R >>" % (width, height),
            b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
            *extra,
        ],
        trailer,
    )


def encrypted_pdf() -> bytes:
    """Asks for a password: its user entry is that of no empty password (standard security handler, revision 3)."""
    secret = b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <" + b"ab" * 32 + b"> /U <" + b"cd" * 32 + b"> >>"
    identity = b"<" + b"01" * 16 + b">"
    return pdf_page(trailer=b"/Encrypt 5 0 R /ID [" + identity + identity + b"]", extra=[secret])
