"""The picture with what was read drawn on it: thin boxes around lines, coloured ones around ingredients, captions beside.

Captions stand in a strip right of the picture, so that they cover nothing.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ray_app.geometry import Homography, Quad
from ray_app.imaging.decode import decode
from ray_app.options import PrepareOptions
from ray_app.types import ImageInput, ImageResult, Ingredient

Color = tuple[int, int, int]

_LINE: Color = (120, 150, 190)
_PALETTE: tuple[Color, ...] = (
    (27, 120, 55),
    (178, 24, 43),
    (33, 102, 172),
    (191, 91, 23),
    (118, 42, 131),
    (1, 122, 122),
)
_LINES_A_STRIP = 50
"""Caption size: so many would fill the strip; smaller where a page has more."""

_LEADING = 1.45


@dataclass(frozen=True, slots=True)
class _Caption:
    text: str
    quad: Quad
    color: Color


def draw_file(results: Sequence[ImageResult], folder: Path, options: PrepareOptions) -> list[Path]:
    """Draws the pages of one file that were read, and writes them as PNG.

    Args:
        results: one a page, all of the same file; ``source`` is its path.
        folder: where the pictures go; it exists.
        options: those that the pages were prepared with.

    Returns:
        The pictures written: ``stem.png``, or ``stem-p0002.png`` for pages after the first.
    """
    written = []
    for result in results:
        if result.page is None:
            continue
        source = Path(result.source)
        image = ImageInput(
            image_id=result.image_id, data=source.read_bytes(), source=result.source, page=result.page_number
        )
        page = f"-p{result.page_number:04d}" if result.page_number > 1 else ""
        target = folder / f"{source.stem}{page}.png"
        draw_page(image, result, options).save(target)
        written.append(target)
    return written


def draw_page(image: ImageInput, result: ImageResult, options: PrepareOptions) -> Image.Image:
    """Draws one page: the upright original (scaled down to ``max_dimension``) with boxes, captions on its right.

    Raises:
        InputError: the image cannot be decoded.
    """
    decoded = decode(image.data, image.page, options)
    picture = Image.fromarray(decoded.pixels)
    shrink = Homography(a=picture.width / decoded.size[0], e=picture.height / decoded.size[1])
    captions = _captions(result, shrink)
    roomy = max(picture.height, 0.8 * picture.width) / _LINES_A_STRIP
    font_size = min(roomy, picture.height / (1.15 * _LEADING * max(1, len(captions))))
    font = ImageFont.load_default(max(9.0, font_size))
    longest = max((font.getlength(caption.text) for caption in captions), default=0.0)
    strip = round(longest + 4 * font_size) if captions else 0
    sheet = Image.new("RGB", (picture.width + strip, picture.height), (255, 255, 255))
    sheet.paste(picture)
    pen = ImageDraw.Draw(sheet, "RGBA")
    for line in result.page.lines if result.page else ():
        pen.polygon(line.quad.mapped(shrink).points, outline=(*_LINE, 200))
    _draw_captions(pen, captions, font, picture.size)
    return sheet


def _captions(result: ImageResult, shrink: Homography) -> list[_Caption]:
    ingredients = [ingredient for recipe in result.recipes for ingredient in recipe.ingredients]
    captions = [
        _Caption(_drawable(caption(ingredient)), ingredient.quad.mapped(shrink), _PALETTE[index % len(_PALETTE)])
        for index, ingredient in enumerate(ingredients)
    ]
    return sorted(captions, key=lambda one: one.quad.bounds[1])


def _draw_captions(
    pen: ImageDraw.ImageDraw,
    captions: Sequence[_Caption],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    size: tuple[int, int],
) -> None:
    width, height = size
    step = _LEADING * _height_of(font)
    wanted = [(caption.quad.bounds[1] + caption.quad.bounds[3]) / 2 for caption in captions]
    stroke = max(2, round(height / 600))
    for caption, middle in zip(captions, spread(wanted, step, height), strict=True):
        left, top, right, bottom = caption.quad.bounds
        pen.rectangle(
            (left, top, right, bottom), fill=(*caption.color, 26), outline=(*caption.color, 255), width=stroke
        )
        elbow = width + step * 0.4
        pen.line(
            (
                (right, (top + bottom) / 2),
                (width - 2, (top + bottom) / 2),
                (elbow, middle),
                (elbow + step * 0.4, middle),
            ),
            fill=(*caption.color, 130),
            width=max(1, stroke // 2),
        )
        pen.text((elbow + step * 0.6, middle), caption.text, fill=caption.color, font=font, anchor="lm")


def _height_of(font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> float:
    _, top, _, bottom = font.getbbox("Ag")
    return float(bottom - top)


def spread(wanted: Sequence[float], step: float, height: float) -> list[float]:
    """Returns places near those wanted (ascending), at least ``step`` apart where ``height`` has the room, all within it."""
    if not wanted:
        return []
    step = min(step, height / len(wanted))
    places: list[float] = []
    for want in wanted:
        places.append(max(want, places[-1] + step if places else step / 2))
    limit = height - step / 2
    for index in reversed(range(len(places))):
        places[index] = min(places[index], limit)
        limit = places[index] - step
    return places


def caption(ingredient: Ingredient) -> str:
    """What was understood of an ingredient, for people: "1 1/2 cup · flour · sifted"."""
    amount = ingredient.amount
    numbers = [_mixed(number) for number in (amount.quantity, amount.quantity_max) if number is not None]
    quantity = " ".join(part for part in ("-".join(numbers), amount.unit) if part)
    return " · ".join(part for part in (quantity, ingredient.name, ingredient.preparation) if part)


def _drawable(text: str) -> str:
    """The font that comes with PIL has no accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _mixed(number: Fraction) -> str:
    whole, rest = divmod(number, 1)
    return " ".join(str(part) for part in (whole, rest) if part) or "0"
