"""Prints what recipe-ocr evaluate found, apart for the images to choose on and the third held back (sampling/thirds.py).

Usage: python scripts/show_thirds.py REPORT.json ...
"""

import sys
from collections.abc import Callable
from pathlib import Path

from sampling.thirds import held_back

from ray_app.evaluation.metrics import ALL, means
from ray_app.evaluation.report import ImageFigures, ModeFigures, Report

SHOWN = ("quantity_acc", "wrong_quantity", "ingredient_f1", "line_f1", "word_f1")


def cells(images: tuple[ImageFigures, ...], chosen: Callable[[str], bool]) -> str:
    """Returns quantities right / wrong / ingredient F1 / line F1 / word F1 of some of the images."""
    found = means([(ALL, image.figures) for image in images if chosen(image.stem)])[ALL]
    return " / ".join(f"{found[name]:.3f}".removeprefix("0") for name in SHOWN)


def rows(mode: ModeFigures) -> list[str]:
    """Returns a mode's row, and one for each kind of image."""
    back = held_back((image.category, image.stem) for image in mode.images)
    whole = mode.figures[ALL]
    found = [
        f"| {mode.name} | {cells(mode.images, lambda stem: stem not in back)} | {cells(mode.images, back.__contains__)} "
        f"| {whole.get('escalated', 0.0):.2f} | {whole['calibration_error']:.3f} |"
    ]
    for kind in sorted({image.category for image in mode.images}):
        of_kind = tuple(image for image in mode.images if image.category == kind)
        found.append(f"| - {kind} ({len(of_kind)}) | {cells(of_kind, lambda _: True)} | | | |")
    return found


def main() -> None:
    """Prints one table for all reports."""
    print(
        "| | to choose on, or all of a kind | held back | lines read twice | calibration error |\n|---|---|---|---|---|"
    )
    for path in sys.argv[1:]:
        report = Report.model_validate_json(Path(path).read_text(encoding="utf-8"))
        print("\n".join(row for mode in report.modes for row in rows(mode)))


if __name__ == "__main__":
    main()
