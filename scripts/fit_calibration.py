"""Fits ray_app/recipe/confidence.json: how often an ingredient that was read so surely is right, a recognizer at a time.

Usage: python scripts/fit_calibration.py [--pages 200] [--check LABELS_DIR] [--write] ENGINE...
       (from the repository's root; fonts come from npm; about a second a page and engine)

Fits on pages that it draws itself (sampling/drill.py), from clean to hardly legible, and on nothing else. Prints the
expected calibration error before and after: on drawn pages held back (five folds, by page), and on the labelled images
of --check, which are only measured on, never fitted.
"""

import argparse
import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sampling.drill import write

from ray_app import config
from ray_app.evaluation.calibration import Seen, expected_error, fit
from ray_app.evaluation.labels import Labelled, load
from ray_app.evaluation.matching import places, same_ingredient, same_name, same_unit
from ray_app.evaluation.plain import numbers
from ray_app.evaluation.reading import Reading, read_all
from ray_app.evaluation.scoring import content
from ray_app.recipe.build import given
from ray_app.recipe.confidence import Curves, Given, Knots, as_said, mend, reader_name, together
from ray_app.recipe.ingredients import IngredientParser

TARGET = Path("ray_app/recipe/confidence.json")
BUILD = Path("build/drill")
FOLDS = 5
FIELDS = ("quantity", "unit", "name", "ingredient")


@dataclass(frozen=True)
class Example:
    """One ingredient that was read, and what of it was right; ``page`` is the image that it is from."""

    page: str
    given: Given
    right: Mapping[str, bool]


def examples(images: Sequence[Labelled], readings: Sequence[Reading], parser: IngredientParser) -> list[Example]:
    """Returns all ingredients that were read; what stands in no label is wrong."""
    found = []
    for image, reading in zip(images, readings, strict=True):
        guess = content(reading.results)
        placed = {j: i for i, j in places(image.label, guess).items()}
        lines = [
            (one, [result.page.lines[line].confidence for line in one.lines])
            for result in reading.results
            for recipe in result.recipes
            for one in recipe.ingredients
            if result.page
        ]
        for index, (ingredient, read) in enumerate(lines):
            item = guess.ingredients[index]
            wanted = image.label.ingredients[placed[index]] if index in placed else None
            right = dict.fromkeys(FIELDS, False)
            if wanted is not None:
                right = {
                    "quantity": numbers(wanted.quantity) == numbers(item.quantity),
                    "unit": same_unit(wanted, item),
                    "name": same_name(wanted, item),
                    "ingredient": same_ingredient(wanted, item),
                }
            found.append(Example(image.stem, given(parser.parse(ingredient.text), read), right))
    return found


def curves_of(seen: Sequence[Example]) -> dict[str, Knots]:
    """Returns the curves: of the fields first, then of the whole over their product."""
    curves: dict[str, Knots] = {}
    for form in ("quantity", "quantity_repaired", "quantity_guessed", "quantity_lost"):
        least = 25 if form == "quantity" else len(seen)  # the rarer forms get one number each
        curves[form] = fit(
            [Seen(confidence=one.given.read, right=one.right["quantity"]) for one in seen if one.given.form == form],
            least=least,
        )
    curves["unit"] = fit([Seen(confidence=one.given.read, right=one.right["unit"]) for one in seen if one.given.unit])
    curves["name"] = fit(
        [
            Seen(confidence=one.given.read * one.given.name, right=one.right["name"])
            for one in seen
            if one.given.name is not None
        ]
    )
    curves["ingredient"] = ()
    products = [together(one.given, mend(one.given, curves).fields, curves) for one in seen]
    curves["ingredient"] = fit(
        [Seen(confidence=value, right=one.right["ingredient"]) for value, one in zip(products, seen, strict=True)]
    )
    return curves


Mended = dict[str, list[Seen]]
"""By field, what was seen of its confidence."""


def mended(seen: Sequence[Example], curves: Curves) -> Mended:
    """Returns the confidences mended by the curves, or as they were said where there are none."""
    found: Mended = {field: [] for field in FIELDS}
    for one in seen:
        sure = mend(one.given, curves) if curves else as_said(one.given)
        values = (sure.fields.quantity, sure.fields.unit, sure.fields.name, sure.whole)
        for field, value in zip(FIELDS, values, strict=True):
            if value is not None:
                found[field].append(Seen(confidence=value, right=one.right[field]))
    return found


def held_back(seen: Sequence[Example]) -> Mended:
    """Returns all confidences, each mended by curves that were fitted without its page."""
    pages = sorted({one.page for one in seen})
    found: Mended = {field: [] for field in FIELDS}
    for fold in range(FOLDS):
        out = set(pages[fold::FOLDS])
        curves = curves_of([one for one in seen if one.page not in out])
        for field, values in mended([one for one in seen if one.page in out], curves).items():
            found[field] += values
    return found


def readings_of(engine: str, images: Sequence[Labelled], name: str) -> list[Reading]:
    """Reads the images, or takes what an earlier call read."""
    kept = BUILD.parent / f"readings-{name}-{engine}-{len(images)}.pickle"
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    mode = config.load_mode(f"{engine},structure.calibrate=false")
    found = list(read_all(mode.options, [image.path for image in images]))
    kept.write_bytes(pickle.dumps(found))
    return found


def reader_of(readings: Sequence[Reading]) -> str:
    """Returns the name that the curves go by."""
    info = next(result.page.engine for one in readings for result in one.results if result.page)
    return reader_name(info)


def show(what: str, found: Mended) -> None:
    """Prints a row of expected calibration errors."""
    errors = ((field, expected_error(values)) for field, values in found.items())
    print(f"  {what:34s}" + "".join(f"{field} {value:.3f}  " for field, value in errors if value is not None))


def main() -> None:
    """Fits each engine and writes what it found if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engines", nargs="+", metavar="ENGINE")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--check", type=Path, metavar="LABELS_DIR")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET}")
    args = parser.parse_args()
    write(BUILD, args.pages)
    drawn = load(BUILD)[: args.pages]
    check = load(args.check) if args.check else []
    data = json.loads(TARGET.read_text(encoding="utf-8"))
    parse = IngredientParser()
    for engine in args.engines:
        readings = readings_of(engine, drawn, "drawn")
        seen = examples(drawn, readings, parse)
        curves = curves_of(seen)
        print(f"{engine} ({reader_of(readings)}): {len(seen)} ingredients on {len(drawn)} drawn pages")
        show("drawn, as said", mended(seen, {}))
        show("drawn, mended, held back", held_back(seen))
        if check:
            real = examples(check, readings_of(engine, check, "check"), parse)
            show(f"{args.check.name}, as said ({len(real)})", mended(real, {}))
            show(f"{args.check.name}, mended", mended(real, curves))
        data["readers"][reader_of(readings)] = curves
        sys.stdout.flush()
    if args.write:
        rows = [f"  {json.dumps(name)}: {_rows(curves)}" for name, curves in sorted(data["readers"].items())]
        TARGET.write_text('{"readers": {\n' + ",\n".join(rows) + "\n}}\n", encoding="utf-8")


def _rows(curves: Mapping[str, Knots]) -> str:
    return "{\n" + ",\n".join(f"    {json.dumps(field)}: {json.dumps(knots)}" for field, knots in curves.items()) + "}"


if __name__ == "__main__":
    main()
