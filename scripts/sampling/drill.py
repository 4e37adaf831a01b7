"""Labelled pages by the hundred, from clean to hardly legible: recipes with amounts drawn anew, faces, papers, cameras.

For fitting what must not be fitted on anybody's photos (``scripts/fit_calibration.py``). The same seed, the same pages.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from sampling.effects import aged, photographed, tilted
from sampling.pages import RECIPES, Recipe, Sheet, label, set_beside, set_card, set_cookbook, set_page, set_screen
from sampling.typeface import Face

PRINT = ("eb-garamond", "libre-baskerville", "old-standard-tt", "special-elite", "inter", "source-sans-3", "lora")
HANDS = ("caveat", "kalam", "patrick-hand", "homemade-apple", "reenie-beanie", "cedarville-cursive", "dancing-script")
AMOUNTS = {
    "1": 24, "2": 16, "3": 7, "4": 5, "6": 2, "8": 1.5, "12": 1,
    "1/2": 12, "1/4": 8, "3/4": 5, "1/3": 4, "2/3": 2.5, "1/8": 1,
    "1 1/2": 4, "1 3/4": 1.5, "2 1/4": 1, "1 1/3": 1, "3 1/2": 1, "2 2/3": 0.5, "2-3": 1, "1-2": 1,
}  # fmt: skip
"""How often which amount is drawn: about as often as in public ingredient lines, fractions twice as often, because
cooks who measure by the cup write more of them."""

_GLYPHS = {"1/2": "½", "1/4": "¼", "3/4": "¾", "1/3": "⅓", "2/3": "⅔", "1/8": "⅛"}

_SPOONS = frozenset((None, "cup", "teaspoon", "tablespoon", "tsp", "Tbsp", "pound"))
"""Units that any of these amounts may be of; "⅔ g" would be no likely line."""


@dataclass(frozen=True)
class Page:
    """A picture and its label."""

    image: Image.Image
    label: dict[str, Any]


def drawn_anew(key: str, dice: np.random.Generator) -> str:
    """Puts a copy of a recipe with other amounts among the recipes; returns its key."""
    recipe: Recipe = json.loads(json.dumps(RECIPES[key]))
    recipe["facts"] = recipe["facts"] or ["Serves 4"]
    for group in recipe["groups"]:
        group["ingredients"] = [_other_amount(line, dice) for line in group["ingredients"]]
    RECIPES[f"{key}_anew"] = recipe
    return f"{key}_anew"


def _other_amount(fields: list[str | None], dice: np.random.Generator) -> list[str | None]:
    line, quantity, *rest = fields
    head, _, tail = (line or "").partition(" ")
    second, _, after = tail.partition(" ")
    if quantity is None or rest[0] not in _SPOONS or not head[:1].isnumeric() or second in {"to", "or"}:
        return fields
    tail = after if second[:1].isnumeric() else tail
    weights = np.array(list(AMOUNTS.values()))
    amount = str(dice.choice(list(AMOUNTS), p=weights / weights.sum()))
    return [f"{_printed(amount, dice)} {tail}", amount, *rest]


def _printed(amount: str, dice: np.random.Generator) -> str:
    """Three fractions in five are set as one sign, the others with a slash."""
    whole, _, part = amount.rpartition(" ")
    return whole + _GLYPHS[part] if part in _GLYPHS and dice.random() < 0.6 else amount


def page(seed: int) -> Page:
    """Returns one page: a layout, a face, a paper and a camera by the seed."""
    dice = np.random.default_rng(seed)
    key = drawn_anew(str(dice.choice([one for one in RECIPES if not one.endswith("_anew")])), dice)
    category, sheet = _LAYOUTS[int(dice.integers(len(_LAYOUTS)))](key, dice)
    image = _worn(sheet.image, dice)
    return Page(image, label([sheet], category))


def _book(key: str, dice: np.random.Generator) -> tuple[str, Sheet]:
    sheet = Sheet.blank(1100, 1500)
    set_page(sheet, key, 120, family=str(dice.choice(PRINT)), size=float(dice.uniform(18, 30)), margin=90)
    return "printed_page", sheet.trim(100)


def _old(key: str, dice: np.random.Generator) -> tuple[str, Sheet]:
    sheet = Sheet.blank(900, 1100)
    set_cookbook(sheet, [key], 110, size=float(dice.uniform(21, 28)))
    return "cookbook_scan", sheet.trim(90)


def _magazine(key: str, dice: np.random.Generator) -> tuple[str, Sheet]:
    sheet = Sheet.blank(1150, 900)
    set_beside(sheet, key, size=float(dice.uniform(19, 25)))
    return "printed_page", sheet


def _screen(key: str, dice: np.random.Generator) -> tuple[str, Sheet]:
    dark = bool(dice.integers(2))
    paper, ink = ((24, 24, 27), (232, 232, 236)) if dark else ((255, 255, 255), (32, 33, 36))
    sheet = Sheet.blank(720, 1280, paper, ink)
    set_screen(sheet, key, dark, size=float(dice.uniform(20, 28)))
    return "screenshot", sheet


def _card(key: str, dice: np.random.Generator) -> tuple[str, Sheet]:
    sheet = Sheet.blank(1250, 1000, (253, 251, 244), (38, 44, 92))
    face = Face(str(dice.choice(HANDS)), built_up=bool(dice.integers(2)))
    set_card(sheet, key, face, float(dice.uniform(32, 48)), int(dice.integers(1000)))
    return "handwritten_card", sheet


_LAYOUTS: tuple[Callable[[str, np.random.Generator], tuple[str, Sheet]], ...] = (
    _book,
    _old,
    _magazine,
    _screen,
    _card,
    _card,
    _card,
)
"""Cards thrice: handwriting is where confidences spread."""


def _worn(image: Image.Image, dice: np.random.Generator) -> Image.Image:
    """Scanned or photographed, then faded, shrunk, blurred and noisy to a degree that varies from none to cruel."""
    seed, hard = int(dice.integers(1 << 30)), float(dice.uniform(0, 1)) ** 1.3
    match int(dice.integers(4)):
        case 0:
            image = aged(image, seed)
        case 1:
            jump = dice.uniform(0.02, 0.09, (4, 2))
            corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
            inside = tuple(
                (abs(x - float(dx)), abs(y - float(dy))) for (x, y), (dx, dy) in zip(corners, jump, strict=True)
            )
            image = photographed(image, seed, image.size, inside, shade=float(dice.uniform(0.1, 0.5)))
        case 2:
            image = tilted(image, float(dice.uniform(-4, 4)), (250, 248, 244))
    shrink = 1.0 - 0.6 * hard * float(dice.uniform(0.3, 1.0))
    pixels = np.asarray(image.convert("RGB"), np.float32)
    pixels = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 0.3 + 1.1 * hard * float(dice.uniform(0.3, 1.0)))
    middle = float(np.median(pixels))
    pixels = middle + (pixels - middle) * (1.0 - 0.6 * hard) + dice.normal(0.0, 1.0 + 12.0 * hard, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def write(folder: Path, count: int) -> None:
    """Writes ``count`` pages and their labels into a folder, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        target = folder / f"page_{seed:04d}.jpg"
        if target.with_suffix(".json").exists():
            continue
        made = page(seed)
        made.image.save(target, "JPEG", quality=75)
        text = json.dumps(made.label, ensure_ascii=False, indent=1)
        target.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
