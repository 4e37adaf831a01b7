"""Layouts: a sheet that remembers what was printed on it, in reading order, and the ways recipes are set on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image, ImageChops, ImageDraw

from sampling.typeface import Face, Type

Color = tuple[int, int, int]
Recipe = dict[str, Any]

RECIPES: dict[str, Recipe] = yaml.safe_load((Path(__file__).parent / "recipes.yaml").read_text(encoding="utf-8"))


@dataclass
class Sheet:
    """A picture being set, and its label: the printed lines and the recipes, in reading order."""

    image: Image.Image
    ink: Color = (24, 22, 20)
    lines: list[str] = field(default_factory=list)
    recipes: list[str] = field(default_factory=list)
    jitter: np.random.Generator | None = None

    @classmethod
    def blank(cls, width: int, height: int, paper: Color = (255, 255, 255), ink: Color = (24, 22, 20)) -> "Sheet":
        """Returns an empty sheet, sizes in pixels."""
        return cls(Image.new("RGB", (width, height), paper), ink)

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """A pen on the sheet."""
        return ImageDraw.Draw(self.image)

    def mark(self, at: tuple[float, float], text: str, font: Type, color: Color | None = None) -> None:
        """Prints a line without remembering it; a hand's words dance a little on the line."""
        if self.jitter is None:
            font.draw(self.draw, at, text, color or self.ink)
            return
        x, y = at
        for word in text.split(" "):
            lift = float(self.jitter.normal(0.0, 0.025)) * font.size
            font.draw(self.draw, (x, y + lift), word, color or self.ink)
            x += font.width(word) + font.width(" ") * float(self.jitter.uniform(0.9, 1.3))

    def put(self, at: tuple[float, float], text: str, font: Type, color: Color | None = None) -> None:
        """Prints a line and remembers it."""
        self.mark(at, text, font, color)
        self.lines.append(text)

    def trim(self, margin: int) -> "Sheet":
        """Cuts the empty foot off, down to ``margin`` pixels; returns the sheet."""
        paper = Image.new("RGB", self.image.size, self.image.getpixel((0, 0)))
        box = ImageChops.difference(self.image, paper).getbbox()
        if box:
            self.image = self.image.crop((0, 0, self.image.width, min(self.image.height, box[3] + margin)))
        return self

    def center(self, y: float, text: str, font: Type, left: float, right: float) -> None:
        """Prints a line in the middle between two sides."""
        self.put(((left + right - font.width(text)) / 2, y), text, font)

    def flow(
        self, at: tuple[float, float], text: str, font: Type, width: float, *, leading: float = 1.35, hang: float = 0.0
    ) -> float:
        """Prints wrapped text, continuation lines indented by ``hang``; returns the baseline after it."""
        x, y = at
        for index, line in enumerate(font.wrap(text, width - hang)):
            self.put((x + (hang if index else 0.0), y), line, font)
            y += leading * font.size
        return y


def ingredients_of(recipe: Recipe) -> list[list[str]]:
    """All ingredient lines of a recipe, over its groups."""
    return [line for group in recipe["groups"] for line in group["ingredients"]]


def label(sheets: Sequence[Sheet], category: str) -> dict[str, Any]:
    """The label of one file: text of its pages joined, titles and ingredients in order."""
    recipes = [RECIPES[key] for sheet in sheets for key in sheet.recipes]
    names = ("line", "quantity", "unit", "name", "preparation")
    return {
        "title": recipes[0]["title"],
        "titles": [recipe["title"] for recipe in recipes],
        "category": category,
        "text": "\n".join(line for sheet in sheets for line in sheet.lines),
        "ingredients": [dict(zip(names, line, strict=True)) for recipe in recipes for line in ingredients_of(recipe)],
    }


def set_list(
    sheet: Sheet, key: str, at: tuple[float, float], width: float, font: Type, bold: Type, bullet: str
) -> float:
    """Sets a recipe's groups one below the other; returns the baseline after them."""
    x, y = at
    for group in RECIPES[key]["groups"]:
        if "heading" in group:
            y += 0.4 * font.size
            sheet.put((x, y), group["heading"], bold)
            y += 1.4 * font.size
        for line, *_ in group["ingredients"]:
            y = sheet.flow((x, y), bullet + line, font, width, hang=1.2 * font.size)
    return y


def set_steps(sheet: Sheet, key: str, at: tuple[float, float], width: float, font: Type, numbered: bool) -> float:
    """Sets a recipe's directions; returns the baseline after them."""
    x, y = at
    for number, step in enumerate(RECIPES[key]["directions"], 1):
        hang = 1.4 * font.size if numbered else 0.0
        y = sheet.flow((x, y), f"{number}. {step}" if numbered else step, font, width, hang=hang) + 0.35 * font.size
    return y


def set_page(
    sheet: Sheet, key: str, top: float, family: str = "eb-garamond", size: float = 25, margin: float = 110
) -> float:
    """A plain printed page: title, facts, list, numbered steps. Returns the baseline after it."""
    recipe = RECIPES[key]
    text, bold = Face(family).at(size), Face(family, 700).at(size)
    width = sheet.image.width - 2 * margin
    sheet.recipes.append(key)
    sheet.put((margin, top), recipe["title"], Face(family, 700).at(size * 1.9))
    y = top + 1.9 * size
    for fact in recipe["facts"]:
        sheet.put((margin, y), fact, Face(family, style="italic").at(size))
        y += 1.35 * size
    y += 0.9 * size
    sheet.put((margin, y), "Ingredients", bold)
    y = set_list(sheet, key, (margin, y + 1.5 * size), width, text, bold, "") + 0.8 * size
    sheet.put((margin, y), "Directions", bold)
    return set_steps(sheet, key, (margin, y + 1.5 * size), width, text, numbered=True)


def set_cookbook(sheet: Sheet, keys: Sequence[str], top: float, size: float = 27, margin: float = 70) -> None:
    """An old cookbook's page: centred titles, ingredients in two columns, prose below."""
    face = Face("old-standard-tt", built_up=True)
    text, right = face.at(size), sheet.image.width - margin
    y = top
    for key in keys:
        recipe = RECIPES[key]
        sheet.recipes.append(key)
        sheet.center(y, recipe["title"], face.at(size * 1.35), margin, right)
        y += 1.9 * size
        lines = [line for line, *_ in ingredients_of(recipe)]
        half = (len(lines) + 1) // 2
        for column, part in enumerate((lines[:half], lines[half:])):
            for row, line in enumerate(part):
                sheet.put((margin + 20 + column * 0.55 * (right - margin), y + row * 1.3 * size), line, text)
        y += half * 1.3 * size + 0.3 * size
        for step in recipe["directions"]:
            for index, line in enumerate(text.wrap("\u2003" + step, right - margin)):
                sheet.put((margin + (30 if index == 0 else 0), y), line, text)
                y += 1.3 * size
        y += 1.6 * size


def set_beside(sheet: Sheet, key: str, size: float = 24) -> None:
    """A magazine's page: a narrow column of ingredients beside the method."""
    recipe = RECIPES[key]
    text, bold = Face("libre-baskerville").at(size * 0.86), Face("libre-baskerville", 700).at(size * 0.86)
    sheet.recipes.append(key)
    sheet.put((80, 120), recipe["title"], Face("libre-baskerville", 700).at(size * 1.9))
    sheet.put((80, 168), " | ".join(recipe["facts"]), Face("libre-baskerville", style="italic").at(size * 0.8))
    sheet.draw.line(((80, 192), (sheet.image.width - 80, 192)), fill=(150, 60, 40), width=3)
    sheet.draw.rectangle((80, 215, 425, sheet.image.height - 70), fill=(246, 240, 228))
    sheet.put((100, 255), "INGREDIENTS", bold)
    set_list(sheet, key, (100, 297), 310, text, bold, "")
    sheet.put((470, 255), "METHOD", bold)
    set_steps(sheet, key, (470, 297), sheet.image.width - 470 - 80, text, numbered=True)


def set_screen(sheet: Sheet, key: str, dark: bool, size: float = 27) -> None:
    """A recipe in a phone's browser."""
    recipe = RECIPES[key]
    text, bold = Face("inter").at(size), Face("inter", 700).at(size * 1.2)
    bar, grey, accent = (
        ((44, 44, 48), (160, 160, 168), (255, 159, 67)) if dark else ((240, 241, 244), (110, 112, 120), (196, 62, 40))
    )
    width = sheet.image.width
    sheet.recipes.append(key)
    sheet.draw.rectangle((0, 0, width, 92), fill=bar)
    sheet.draw.rounded_rectangle((30, 24, width - 30, 72), 20, fill=(60, 60, 66) if dark else (255, 255, 255))
    sheet.put((62, 56), "plainpantry.example", Face("inter").at(size * 0.8), grey)
    sheet.put((36, 156), recipe["title"], Face("inter", 700).at(size * 1.55))
    sheet.put((36, 204), " · ".join(recipe["facts"]), Face("inter").at(size * 0.85), grey)
    sheet.put((36, 272), "Ingredients", bold, accent)
    y = set_list(sheet, key, (36, 318), width - 72, text, Face("inter", 700).at(size), "• ") + 0.9 * size
    sheet.put((36, y), "Method", bold, accent)
    set_steps(sheet, key, (36, y + 1.9 * size), width - 72, text, numbered=True)


def set_card(sheet: Sheet, key: str, face: Face, size: float, seed: int) -> None:
    """An index card with ruled lines, written by hand."""
    width, height = sheet.image.size
    gap = size * 1.22
    for row in range(int((height - 110) / gap)):
        y = round(132 + row * gap)
        sheet.draw.line(((0, y), (width, y)), fill=(178, 200, 220), width=2)
    sheet.draw.line(((0, 100), (width, 100)), fill=(226, 130, 130), width=3)
    recipe, text = RECIPES[key], face.at(size)
    sheet.recipes.append(key)
    sheet.jitter = np.random.default_rng(seed)
    sheet.put((60, 84), recipe["title"], face.at(size * 1.35))
    fact = recipe["facts"][0]
    sheet.put((width - 60 - text.width(fact) * 1.15, 84), fact, face.at(size * 0.9))
    y = 126 + gap
    for line, *_ in ingredients_of(recipe):
        sheet.put((60, y), line, text)
        y += gap
    for step in recipe["directions"]:
        for line in text.wrap(step, (width - 130) / 1.08):
            sheet.put((60, y), line, text)
            y += gap
