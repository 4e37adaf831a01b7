"""Two readings of one line made into one: the amount from the recognizer that was taught amounts, letters from the other.

Knows strings only. Each character of the answer stands in one of the readings, and in its order there.
"""

import re
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

_AMOUNT = re.compile(
    r"""
    [\s•·▪○◦☐☑✓□*~\-–—]*                         # a bullet or a box before it
    (?=[^A-Za-z]*[0-9¼½¾⅐-⅞])                    # somewhere before the first letter stands a number
    [0-9¼½¾⅐-⅞⁄/.,\s\-–—+x×()]*[0-9¼½¾⅐-⅞)]
    """,
    re.VERBOSE,
)

REACH = 10
"""Characters at the start of the other reading that may be its garbled amount: "1 1/2 - 2" and a blank."""

LEAST_LIKENESS = 50.0
"""Below this the two readings are of different words (rapidfuzz's ratio, 0..100), and the surer one stands alone."""


@dataclass(frozen=True, slots=True)
class LineReading:
    """What one recognizer read, or several together: text, mean confidence (0..1), and what each of several has read."""

    text: str
    confidence: float
    readings: tuple[str, ...] = ()


def combine(taught: LineReading, other: LineReading) -> LineReading:
    """Returns the amount of ``taught`` followed by what ``other`` has read after the place of that amount.

    Where ``taught`` sees no amount at the start, ``other`` is believed as a whole, which has seen more hands. The
    confidence is that of the less sure one where both have a part in it and the amounts differ.
    """
    found = _AMOUNT.match(taught.text)
    if not found:
        return other if other.text.strip() else taught
    amount, rest = taught.text[: found.end()], taught.text[found.end() :]
    cuts = range(min(REACH, len(other.text)) + 1)
    likeness, cut = max((ratio(rest.strip(), other.text[at:].strip()), -at) for at in cuts)
    if likeness < LEAST_LIKENESS:
        return max(taught, other, key=lambda one: one.confidence)
    after = other.text[-cut:].lstrip() if cut else other.text.lstrip()
    blank = " " if rest[:1] == " " or (after[:1].isalpha() and len(after.split(" ")[0]) > 2) else ""
    text = amount + blank + after if after else amount
    same = re.sub(r"\W", "", amount) == re.sub(r"\W", "", other.text[:-cut] if cut else "")
    return LineReading(text, other.confidence if same else min(taught.confidence, other.confidence))
