"""One line, seen by one or several recognizers and weighed with how recipes are spelled, made into one reading.

Each character of the answer was seen in one of the lattices, at its place in the line (``search.SEEN``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from ray_app.engines.amount_prior import AmountPrior
from ray_app.engines.language import NUMERIC, Language
from ray_app.engines.lattice import Lattice
from ray_app.engines.search import Weights, likeliest, spelling

CANDIDATES: Final = 6
"""So many texts of each recognizer are weighed against each other."""

FOREIGN: Final = -4.0
"""A line whose characters are less likely than this (log chance, mean) in the language is none of it, and left as it was
seen: lines of real cards have -1.0 to -2.2, Greek, Russian and Chinese ones -5.2 to -7.4."""

SURE_FIGURE: Final = 0.95
"""A line with a figure less likely than this is doubtful, however sure the rest: one figure makes another amount."""

SHORT: Final = 28
"""Lines of fewer characters are taken for ingredients or titles; those of directions fill their column."""

BEGINNING: Final = 3
"""So many characters are looked at for an amount: a bullet and a space may stand before it."""


@dataclass(frozen=True, slots=True)
class LineReading:
    """What was read.

    Attributes:
        text: of the line.
        confidence: 0..1; how much of the text is expected to be right.
        readings: what each recognizer alone would have read, in their order; empty where only one did.
    """

    text: str
    confidence: float
    readings: tuple[str, ...] = ()


def is_doubtful(lattice: Lattice, below: float) -> bool:
    """Tells whether a line needs more than the likeliest class of each column.

    Args:
        lattice: of the line.
        below: mean probability of the characters, 0..1, from which on a line is sure.
    """
    text, chances = lattice.characters_seen()
    if not text:
        return False
    figures = [chance for character, chance in zip(text, chances, strict=True) if character in NUMERIC]
    return float(chances.mean()) < below or min(figures, default=1.0) < SURE_FIGURE


def is_worth_another(lattice: Lattice, below: float, amount_below: float) -> bool:
    """Tells whether a line deserves a stronger, slower reader: sooner where it may be an ingredient.

    Directions are long, cost most to read, and lose least by a wrong letter.

    Args:
        lattice: of the line.
        below: as :func:`is_doubtful` takes it, for lines of text.
        amount_below: likewise, for lines that begin with a figure (perhaps behind a bullet) or are short.
    """
    text, _ = lattice.characters_seen()
    important = len(text) < SHORT or any(character in NUMERIC for character in text.lstrip()[:BEGINNING])
    return is_doubtful(lattice, amount_below if important else below)


def read_together(
    lattices: Sequence[Lattice], shares: Sequence[float], language: Language, prior: AmountPrior, weights: Weights
) -> LineReading:
    """Returns the likeliest reading of a line.

    Args:
        lattices: of the same line, all with the same characters; at least one.
        shares: what each lattice counts for; they sum up to 1.
        language: how such lines are spelled.
        prior: which amounts go with which units.
        weights: of language and prior against lattices.
    """
    characters = lattices[0].characters
    favourites = [likeliest(lattice, language, weights)[:CANDIDATES] for lattice in lattices]
    candidates = sorted({text for texts in favourites for text in texts})
    texts = ["".join(characters[index] for index in candidate) for candidate in candidates]
    seen = sum(share * lattice.likelihoods(candidates) for share, lattice in zip(shares, lattices, strict=True))
    known = [spelling(text, language, weights) + weights.amount * prior.score(text) for text in texts]
    totals = np.asarray(seen) + np.array(known)
    chances: NDArray[np.float64] = np.exp(totals - totals.max())
    chances /= chances.sum()
    best = int(chances.argmax())
    confidence = sum(
        chance * ratio(texts[best], text) / 100 for chance, text in zip(chances.tolist(), texts, strict=True)
    )
    if language.score(texts[best]) < FOREIGN * len(texts[best]):
        return LineReading(*max((lattice.greedy() for lattice in lattices), key=lambda answer: answer[1]))
    alone = tuple("".join(characters[index] for index in found[0]) for found in favourites)
    return LineReading(texts[best], confidence, alone if len(alone) > 1 else ())
