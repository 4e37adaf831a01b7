"""One ingredient line to its fields: amounts by our own grammar (amounts.py), name and preparation by the CRF parser.

Knows one line of English; knows nothing of pages. Another language would be another class with the same ``parse``.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from ray_app.recipe import quantities
from ray_app.recipe.amounts import Leading, read_leading, strip_bullet
from ray_app.recipe.repair import repair
from ray_app.recipe.tagger import tagger_folder
from ray_app.recipe.trailing import read_trailing
from ray_app.recipe.units import MEASURES, unit_name
from ray_app.types import Amount

_ENDS = " \t.,;:*"
_BRACKETED = re.compile(r"^\(([^()]*)\)$")
_SPACE_BEFORE_COMMA = re.compile(r"\s+(?=[,;)])")
_STAND_IN = "pinch"
_UNKNOWN_UNITS = frozenset(
    (
        *("grain", "grating", "blade", "bit", "wineglass", "peck", "bushel", "strip", "cube", "ear"),
        *("gill", "teacup", "saltspoon", "lump", "spear", "leaf"),
    )
)
"""Units that the parser takes for a part of the name; it is told ``_STAND_IN`` instead."""

_ANY_NUMBER = re.compile(r"(?<![\w/.,])(?=[\da-zA-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedLine:
    """The fields of one ingredient line. What is not written there is None or empty.

    Attributes:
        trust: 0..1, how plainly the amount was written; 1 where there is none.
        name_confidence: 0..1, of the parser; None where there is no name.
        preparation_confidence: likewise.
    """

    amounts: tuple[Amount, ...]
    name: str | None
    preparation: str | None
    size: str | None
    comment: str | None
    trust: float
    name_confidence: float | None
    preparation_confidence: float | None

    @property
    def amount(self) -> Amount:
        """The amount to cook with; one without a quantity where the line gives none."""
        return self.amounts[0] if self.amounts else Amount(quantity=None)


class IngredientParser:
    """Parses ingredient lines. Loads its model once, about a second; one thread at a time; about 2 ms a line."""

    def __init__(self, language: Literal["en"] = "en") -> None:
        """Loads the model, offline.

        Raises:
            EngineUnavailable: the tagger's weights are missing or can be put nowhere.
        """
        self._parse = _load()
        self._language = language

    def parse(self, line: str) -> ParsedLine:
        """Parses one line, with or without bullet; wrapped lines must have been joined before."""
        text = strip_bullet(line)
        leading = read_leading(text) or _moved_ahead(text)
        sentence = _sentence(leading) if leading else quantities.plain(text)
        if not any(char.isalnum() for char in sentence):
            return _bare(text, leading)
        found = self._parse(sentence.rstrip(_ENDS), lang=self._language, string_units=True, separate_names=False)
        names = [found.name] if not isinstance(found.name, list) else found.name
        name = next((part for part in names if part), None)
        return ParsedLine(
            amounts=_with_unit(leading, found.amount) if leading else _elsewhere(text, found.amount),
            name=_words(name),
            preparation=_words(found.preparation),
            size=_words(found.size),
            comment=_words(found.comment),
            trust=leading.trust if leading else 1.0,
            name_confidence=name.confidence if name else None,
            preparation_confidence=found.preparation.confidence if found.preparation else None,
        )


def _load() -> Callable[..., Any]:
    """Imports the parser with its tagger in place. The import changes the process's warning filters; they are put back."""
    import nltk.data

    folder = str(tagger_folder())
    if folder not in nltk.data.path:
        nltk.data.path.insert(0, folder)
    with warnings.catch_warnings():
        from ingredient_parser import parse_ingredient
    return parse_ingredient  # type: ignore[no-any-return,unused-ignore]


def _moved_ahead(text: str) -> Leading | None:
    """Reads "Flour ... 2 cups" as "2 cups Flour" is read."""
    trailing = read_trailing(text)
    return replace(trailing.leading, rest=trailing.name) if trailing else None


def _sentence(leading: Leading) -> str:
    """Writes the line anew for the parser: the amount put right (1 where it is lost), then the rest."""
    first = leading.amounts[0]
    number = quantities.format_quantity(first) or "1"
    unit = _STAND_IN if first.unit in _UNKNOWN_UNITS else first.unit or ""
    return " ".join(part for part in (number, unit, leading.rest) if part)


def _bare(text: str, leading: Leading | None) -> ParsedLine:
    return ParsedLine(
        amounts=leading.amounts if leading else (),
        name=text.strip(_ENDS) or None,
        preparation=None,
        size=None,
        comment=None,
        trust=leading.trust if leading else 1.0,
        name_confidence=None,
        preparation_confidence=None,
    )


def _with_unit(leading: Leading, found: list[Any]) -> tuple[Amount, ...]:
    """Adds the unit that stands behind the name ("1 garlic clove, minced"), which only the parser can tell."""
    first = leading.amounts[0]
    if first.unit is not None or not found:
        return leading.amounts
    words = str(getattr(found[0], "unit", "") or "").split()
    unit = unit_name(words[-1]) if words else None
    if unit is None or unit in MEASURES or len(leading.amounts) > 1:
        return leading.amounts
    amount = Amount(
        quantity=first.quantity, quantity_max=first.quantity_max, unit=unit, text=f"{first.text} {words[-1]}"
    )
    return (amount, *leading.amounts[1:])


def _elsewhere(text: str, found: list[Any]) -> tuple[Amount, ...]:
    """Takes the parser's amounts within a line ("Juice of 1 lemon"), those whose numbers stand in the line."""
    written = _numbers(text)
    amounts: list[Amount] = []
    for part in found:
        for one in getattr(part, "amounts", [part]):
            low, high = one.quantity, one.quantity_max
            if isinstance(low, Fraction) and low in written:
                top = high if isinstance(high, Fraction) and high != low and high in written else None
                words = str(one.unit or "").split()
                unit = unit_name(words[-1]) if words else None
                amounts.append(Amount(quantity=low, quantity_max=top, unit=unit, text=str(one.text)))
    return tuple(amounts)


def _numbers(text: str) -> frozenset[Fraction]:
    """Returns all numbers that are written in a text, words included.

    >>> sorted(_numbers("White one egg")), sorted(_numbers("salt"))
    ([Fraction(1, 1)], [])
    """
    bare = repair(quantities.plain(text))
    found = (quantities.read_number(bare[match.start() :]) for match in _ANY_NUMBER.finditer(bare))
    return frozenset(value for one in found if one for value in (one.low, one.high) if value is not None)


def _words(part: Any) -> str | None:  # noqa: ANN401 -- the parser's own class, known only once it is loaded
    if part is None:
        return None
    text = _SPACE_BEFORE_COMMA.sub("", str(part.text)).strip(_ENDS)
    return _BRACKETED.sub(r"\1", text) or None
