"""The characters that a recipe needs, and how a label is written in them."""

import unicodedata
from typing import Final

FRACTIONS: Final = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4),
    "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6),
    "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
"""Each fraction that has a character of its own: numerator and denominator."""

ASCII: Final = "".join(map(chr, range(0x21, 0x7F)))
LETTERS: Final = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝàáâãäåæçèéêëìíîïðñòóôõöøùúûüýÿßŒœāēīōūćčğłńřśşšžŻżıő"
TYPOGRAPHY: Final = "‘’“”–—…′″«»†‡"
SIGNS: Final = "°º×÷±®™©¢£€§¶¹²³→↑↓−≈≤≥µ"
BULLETS: Final = "•·■□○☑✓★☆♥"

ALPHABET: Final = ASCII + LETTERS + TYPOGRAPHY + SIGNS + BULLETS + "".join(FRACTIONS)
"""In the order of the recognizer's columns, between the blank and the space."""

SAME: Final = {
    "⁄": "/", "∕": "/", "▪": "■", "●": "•", "◦": "○", "☐": "□", "✔": "✓", "☒": "☑", "∙": "·", "⋅": "·",
    "‐": "-", "‑": "-", "‒": "–", "―": "—", "‚": ",", "`": "‘", "´": "’", "\u00a0": " ", "\u2009": " ", "ﬁ": "fi", "ﬂ": "fl",
}  # fmt: skip
"""Twins: what can't be told apart in a picture of one line (or means the same there) is read as one character."""


def written(text: str) -> str:
    """Returns ``text`` as a label: twins replaced, foreign accents dropped, spaces single; may still be unreadable.

    >>> written("1⁄2  cup  ☐ jalapen\u0303o ● ﬁg")
    '1/2 cup □ jalapeño • fig'
    """
    text = unicodedata.normalize("NFC", text)
    return " ".join("".join(_near(SAME.get(char, char)) for char in text).split())


def readable(text: str) -> bool:
    """Tells whether each character is one that the recognizer can answer."""
    return all(char in _KNOWN for char in text)


def _near(text: str) -> str:
    if len(text) != 1 or text in _KNOWN or text.isspace():
        return text
    base = unicodedata.normalize("NFD", text)[0]
    return base if base in _KNOWN else text


_KNOWN = frozenset(ALPHABET + " ")
