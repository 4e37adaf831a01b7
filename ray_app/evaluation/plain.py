"""Text, numbers and units in the plain form in which readings are compared, so that "1½ C." equals "1 1/2 cup".

Forgives what does not matter on the page (case, typography, abbreviations), and nothing that does. These are the
rules by which a figure counts; the recipe's own grammar (``recipe/``) is what is being measured, so it is not used.
"""

import re
import unicodedata
from fractions import Fraction

Numbers = tuple[Fraction, ...]
"""A quantity's values: one, or the ends of a range."""

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "•": " "})
_SPACES = re.compile(r"\s+")
_RANGE_WORD = re.compile(r"\b(?:to|or)\b")
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTS = {word: str(value) for value, word in enumerate(_COUNTED, 1)}
_LETTERS = re.compile(r"[a-z]+")
_SIZE = re.compile(r"\b(?:extra-large|large|medium|small|lg|med|sm)\b\.? ?")
_WORD = re.compile(r"[\w/']+")

_SPELLINGS = {
    "teaspoon": "t tsp tsps teaspoons",
    "tablespoon": "tbs tbl tbls tblsp tbsp tbsps tablespoons",
    "cup": "c cups",
    "ounce": "oz ozs ounces",
    "pound": "lb lbs pounds",
    "pint": "pt pts pints",
    "quart": "qt qts quarts",
    "gallon": "gal gallons",
    "gram": "g gr gm gms grams",
    "kilogram": "kg kilograms",
    "milliliter": "ml millilitre millilitres milliliters",
    "liter": "l litre litres liters",
    "deciliter": "dl",
    "package": "pkg pkgs packages",
    "pinch": "pinches",
    "dash": "dashes",
}
_UNITS = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings.split()}


def plain(text: str | None) -> str:
    """Returns a text in small letters and simple signs, single spaces, vulgar fractions as n/d.

    >>> plain("1½  Cups"), plain("Tea — Cake"), plain(None)
    ('1 1/2 cups', 'tea - cake', '')
    """
    spelled = "".join(_fraction(char) or char for char in text or "")
    letters = unicodedata.normalize("NFKC", spelled).replace("\u2044", "/").lower().translate(_TYPOGRAPHY)
    return _SPACES.sub(" ", letters).strip()


def _fraction(char: str) -> str | None:
    if unicodedata.category(char) != "No" or "fraction" not in unicodedata.decomposition(char):
        return None
    return " " + unicodedata.normalize("NFKC", char).replace("\u2044", "/")


def words(text: str) -> list[str]:
    """Returns the words and numbers of a plain text.

    >>> words("1 1/2 cups baker's flour.")
    ['1', '1/2', 'cups', "baker's", 'flour']
    """
    return _WORD.findall(text)


def numbers(quantity: str | None) -> Numbers | None:
    """Returns the values of a written quantity, or None where it has none ("few", "").

    >>> numbers("1 1/2"), numbers("2-3"), numbers("one or two"), numbers("few")
    ((Fraction(3, 2),), (Fraction(2, 1), Fraction(3, 1)), (Fraction(1, 1), Fraction(2, 1)), None)
    """
    text = _RANGE_WORD.sub("-", plain(quantity))
    text = _LETTERS.sub(lambda word: _COUNTS.get(word.group(), word.group()), text)
    ends = (_sum(part.split()) for part in text.split("-"))
    return tuple(end for end in ends if end is not None) or None


def _sum(tokens: list[str]) -> Fraction | None:
    found = [value for token in tokens if (value := _number(token)) is not None]
    return sum(found, Fraction(0)) if found else None


def _number(token: str) -> Fraction | None:
    try:
        return Fraction(token)
    except (ValueError, ZeroDivisionError):
        return None


def unit(written: str | None) -> str:
    """Returns a unit's name, singular; "" where there is none.

    >>> unit("Tbsp."), unit("T"), unit("t"), unit("cloves"), unit(None)
    ('tablespoon', 'tablespoon', 'teaspoon', 'clove', '')
    """
    if (written or "").strip().rstrip(".") == "T":
        return "tablespoon"
    text = plain(written).rstrip(".")
    text = _UNITS.get(text, text)
    return text if text in _SPELLINGS else text.rstrip("s")


def without_size(name: str) -> str:
    """Returns a plain name without the sizes that a cook may count to it or not.

    >>> without_size(plain("Large eggs")), without_size(plain("med. onion"))
    ('eggs', 'onion')
    """
    return _SIZE.sub("", name).strip()
