"""One image judged: its label beside what a mode read, with figures, differences and confidences."""

from collections.abc import Sequence
from dataclasses import dataclass

from ray_app.evaluation.labels import Content, Item, Labelled
from ray_app.evaluation.matching import Comparison, compare
from ray_app.evaluation.metrics import Figures, figures
from ray_app.evaluation.observations import Observed, observe
from ray_app.evaluation.reading import Reading
from ray_app.recipe.export import to_json_line
from ray_app.types import ImageResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One image, judged.

    Attributes:
        guess: what was read, in the label's form.
        compared: what became of each ingredient; indexes into the label's and ``guess``'s.
    """

    labelled: Labelled
    reading: Reading
    guess: Content
    figures: Figures
    compared: Sequence[Comparison]
    observed: Observed


def judge(labelled: Labelled, reading: Reading) -> Judged:
    """Judges what was read off an image."""
    guess = content(reading.results)
    return Judged(
        labelled=labelled,
        reading=reading,
        guess=guess,
        figures=figures(labelled.label, guess),
        compared=compare(labelled.label, guess),
        observed=observe(labelled.label, guess, reading.results),
    )


def content(results: Sequence[ImageResult]) -> Content:
    """Returns what was read off a file, as ``recipe-ocr extract --jsonl`` writes it, in the form of a label."""
    line = to_json_line(results)
    return Content(
        text=line["text"],
        titles=tuple(title for title in line["titles"] if title),
        ingredients=tuple(Item.model_validate(one) for one in line["ingredients"]),
    )


def read_again(results: Sequence[ImageResult]) -> tuple[int, int]:
    """Returns how many lines were read again by another recognizer, and how many lines there are.

    Lines are those of the result: pieces that the layout has joined are one, read again if one of them was.
    """
    lines = [line for result in results if result.page for line in result.page.lines]
    return sum(bool(line.readings) for line in lines), len(lines)
