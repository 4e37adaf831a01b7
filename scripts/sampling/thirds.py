"""Parts labelled images into those that choices may be made on and a third that is held back, and tells figures of both."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from ray_app.evaluation.labels import Labelled
from ray_app.evaluation.metrics import ALL, Figures, means
from ray_app.evaluation.reading import Reading, ReadWork
from ray_app.evaluation.report import judged
from ray_app.options import PipelineOptions

SHOWN = ("quantity_acc", "wrong_quantity", "ingredient_f1", "word_f1")


def held_back(images: Iterable[tuple[str, str]]) -> set[str]:
    """Returns the stems held back, of (category, stem): in each category the first by name, the fourth, the seventh ...

    By names alone, so that no result can sway it; the first, so that a category of one image is held back.
    """
    by_category = groupby(sorted(images), key=lambda image: image[0])
    return {stem for _, group in by_category for number, (_, stem) in enumerate(group) if number % 3 == 0}


def measured(images: Sequence[Labelled], options: PipelineOptions) -> dict[str, Figures]:
    """Returns each image's figures, read in this process and by one thread."""
    work = ReadWork.from_options(options)

    def read(paths: Sequence[Path]) -> Iterator[Reading]:
        for path in paths:
            yield from work.run([path])

    found = judged(images, read([image.path for image in images]))
    return {one.labelled.stem: one.figures for one in found}


def row(images: Sequence[Labelled], figures: Mapping[str, Figures]) -> str:
    """Returns the cells of a table: ``SHOWN`` of the images to choose on, and of the third held back."""
    back = held_back((image.label.category, image.stem) for image in images)
    cells = []
    for stems in (figures.keys() - back, figures.keys() & back):
        mean = means([(ALL, figures[stem]) for stem in stems])[ALL]
        cells.append(" / ".join(f"{mean[name]:.2f}".removeprefix("0") for name in SHOWN))
    return " | ".join(cells)
