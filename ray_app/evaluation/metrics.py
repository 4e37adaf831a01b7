"""The figures of one image, and their means over many. Knows texts and items; knows nothing of images or engines.

=================  ====================================================================================================
``cer``            character error rate of the text in reading order, at most 1; lower is better
``word_f1``        F1 of the words, order ignored
``line_f1``        F1 of ingredient lines
``ingredient_f1``  F1 of ingredients: quantity, unit and name agree
``quantity_acc``   share of the labelled quantities that were given to their ingredient
``wrong_quantity`` share of them in whose place another one was given, the worst error there is; lower is better
``invented``       share of the ingredients given whose line stands nowhere on the page; lower is better
``title_f1``       F1 of the recipes' titles
=================  ====================================================================================================

A figure that an image cannot have (no list, no title) is left out of it. Means are over images, so that long pages do
not drown cards.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import Levenshtein

from ray_app.evaluation.labels import Content
from ray_app.evaluation.matching import (
    SAME_LINE,
    SAME_NAME,
    is_invented,
    lines,
    pairs,
    places,
    same_ingredient,
)
from ray_app.evaluation.plain import numbers, plain, words

Figures = Mapping[str, float]

NAMES = ("quantity_acc", "wrong_quantity", "ingredient_f1", "line_f1", "title_f1", "cer", "word_f1", "invented")
LOWER_IS_BETTER = frozenset(("wrong_quantity", "cer", "invented", "calibration_error"))
ALL = "all"
"""The name of the group that all images are in."""


def figures(truth: Content, guess: Content) -> dict[str, float]:
    """Returns the figures of one image; ``guess`` is empty where nothing was read."""
    found = _text_figures(plain(truth.text), plain(guess.text))
    if truth.ingredients:
        found |= _list_figures(truth, guess)
    if guess.ingredients:
        text = plain(truth.text)
        found["invented"] = _share(is_invented(line, text) for line in lines(guess.ingredients))
    if truth.titles:
        titles = [plain(title) for title in guess.titles if title]
        hits = pairs([plain(title) for title in truth.titles], titles, lambda score, i, j: score >= SAME_NAME)
        found["title_f1"] = _f1(len(hits), len(truth.titles), len(titles))
    return found


def means(images: Sequence[tuple[str, Figures]]) -> dict[str, dict[str, float]]:
    """Returns the means by category, and over ``ALL``; each over the images that have the figure.

    Args:
        images: category and figures of each image.
    """
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for category, found in images:
        for group in (ALL, category):
            for name, value in found.items():
                values[group][name].append(value)
    groups = sorted(values, key=lambda group: (group != ALL, group))
    return {group: {name: sum(of) / len(of) for name, of in values[group].items()} for group in groups}


def _text_figures(want: str, have: str) -> dict[str, float]:
    wanted, had = Counter(words(want)), Counter(words(have))
    return {
        "cer": min(1.0, Levenshtein.distance(want, have) / max(1, len(want))),
        "word_f1": _f1((wanted & had).total(), wanted.total(), had.total()),
    }


def _list_figures(truth: Content, guess: Content) -> dict[str, float]:
    items, read = truth.ingredients, guess.ingredients
    wanted, given = lines(items), lines(read)
    same_lines = pairs(wanted, given, lambda score, i, j: score >= SAME_LINE)
    same_items = pairs(wanted, given, lambda score, i, j: same_ingredient(items[i], read[j]))
    found = {
        "line_f1": _f1(len(same_lines), len(items), len(read)),
        "ingredient_f1": _f1(len(same_items), len(items), len(read)),
    }
    best = places(truth, guess)
    counted = [
        (value, numbers(read[best[index]].quantity) if index in best else None)
        for index, item in enumerate(items)
        if (value := numbers(item.quantity))
    ]
    if counted:
        found["quantity_acc"] = _share(value == other for value, other in counted)
        found["wrong_quantity"] = _share(other is not None and value != other for value, other in counted)
    return found


def _f1(hits: int, truths: int, guesses: int) -> float:
    return 2 * hits / (truths + guesses) if truths or guesses else 1.0


def _share(truths: Iterable[bool]) -> float:
    flags = list(truths)
    return sum(flags) / len(flags)
