"""Teaches the tiny recognizer a few hundred steps, once with everything and once without each kind of drawn lines.

Usage: python scripts/ablate_recognizer.py LABELS_DIR [--steps 200] [--batch 12] [--output out/ablation] [ROW...]
       (from the repository's root; fonts come from npm; a row takes about two minutes of one core)

Each row is taught from the same seed and read with the tiny detector, with the language and without it. Prints a table:
quantities right / wrong / ingredient F1 / word F1 of the images to choose on, and of the third held back
(sampling/thirds.py). A row that was measured before is not taught again.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from sampling.thirds import measured, row

from ray_app import config
from ray_app.evaluation.labels import Labelled, load
from ray_app.evaluation.metrics import Figures
from ray_app.training import fonts
from ray_app.training.amounts import Forms
from ray_app.training.batches import Recipe
from ray_app.training.degrade import Wear
from ray_app.training.export import export
from ray_app.training.learn import Course, learn, start
from ray_app.training.lines import Mix

ROWS: Final[Mapping[str, Recipe | None]] = {
    "stock weights, cut head (no step)": None,
    "everything": Recipe(),
    "everything, another seed": Recipe(seed=1),
    "no built-up fractions": Recipe(forms=Forms(built_up=False)),
    "no handwriting": Recipe(hands=0),
    "no fraction glyphs of the fonts": Recipe(forms=Forms(glyph=False)),
    "no fractions as n/d": Recipe(forms=Forms(spelled=False)),
    "amounts as public lines have them": Recipe(mix=Mix(new_amounts=0)),
    "no bullets or boxes": Recipe(mix=Mix(marks=0)),
    "ingredients only": Recipe(mix=Mix(prose=0, heading=0, facts=0, table=0, leaders=0, braces=0, words=0)),
    "no paper, rules, dark screens": Recipe(wear=Wear(paper=0, rules=0, dark=0)),
    "no low resolution, blur, JPEG": Recipe(wear=Wear(low_resolution=0, blur=0, jpeg=0)),
    "no feet and heads of neighbours": Recipe(wear=Wear(neighbours=0)),
}
READINGS: Final = {"language": "", "no language": ",read.engine.language=false"}


def taught(recipe: Recipe | None, course: Course, folder: Path) -> None:
    """Writes a recognizer below the folder: the course's, with other lines."""
    course = replace(course, recipe=recipe or Recipe(), steps=course.steps if recipe else 0)
    state = start(course)
    state.save(folder / "state.pt")
    if recipe:
        learn(course, state, report=lambda state, _: state.save(folder / "state.pt"))
    export(folder / "state.pt", course.size, folder)


def figures(name: str, course: Course, images: list[Labelled], output: Path) -> dict[str, dict[str, Figures]]:
    """Returns the figures of a row by reading and image, from an earlier call if there was one."""
    folder = output / "".join(char if char.isalnum() else "-" for char in name)
    kept = folder / "figures.json"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        taught(ROWS[name], course, folder)
        engine = f"paddle-tiny,read.engine.recognizer_weights={folder}"
        found = {how: measured(images, config.load_mode(engine + more).options) for how, more in READINGS.items()}
        kept.write_text(json.dumps(found), encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def main() -> None:
    """Prints the rows as they are done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of: {'; '.join(ROWS)}")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--output", type=Path, default=Path("out/ablation"))
    args = parser.parse_intermixed_args()
    fonts.fetch(fonts.every())
    course = Course(steps=args.steps, batch=args.batch, save_every=args.steps, loaders=0, threads=1)
    images = load(args.labels)
    heads = (f"{how}, {part}" for how in READINGS for part in ("to choose on", "held back"))
    print(f"| taught with | {' | '.join(heads)} |\n|---|---|---|---|---|")
    for name in args.rows or ROWS:
        found = figures(name, course, images, args.output)
        print(f"| {name} | {' | '.join(row(images, found[how]) for how in READINGS)} |", flush=True)


if __name__ == "__main__":
    main()
