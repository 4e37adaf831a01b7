"""Written numbers to exact fractions and back: "1½", "1 1/2", "one and a half", "2-3", "4 or 5", "1,5".

Knows numbers; knows nothing of units (units.py) and of what is measured. A number that cannot be what was written
("31/ cups", "%% cup") is told apart from no number at all, because a wrong quantity is worse than a missing one.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from ray_app.types import Amount

_WHOLE_WORDS = {
    word: Fraction(value)
    for value, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        start=1,
    )
}
_PART_WORDS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "fourth": 4,
    "fourths": 4,
    "quarter": 4,
    "quarters": 4,
    "eighth": 8,
    "eighths": 8,
}
_DENOMINATORS = frozenset((2, 3, 4, 5, 6, 8, 10, 16))
"""Denominators that cooks write. 1/7 of something is a misreading, and 1/12 is 1 1/2 with its space lost."""

_SHOWN = frozenset((2, 3, 4, 6, 8, 16))
"""Denominators that amounts are shown with; fifths and tenths come from scales and are shown as decimals."""

_DECIMALS = 4
"""Most digits behind a decimal point that are kept; scales show three."""

_WORD = "|".join(_WHOLE_WORDS)
_PART = "|".join(sorted(_PART_WORDS, key=len, reverse=True))
_NUMBER = (
    rf"(?:\d+(?:\s+and\s+|\s*-\s*(?=\d+/)|\s+)\d+/\d+|\d+/\d+|\d+[.,]\d+|\d+"
    rf"|(?:(?:{_WORD})\s+and\s+)?(?:{_WORD}|a)[\s-]+(?:{_PART})(?:\s+(?:a|an))?\b|half(?:\s+(?:a|an))?\b|(?:{_WORD})\b)"
)
_AMOUNT = re.compile(rf"(?P<low>{_NUMBER})(?:\s*(?:-|to\b|or\b)\s*(?P<high>{_NUMBER}))?", re.IGNORECASE)

_DASHES = str.maketrans({"\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2044": "/", "\u2215": "/"})
_SPACED_SLASH = re.compile(r"(?<=\d)\s*/\s*(?=\d)")
_MIXED = re.compile(r"(\d+)(?:\s+and\s+|\s*-\s*|\s+)(\d+)/(\d+)", re.IGNORECASE)
_GLUED = re.compile(r"(\d+?)(\d)/(\d{1,2})")
_PLAIN = re.compile(r"(\d+)/(\d+)")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")
_THOUSANDS = re.compile(r"\d{1,3},\d{3}")
_WORDS = re.compile(rf"(?:({_WORD})\s+and\s+)?({_WORD}|a)[\s-]+({_PART})(?:\s+(?:a|an))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A number found in a text.

    Attributes:
        low: exact, or None where something like a number stands there but cannot be what was written.
        high: upper end of a range, else None.
        text: the characters it was read from, in plain form (see :func:`plain`).
        end: where it ends in the plain text.
        glued: whether a space had to be thought in ("11/2" as 1 1/2).
    """

    low: Fraction | None
    high: Fraction | None
    text: str
    end: int
    glued: bool = False


def plain(text: str) -> str:
    """Writes vulgar fractions as n/d, all dashes as "-", and takes the spaces out of "1 / 2".

    >>> plain("1½ cups"), plain("¾ tsp"), plain("2–3"), plain("1⁄2")
    ('1 1/2 cups', '3/4 tsp', '2-3', '1/2')
    """
    out: list[str] = []
    for char in text:
        if unicodedata.category(char) == "No" and "<fraction>" in unicodedata.decomposition(char):
            lead = " " if out and out[-1][-1:].isdigit() else ""
            out.append(lead + unicodedata.normalize("NFKC", char))
        else:
            out.append(char)
    return _SPACED_SLASH.sub("/", "".join(out).translate(_DASHES))


def number(text: str) -> Fraction | None:
    """Returns the value of one written number, or None where ``text`` is none or cannot be what was written.

    >>> number("1 1/2"), number("2.5"), number("one-half"), number("one and a half"), number("11/2"), number("1/7")
    (Fraction(3, 2), Fraction(5, 2), Fraction(1, 2), Fraction(3, 2), Fraction(3, 2), None)
    """
    text = plain(text).strip().lower()
    if match := _MIXED.fullmatch(text):
        whole, part = Fraction(match[1]), _proper(match[2], match[3])
        return whole + part if part is not None else None
    if match := _PLAIN.fullmatch(text):
        part = _proper(match[1], match[2])
        return part if part is not None else _glued(text)
    if text.isascii() and text.isdigit():
        return Fraction(text)
    if (match := _DECIMAL.fullmatch(text)) and not _THOUSANDS.fullmatch(text):
        return Fraction(f"{match[1]}.{match[2]}")
    if _THOUSANDS.fullmatch(text):
        return Fraction(text.replace(",", ""))
    return _worded(text)


def read_number(text: str) -> Written | None:
    """Reads the number or range that ``text`` starts with; ``text`` must be plain (see :func:`plain`).

    >>> read_number("2-3 cups").high, read_number("4 or 5 apples").high, read_number("flour")
    (Fraction(3, 1), Fraction(5, 1), None)
    """
    match = _AMOUNT.match(text)
    if match is None:
        return None
    low, high = number(match["low"]), number(match["high"]) if match["high"] else None
    end = match.end()
    if match["high"] and (low is None or high is None or high <= low):
        low, high, end = (None, None, end) if low is None or high is None else (low, None, match.end("low"))
    glued = _PLAIN.fullmatch(match["low"]) is not None and low is not None and low > 1
    return Written(low=low, high=high, text=text[:end], end=end, glued=glued)


def format_number(value: Fraction) -> str:
    """Writes a fraction as cooks do, or as a decimal where its denominator is none of theirs.

    >>> format_number(Fraction(3, 2)), format_number(Fraction(1, 4)), format_number(Fraction(2)), format_number(Fraction("18.35"))
    ('1 1/2', '1/4', '2', '18.35')
    """
    whole, rest = divmod(value.numerator, value.denominator)
    if not rest:
        return str(whole)
    if value.denominator not in _SHOWN and 10**_DECIMALS % value.denominator == 0:
        return f"{float(value):.{_DECIMALS}f}".rstrip("0")
    part = f"{rest}/{value.denominator}"
    return f"{whole} {part}" if whole else part


def format_quantity(amount: Amount) -> str | None:
    """Writes an amount's number: "2", "1/2", "1 1/2", "2-3", or None where it has none."""
    if amount.quantity is None:
        return None
    low = format_number(amount.quantity)
    return low if amount.quantity_max is None else f"{low}-{format_number(amount.quantity_max)}"


def parse_quantity(text: str) -> tuple[Fraction, Fraction | None] | None:
    """Reads what :func:`format_quantity` writes, and any other whole number or range; None for anything else.

    >>> parse_quantity("2-3")
    (Fraction(2, 1), Fraction(3, 1))
    """
    bare = plain(text).strip()
    written = read_number(bare)
    if written is None or written.low is None or written.end != len(bare):
        return None
    return (written.low, written.high)


def _proper(numerator: str, denominator: str) -> Fraction | None:
    """Returns the fraction if a cook would write it: below one, with a denominator in use."""
    bottom = int(denominator)
    if bottom not in _DENOMINATORS or not 0 < int(numerator) < bottom:
        return None
    return Fraction(int(numerator), bottom)


def _glued(text: str) -> Fraction | None:
    """Reads "31/2" as 3 1/2: nobody writes thirty-one halves, and engines drop the thin space."""
    match = _GLUED.fullmatch(text)
    if match is None:
        return None
    part = _proper(match[2], match[3])
    whole = int(match[1])
    return whole + part if part is not None and 0 < whole < 10 else None


def _worded(text: str) -> Fraction | None:
    if text in _WHOLE_WORDS:
        return _WHOLE_WORDS[text]
    if text in {"half", "half a", "half an"}:
        return Fraction(1, 2)
    match = _WORDS.fullmatch(text)
    if match is None:
        return None
    whole = _WHOLE_WORDS[match[1]] if match[1] else Fraction(0)
    count = Fraction(1) if match[2] == "a" else _WHOLE_WORDS[match[2]]
    return whole + count / _PART_WORDS[match[3]]
