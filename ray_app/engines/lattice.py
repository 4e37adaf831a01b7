"""What a recognizer saw in one line: how likely each character is in each column, and what follows from that alone.

Knows probabilities; knows nothing of models, pictures or language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLANK: Final = 0
"""The column's class that stands for no character (Graves et al. 2006, connectionist temporal classification)."""

_LEAST: Final = 1e-5
"""No character is held to be less likely than this in a column: what one reader has no sign for, another may see."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """One line as one recognizer saw it.

    Attributes:
        chances: probabilities, shape (columns, classes); class 0 is the blank.
        characters: what each class means; the blank's is the empty string.
    """

    chances: NDArray[np.float32]
    characters: Sequence[str]

    def greedy(self) -> tuple[str, float]:
        """Returns the likeliest class of each column as text, and its mean probability where a character begins."""
        text, chances = self.characters_seen()
        return text, float(chances.mean()) if text else 0.0

    def characters_seen(self) -> tuple[str, NDArray[np.float32]]:
        """Returns the likeliest class of each column as text, and the probability of each character."""
        best = self.chances.argmax(axis=1)
        begins = (best != BLANK) & np.concatenate(([True], best[1:] != best[:-1]))
        text = "".join(self.characters[index] for index in best[begins])
        return text, self.chances[begins, best[begins]]

    def likelihoods(self, texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """Returns each text's log probability, over all ways in which the columns can spell it (CTC, forward pass).

        Args:
            texts: classes, without blanks.

        Returns:
            Shape (texts,); very low for a text that does not fit into the columns.
        """
        steps = 2 * max((len(text) for text in texts), default=0) + 1
        states = np.zeros((len(texts), steps), dtype=np.intp)
        for row, text in zip(states, texts, strict=True):
            row[1 : 2 * len(text) : 2] = text
        leap = np.zeros(states.shape)
        leap[:, 2:] = (states[:, 2:] != BLANK) & (states[:, 2:] != states[:, :-2])
        chances = np.maximum(self.chances, _LEAST).astype(np.float64)[:, states]
        # probabilities, not their logarithms, as sums of these cost most; each column is scaled so that none gets lost
        reached = np.zeros((len(texts), 2 + steps))  # two empty states in front, for what comes from before the first
        reached[:, 2:4] = chances[0, :, :2]
        total = np.zeros(len(texts))
        for column in chances[1:]:
            reached[:, 2:] = (reached[:, 2:] + reached[:, 1:-1] + leap * reached[:, :-2]) * column
            most = reached.max(axis=1)
            reached /= most[:, None]
            total += np.log(most)
        ends = np.array([2 * len(text) for text in texts])
        rows = np.arange(len(texts))
        with np.errstate(divide="ignore"):
            total += np.log(reached[rows, 2 + ends] + np.where(ends > 0, reached[rows, 1 + ends], 0.0))
        return total
