"""The amounts at the head of an ingredient line: number, unit, and what stands beside them.

"2 cans (6 oz.) lump crabmeat" is 2 cans, each 6 ounces, of "lump crabmeat". Written as a small grammar and not left to
the statistical parser, so that each number given is one that stands in the line, and one that cannot be right is
given as none: a wrong quantity is worse than a missing one.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from ray_app.recipe import quantities
from ray_app.recipe.quantities import Written
from ray_app.recipe.repair import repair
from ray_app.recipe.units import (
    CONTAINERS,
    MEASURES,
    PINCHES,
    SPOONS_AND_CUPS,
    is_singular,
    unit_lookalike,
    unit_name,
)
from ray_app.types import Amount

PLAIN, REPAIRED, GUESSED = 1.0, 0.8, 0.6
"""How far an amount is trusted: as written; a look-alike put right; a lost stroke put back because nothing else fits."""

_BULLET = re.compile(
    r"^\s*(?:[□☐☑▢]\s?[\])|]|[•·●○◦▪▫■□☐☑✓✔▢❑❒➢►‣∙*¢]+|\[[ xX]?\]|\(\s?\)|[-–—](?=\s)|[eoO©®»«°~_=](?=\s+\S))\s*"
)
"""Bullets and check boxes, and what engines read for them: no English line starts with a lone "e" or "o". A
drawn box comes as "□]" too."""

_LITER_AFTER = re.compile(r"^\s*[I|]\s+(?=[a-z])")
_GARBLE = re.compile(r"^[^A-Za-z\s(]*[\d%/][^\sA-Za-z(]*")
_NOT_A_WORD = re.compile(r"^(?=\S*[^A-Za-z\s.,])\S{1,4}\s+(?=(?P<unit>\S+)\s)")
_BROKEN_AFTER = re.compile(r"^\s?[/%'\"*°¾½¼\\]\S*|^[^\sA-Za-z(),.;:/~+-]\S*")
_WORD = re.compile(r"^\s*(fl\.?\s*oz\b\.?|fluid\s+ounces?\b|[+]?[A-Za-z0-9]+\.?)", re.IGNORECASE)
_FLUID = re.compile(r"fl\.?\s*oz\.?|fluid\s+ounces?", re.IGNORECASE)
_LEAD = re.compile(r"^(?:(?:a|an|few|a few|some|about|approx\.?|approximately|scant|heaping|~)\s+)+", re.IGNORECASE)
_BEFORE_UNIT = re.compile(
    r"^\s*(?:(?:scant|heaping|heaped|level|rounded|rounding|generous|good|packed|small|large|big|full|whole)\s+|(?:sm|lg|lge|med|heap|lev)(?:\.\s*|\s+))",
    re.IGNORECASE,
)
_COUNT_AND_SIZE = re.compile(
    r"^(?P<count>\d+)(?P<dash>\s?-\s?|\s)(?P<size>\d+(?:[ ./]\d[\d/]*)?)"
    r"(?P<measure>(?P<hyphen>\s?-)?\s?(?P<unit>[A-Za-z]+)\b\.?)\s+(?P<container>[A-Za-z]+)\b"
)
_ONE_OF_INCHES = re.compile(r"^1\s?-\s?(?P<size>\d+)(?:\s?-?\s?inch\b|\s?\")", re.IGNORECASE)
_BEFORE_ITS_UNIT = re.compile(r"^(?:\s*of\s+an?\s+|\s?-\s?)(?=(?P<unit>[A-Za-z]+))")
"""What stands between a number and its unit: "1/3 of a cup", "1-tsp."."""

_OF = re.compile(r"^\s*of\s+", re.IGNORECASE)
_BESIDE = re.compile(r"^\s*(?:/|\+|plus\b|or\b|and\b|x|×)?\s*", re.IGNORECASE)
_BRACKET = re.compile(
    r"\(\s*(?:about|approx\.?|approximately|each|~|w|or)?\s*(?P<inner>[^()]*?)\s*(?:each|total)?\s*\)"
)

_STROKE_LOST = {text: Fraction(int(text[0]), int(text[1])) for text in ("12", "13", "14", "18")}
"""What is left of 1/2, 1/3, 1/4 and 1/8 when an engine drops the stroke. "34" is made of 2/3 and 1/2 as well."""

_STROKES_LEFT = frozenset(("3", "4", "8", "13", "14", "18", "23", "34", "38"))
"""What may be left of a fraction and is no likely number of cups; nothing tells which fraction it was."""

_TOO_MANY = {"teaspoon": 12, "tablespoon": 33, "cup": 41}
"""From here on no household recipe measures by this unit; it is the next larger one, or a misreading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """What a line starts with.

    Attributes:
        amounts: the first is the one to cook with; never empty.
        rest: the line behind them, without amounts in brackets.
        trust: 0..1, how plainly the number was written.
        numbered: whether the line starts with a number, be it readable or not.
    """

    amounts: tuple[Amount, ...]
    rest: str
    trust: float
    numbered: bool


def strip_bullet(line: str) -> str:
    """Takes bullets and check boxes off.

    >>> strip_bullet("• 2 eggs"), strip_bullet("[ ] salt"), strip_bullet("- 1 cup milk"), strip_bullet("-18 C")
    ('2 eggs', 'salt', '1 cup milk', '-18 C')
    """
    return _BULLET.sub("", line).strip()


def has_bullet(line: str) -> bool:
    """Tells whether the line starts with a bullet or check box.

    >>> has_bullet("• Flour"), has_bullet("Flour")
    (True, False)
    """
    return _BULLET.match(line) is not None


def read_leading(line: str) -> Leading | None:
    """Reads the amounts that a line starts with, or returns None where it starts with none.

    >>> read_leading("2 (15 oz) cans black beans, drained").rest
    'black beans, drained'
    >>> read_leading("31/ cups flour").amounts[0].quantity is None
    True
    """
    bare = quantities.plain(strip_bullet(line))
    fixed = repair(bare)
    trust = PLAIN if fixed == bare else REPAIRED
    lead = _LEAD.match(fixed)
    body = fixed[lead.end() :] if lead else fixed
    written, rest = _number(_each(body))
    if written is None:
        return _without_number(body, trust)
    if written.low is None or written.glued:
        trust = min(trust, REPAIRED if written.glued else GUESSED)
    joint = _BEFORE_ITS_UNIT.match(rest)
    if joint and unit_name(joint["unit"]) not in (None, "inch", "cm"):  # "1-inch pieces" are no inch
        rest = rest[joint.end() :]
    beside, rest = _brackets(rest)
    second, rest = _size_before_unit(rest) if beside is None else (None, rest)
    unit, word, rest = _unit(rest)
    if unit is not None and (nested := _measure_follows(unit, rest)) is not None:
        unit, word, rest = nested
        written = replace(written, low=None, high=None)
    low, doubt = _plausible(written, unit, word)
    text = f"{written.text} {word}".strip()
    first = Amount(quantity=low, quantity_max=written.high if low is not None else None, unit=unit, text=text)
    joined, rest = _joined(rest) if unit in MEASURES else (None, rest)
    more = tuple(amount for amount in (beside, second, joined) if amount is not None)
    return Leading(amounts=(first, *more), rest=_OF.sub("", rest).strip(), trust=min(trust, doubt), numbered=True)


def _each(text: str) -> str:
    """Puts the size of a container into brackets where it reads like the end of a range or like the part of a number.

    >>> _each("1 - 16 oz. can pumpkin"), _each("2-8 oz. pkgs. cheese"), _each("2 1/4-oz. envelopes yeast")
    ('1 (16 oz.) can pumpkin', '2 (8 oz.) pkgs. cheese', '2 (1/4-oz.) envelopes yeast')
    >>> _each("8-10 oz. package spinach"), _each("1 1/2-lb. package beef"), _each("2-3 oz. butter")
    ('8-10 oz. package spinach', '1 1/2-lb. package beef', '2-3 oz. butter')
    >>> _each('1-9" pie shell')
    '1 9-inch pie shell'
    """
    text = _ONE_OF_INCHES.sub(r"1 \g<size>-inch", text)
    found = _COUNT_AND_SIZE.match(text)
    if found is None or unit_name(found["unit"]) not in MEASURES or unit_name(found["container"]) not in CONTAINERS:
        return text
    many = found["container"].endswith("s")
    dashed = "-" in found["dash"] and (many or found["count"] == "1")
    fraction = found["hyphen"] is not None and "/" in found["size"] and " " not in found["size"] and many
    if not (dashed or fraction):
        return text
    return f"{found['count']} ({found['size']}{found['measure']}) {text[found.start('container') :]}"


def _number(text: str) -> tuple[Written | None, str]:
    """Splits the number off; a garbled one counts as a number without a value."""
    written = quantities.read_number(text)
    if written is not None:
        rest = text[written.end :]
        broken = _BROKEN_AFTER.match(rest)
        if broken is None or _slash_amount(rest):
            return written, rest
        garbled = text[: written.end] + broken.group()
        return Written(low=None, high=None, text=garbled, end=len(garbled)), text[len(garbled) :]
    match = _GARBLE.match(text) or _before_unit(text)
    if match is None:
        return None, text
    return Written(low=None, high=None, text=match.group(), end=match.end()), text[match.end() :]


def _before_unit(text: str) -> re.Match[str] | None:
    """Finds a short token that is no word before a measure: "Y2 cup" had an amount."""
    match = _NOT_A_WORD.match(text)
    if match is None:
        return None
    return match if (unit_name(match["unit"]) or unit_lookalike(match["unit"])) in MEASURES else None


def _slash_amount(rest: str) -> bool:
    """Tells whether a slash after a number starts a second amount ("250/9 oz" does not; units decide)."""
    return rest.lstrip().startswith("/") and quantities.read_number(rest.lstrip()[1:].lstrip()) is not None


def _unit(text: str) -> tuple[str | None, str, str]:
    """Splits a unit off the head: the unit, its word as written, and the rest."""
    liter = _LITER_AFTER.match(text)
    if liter:
        return "liter", "I", text[liter.end() :]
    size = _BEFORE_UNIT.match(text)
    body = text[size.end() :] if size else text
    match = _WORD.match(body)
    if match is None:
        return None, "", text
    word = match[1]
    unit = "fluid ounce" if _FLUID.fullmatch(word) else None
    unit = unit or unit_name(word) or unit_lookalike(word)
    behind = body[match.end() :]
    if unit is None or (size and unit in MEASURES and size.group().strip().lower() in {"small", "large", "big"}):
        return None, "", text
    if behind[:1] in {"-", "'"}:
        return None, "", text
    keeps_size = size is not None and unit not in MEASURES and unit not in PINCHES  # "1 large head" is a size
    return unit, word, (size.group().strip() + " " if size and keeps_size else "") + behind.lstrip(" .")


def _measure_follows(unit: str, rest: str) -> tuple[str, str, str] | None:
    """Finds "34g cups": one measure straight behind another means that the first belongs to a garbled number."""
    second, word, behind = _unit(rest)
    if unit in MEASURES and second in MEASURES and second is not None:
        return second, word, behind
    return None


def _plausible(written: Written, unit: str | None, word: str) -> tuple[Fraction | None, float]:
    """Returns the quantity, or None where number and unit cannot stand together ("214 tablespoons")."""
    low = written.low
    if low is None or unit not in SPOONS_AND_CUPS or not written.text.isdigit():
        return low, PLAIN
    lost = _STROKE_LOST.get(written.text)
    if lost is not None and (is_singular(word) or (unit != "tablespoon" and not word.rstrip(".").endswith("s"))):
        return lost, GUESSED
    left = written.text in _STROKES_LEFT and (low >= 10 or is_singular(word))
    if left or low >= _TOO_MANY[unit] or (low >= 10 and is_singular(word)):
        return None, GUESSED
    return low, PLAIN


def _brackets(text: str) -> tuple[Amount | None, str]:
    """Takes the first amount in brackets out: " (14 oz) can tomatoes" gives 14 ounce and " can tomatoes"."""
    for match in _BRACKET.finditer(text):
        inner = re.sub(r"(?<=\d)-(?=[A-Za-z])", " ", match["inner"].strip())
        written = quantities.read_number(inner)
        if written is None or written.low is None:
            continue
        unit, word, behind = _unit(inner[written.end :])
        if unit is None or behind.strip(" ."):
            continue
        amount = Amount(quantity=written.low, quantity_max=written.high, unit=unit, text=f"{written.text} {word}")
        return amount, text[: match.start()].rstrip() + " " + text[match.end() :].lstrip()
    return None, text


def _size_before_unit(text: str) -> tuple[Amount | None, str]:
    """Takes the size of a container out: " 16oz. pkg cake mix" and " x 400g tins" have one, " 9 oz" behind a unit not."""
    body = re.sub(r"^\s*[x×]\s*(?=\d)", "", text, flags=re.IGNORECASE)
    body = re.sub(r"^(\s*\d+(?:[.,]\d+)?)-(?=[A-Za-z])", r"\1 ", body)
    start = len(body) - len(body.lstrip())
    written = quantities.read_number(body[start:]) if start or body != text else None
    if written is None or written.low is None:
        return None, text
    unit, word, rest = _unit(body[start + written.end :])
    if unit not in MEASURES:
        return None, text
    return Amount(quantity=written.low, quantity_max=written.high, unit=unit, text=f"{written.text} {word}"), " " + rest


def _joined(text: str) -> tuple[Amount | None, str]:
    """Takes a second measure out: "/9 oz flour", "plus 2 tablespoons sugar", "2 oz butter"."""
    beside = _BESIDE.match(text)
    start = beside.end() if beside else 0
    written = quantities.read_number(text[start:])
    if written is None or written.low is None:
        return None, text
    unit, word, rest = _unit(text[start + written.end :])
    if unit not in MEASURES:
        return None, text
    return Amount(quantity=written.low, quantity_max=written.high, unit=unit, text=f"{written.text} {word}"), rest


def _without_number(text: str, trust: float) -> Leading | None:
    """Reads "pinch black pepper" and a measure that has lost its number ("cup milk")."""
    unit, word, rest = _unit(text)
    if unit is None or not rest.strip():
        return None
    alone = unit in PINCHES or unit in MEASURES or unit == "package" or rest.lstrip().startswith("(")
    if not alone or unit_name(word) is None:
        return None
    beside, rest = _brackets(rest)
    first = Amount(quantity=None, unit=unit, text=word)
    amounts = (first,) if beside is None else (first, beside)
    return Leading(amounts=amounts, rest=_OF.sub("", rest).strip(), trust=trust, numbered=False)
