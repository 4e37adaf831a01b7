"""What a page holds that makes no recipe, or no whole one: specks, another script, letters too small, a list alone.

Knows lines and recipes; knows nothing of pixels. The bounds were set on drawn pages, on photos without text and on
thumbnails of the samples (tests/contract/test_bad_input.py).
"""

import re
import unicodedata
from collections.abc import Sequence

from ray_app.errors import (
    BlankPage,
    Illegible,
    InputError,
    NoRecipe,
    NoticeCode,
    OtherScript,
    TooSmall,
)
from ray_app.types import THUMBNAIL_SIDE, Notice, PageText, Recipe

_WORD = re.compile(r"[^\W\d_]{3,}|[\u3040-\u9fff\uac00-\ud7af]{2,}")
"""Engines read specks of photos as one or two letters or digits; scripts without spaces have short words."""

_GARBLED = re.compile(r"[a-zß-ÿ][A-ZÀ-Þ]|[A-ZÀ-Þ]{2}[a-zß-ÿ]")
"""Capitals within a word: what Latin letters make of Cyrillic ones."""

_OTHER_LETTERS = 0.3
_GARBLED_WORDS = 0.3
"""Shares from which on a page is another script's. Pages in Latin letters have hardly any of both."""

_SURE, _SURE_ENOUGH, _SEEN = 0.85, 0.78, 0.5
"""Letters are read with .86 and more on each of 25 real pages, handwriting included, with .74 to .78 on Arabic and Hebrew
ones. Samples scaled down to 160 to 300 pixels have wrong amounts throughout up to .76, and right ones from .95; between
them recipes are given up on thumbnails alone. What a photo of coins seems to say has .48 at most."""


def why_no_recipe(page: PageText, recipes: Sequence[Recipe], *, low_resolution: bool) -> InputError | None:
    """Returns why a page that was read gives no recipe, or None where it gives one.

    Args:
        page: its lines.
        recipes: what was made of them; a page of another script, or one too small to be read, has none that is true.
        low_resolution: whether its letters are too small to be read surely.
    """
    small = max(page.size) < THUMBNAIL_SIDE
    if not has_words(page):
        return TooSmall.thumbnail(page.size) if small else BlankPage("nothing that was found on it makes a word")
    if _other_letters(page.text) >= _OTHER_LETTERS:
        return OtherScript("the text is not in Latin letters")
    if small:  # amounts are guesses there, however well the words fit
        return TooSmall.thumbnail(page.size)
    sure = _sureness(page)
    garbled = _garbled(page.text) >= _GARBLED_WORDS
    if low_resolution and (sure < _SURE_ENOUGH or not recipes):
        return TooSmall("its letters are too small for a recipe to be made out")
    if (sure < _SURE and (garbled or not recipes)) or (garbled and not recipes):
        return Illegible("what was read makes no words: another script, or a blurred picture")
    return None if recipes else NoRecipe("text was read, but it holds neither ingredients nor directions")


def has_words(page: PageText) -> bool:
    """Tells whether anything that was read makes a word; engines take specks of a photo for letters."""
    return any(_WORD.search(line.text) and (line.confidence is None or line.confidence >= _SEEN) for line in page.lines)


def why_incomplete(recipes: Sequence[Recipe]) -> tuple[Notice, ...]:
    """Returns remarks on what all recipes of a page lack: a title, a list, or directions."""
    found: list[Notice] = []
    if not any(recipe.title for recipe in recipes):
        found.append(Notice(code=NoticeCode.NO_TITLE, message="there is no title: the top may be missing"))
    if not any(recipe.ingredients for recipe in recipes):
        found.append(Notice(code=NoticeCode.NO_INGREDIENTS, message="there are directions, but no list of ingredients"))
    if not any(recipe.directions for recipe in recipes):
        found.append(
            Notice(code=NoticeCode.NO_DIRECTIONS, message="there is a list, but no directions: part of a recipe")
        )
    return tuple(found)


def _other_letters(text: str) -> float:
    """Returns the share of a text's letters that are not Latin.

    >>> _other_letters("Crème brûlée"), _other_letters("яйца")
    (0.0, 1.0)
    """
    letters = [char for char in text if char.isalpha()]
    return sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters) / max(1, len(letters))


def _garbled(text: str) -> float:
    """Returns the share of a text's words that have capitals where no word has them.

    >>> _garbled("2 CTakaHa MyKn"), _garbled("2 Cups FLOUR")
    (1.0, 0.0)
    """
    found = [match.group() for match in re.finditer(r"[^\W\d_]{2,}", text)]
    return sum(_GARBLED.search(word) is not None for word in found) / max(1, len(found))


def _sureness(page: PageText) -> float:
    """Returns the mean confidence of the letters, 0..1; an unknown one counts as sure."""
    letters = sum(len(line.text) for line in page.lines)
    said = sum(len(line.text) * (1.0 if line.confidence is None else line.confidence) for line in page.lines)
    return said / max(1, letters)
