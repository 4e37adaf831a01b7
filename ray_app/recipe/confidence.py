"""How sure an ingredient and its fields are: what engine and parser say, mended into the share of such readings that is right.

Engines are too sure of themselves, each in its own way, and a lost fraction is no less sure than a read one. The curves
in confidence.json mend that; scripts/fit_calibration.py fits them, docs/accuracy.md tells on what and how far they can
be trusted. They belong to one recognizer each: another one's confidences are left as they are. Knows numbers only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from math import prod
from typing import Any

from ray_app.recipe.amounts import PLAIN, REPAIRED
from ray_app.types import EngineInfo, FieldConfidence

Knots = tuple[tuple[float, float], ...]
"""A curve: (confidence given, share right) pairs, ascending, joined by straight lines."""

Curves = Mapping[str, Knots]
"""Over the reading: ``quantity`` as written, ``quantity_repaired``, ``quantity_guessed``, ``quantity_lost`` (none is
given, though the line has one) and ``unit``; over reading times parsing: ``name``; over the product of the mended
fields: ``ingredient``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known of one ingredient's reading and parsing, all 0..1.

    Attributes:
        read: of its least sure line.
        trust: how plainly the amount was written (``amounts.PLAIN`` and below).
        quantity: whether it has one.
        unit: whether it has one.
        name: of the parser; None where there is no name.
        preparation: likewise.
    """

    read: float
    trust: float
    quantity: bool
    unit: bool
    name: float | None
    preparation: float | None

    @property
    def form(self) -> str | None:
        """The curve of its quantity; None where the line has no amount."""
        if self.quantity:
            return (
                "quantity"
                if self.trust == PLAIN
                else "quantity_repaired"
                if self.trust >= REPAIRED
                else "quantity_guessed"
            )
        return "quantity_lost" if self.trust < PLAIN else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sure:
    """How sure the fields are, and the ingredient as a whole."""

    fields: FieldConfidence
    whole: float


def as_said(given: Given) -> Sure:
    """Returns the reading times the parsing, field by field, and the least of them: nothing mended."""
    fields = FieldConfidence(
        quantity=given.read * given.trust if given.quantity else None,
        unit=given.read if given.unit else None,
        name=None if given.name is None else given.read * given.name,
        preparation=None if given.preparation is None else given.read * given.preparation,
    )
    known = _known(fields) + ([fields.preparation] if fields.preparation is not None else [])
    least = min(known, default=0.0)
    return Sure(fields=fields, whole=least if given.trust == PLAIN else min(least if known else 1.0, given.trust))


def mend(given: Given, curves: Curves) -> Sure:
    """Returns the shares of readings like this one that are right; as they were said where there are no curves."""
    said = as_said(given)
    if not curves:
        return said
    fields = FieldConfidence(
        quantity=on_curve(curves[given.form or "quantity"], given.read) if given.quantity else None,
        unit=on_curve(curves["unit"], given.read) if given.unit else None,
        name=None if said.fields.name is None else on_curve(curves["name"], said.fields.name),
        preparation=None if said.fields.preparation is None else on_curve(curves["name"], said.fields.preparation),
    )
    return Sure(fields=fields, whole=on_curve(curves["ingredient"], together(given, fields, curves)))


def together(given: Given, fields: FieldConfidence, curves: Curves) -> float:
    """Returns the product of quantity, unit and name; a quantity that was lost counts as one that is hardly ever right."""
    lost = [on_curve(curves["quantity_lost"], given.read)] if given.form == "quantity_lost" else []
    return prod(_known(fields) + lost)


def on_curve(knots: Knots, value: float) -> float:
    """Returns the curve's height: on the line between two knots, flat beyond the ends; the value itself without knots."""
    if not knots:
        return value
    if value <= knots[0][0]:
        return knots[0][1]
    for (x1, y1), (x2, y2) in pairwise(knots):
        if value <= x2:
            return y1 + (y2 - y1) * (value - x1) / (x2 - x1)
    return knots[-1][1]


def curves_of(engine: EngineInfo) -> Curves:
    """Returns the curves of the recognizers that read; none where none were fitted on them."""
    return _fitted().get(reader_name(engine), {})


def reader_name(engine: EngineInfo) -> str:
    """Returns the name of what turned lines into letters: its kind and weights, but for those that only found the lines."""
    return f"{engine.kind}/{'+'.join(part for part in engine.models if '_det:' not in part)}"


def _known(fields: FieldConfidence) -> list[float]:
    return [value for value in (fields.quantity, fields.unit, fields.name) if value is not None]


@lru_cache(maxsize=1)
def _fitted() -> Mapping[str, Curves]:
    """The curves by engine and weights: other weights are another recognizer."""
    data: Mapping[str, Any] = json.loads((files(__package__) / "confidence.json").read_text(encoding="utf-8"))
    return {
        name: {field: tuple((x, y) for x, y in knots) for field, knots in curves.items()}
        for name, curves in data["readers"].items()
    }
