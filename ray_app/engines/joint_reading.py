"""One line, seen by one or several recognizers and weighed with how recipes are spelled, made into one reading.

Each character of the answer was seen in one of the lattices, at its place in the line (``search.SEEN``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from ray_app.engines.language import Language
from ray_app.engines.lattice import Lattice
from ray_app.engines.search import Weights, likeliest, spelling

CANDIDATES: Final = 8
"""So many texts of each recognizer are weighed against each other."""

DISAGREE: Final = 0.05
"""An amount that is this likely, or the first choice of one recognizer, is told beside the chosen one."""

_AMOUNT: Final = re.compile(r"[^\w½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]*((?:[\d½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞][\s./–—-]*)+)")


@dataclass(frozen=True, slots=True)
class LineReading:
    """What was read.

    Attributes:
        text: of the line.
        confidence: 0..1; how much of the text is expected to be right.
        other: the line with another amount in front that may be the right one; None where readings agree.
    """

    text: str
    confidence: float
    other: str | None = None


def read_together(
    lattices: Sequence[Lattice], shares: Sequence[float], language: Language, weights: Weights
) -> LineReading:
    """Returns the likeliest reading of a line.

    Args:
        lattices: of the same line, all with the same characters; at least one.
        shares: what each lattice counts for; they sum up to 1.
        language: how such lines are spelled.
        weights: of language against lattices.
    """
    characters = lattices[0].characters
    favourites = [likeliest(lattice, language, weights)[:CANDIDATES] for lattice in lattices]
    candidates = sorted({text for texts in favourites for text in texts})
    texts = ["".join(characters[index] for index in candidate) for candidate in candidates]
    seen = sum(share * lattice.likelihoods(candidates) for share, lattice in zip(shares, lattices, strict=True))
    totals = np.asarray(seen) + np.array([spelling(text, language, weights) for text in texts])
    chances: NDArray[np.float64] = np.exp(totals - totals.max())
    chances /= chances.sum()
    best = int(chances.argmax())
    confidence = sum(
        chance * ratio(texts[best], text) / 100 for chance, text in zip(chances.tolist(), texts, strict=True)
    )
    firsts = {candidates.index(found[0]) for found in favourites}
    return LineReading(texts[best], confidence, _other(texts, chances, best, firsts))


def _other(texts: Sequence[str], chances: NDArray[np.float64], best: int, firsts: set[int]) -> str | None:
    """Returns the likeliest text with another amount, if that amount is likely enough or one recognizer's first choice."""
    amounts = [leading_amount(text) for text in texts]
    rivals = [index for index in range(len(texts)) if amounts[index] != amounts[best]]
    if not rivals:
        return None
    rival = max(rivals, key=lambda index: chances[index])
    likely = sum(float(chances[index]) for index in rivals if amounts[index] == amounts[rival])
    return texts[rival] if likely >= DISAGREE or firsts & set(rivals) else None


def leading_amount(text: str) -> str:
    """Returns the figures at the start of a line, without blanks; "" where it starts otherwise.

    >>> leading_amount("• 1 ½ cups milk"), leading_amount("salt")
    ('1½', '')
    """
    found = _AMOUNT.match(text)
    return re.sub(r"\s|[./–—-]+$", "", found.group(1).strip()) if found else ""
