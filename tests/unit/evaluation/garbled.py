"""Readings as bad engines would give them, made from labels by a seed; and the referee's figures for them.

``python -m tests.unit.evaluation.garbled SCORE.PY`` writes figures.json again: the referee's figures for the garbled
readings of our own samples and of the odd cases below, kept because the referee is not in every checkout.
"""

import importlib.util
import json
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

SAMPLES = Path(__file__).parents[3] / "samples"
KEPT = Path(__file__).with_name("figures.json")
SEEDS = range(6)
FIELDS = ("line", "quantity", "unit", "name", "preparation")


def item(line: str, *fields: str | None) -> dict[str, Any]:
    return dict(zip(FIELDS, (line, *fields, None, None, None, None), strict=False))


def sheet(*items: dict[str, Any], text: str = "", titles: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "text": text or "\n".join(one["line"] for one in items),
        "titles": list(titles),
        "ingredients": list(items),
    }


ODD = {
    "empty": (sheet(), sheet()),
    "nothing read": (sheet(item("1 cup flour", "1", "cup", "flour"), titles=("Cake",)), sheet()),
    "no list": (sheet(text="Beat two eggs."), sheet(item("two eggs", "2", None, "eggs"), text="Beat tvvo eggs")),
    "invented": (sheet(item("salt", None, None, "salt")), sheet(item("3 quarts of whisky", "3", "quart", "whisky"))),
    "fractions": (
        sheet(item("1½ C. Flour", "1 1/2", "C.", "Flour"), item("⅔ t salt", "2/3", "t", "salt")),
        sheet(item("1 1/2 cups flour", "1 1/2", "cup", "flour"), item("2/3 T salt", "2/3", "T", "salt")),
    ),
    "ranges": (
        sheet(item("2 or 3 eggs", "2 or 3", None, "eggs"), item("1 to 2 cloves garlic", "1-2", "cloves", "garlic")),
        sheet(item("2-3 eggs", "2-3", None, "large eggs"), item("1-2 clove garlic", "1–2", "clove", "garlic")),
    ),
    "words": (
        sheet(item("one egg", "one", None, "egg"), item("few drops vanilla", "few", "drops", "vanilla")),
        sheet(item("one egg", "1", None, "egg"), item("few drops vanilla", None, "drop", "vanilla")),
    ),
    "near": (
        sheet(item("1/3 cup milk", "1/3", "cup", "milk"), item("0.5 l water", "0.5", "l", "water")),
        sheet(item("0.33 cup milk", "0.33", "cups", "milk"), item("1/2 litre water", "1/2", "litre", "water")),
    ),
    "split otherwise": (
        sheet(item("1 cup scalded milk", "1", "cup", "scalded milk")),
        sheet(item("1 cup scalded milk", "1", "cup", "milk", "scalded")),
    ),
    "twice the same": (
        sheet(item("1 cup sugar", "1", "cup", "sugar"), item("1 cup sugar", "2", "cup", "sugar")),
        sheet(item("1 cup sugar", "2", "cup", "sugar"), item("1 cup sugar", "1", "cup", "sugar")),
    ),
    "units": (
        sheet(*(item(f"1 {unit} a{number}", "1", unit, f"a{number}") for number, unit in enumerate(
            ["tsp.", "tsps", "T", "tbls", "C", "oz.", "lbs", "pt", "qt", "gal", "gm", "kg", "ml", "l", "dl", "pkg.", "pinches", "dashes", "cloves", "glass", "sticks"]
        ))),
        sheet(*(item(f"1 {unit} a{number}", "1", unit, f"a{number}") for number, unit in enumerate(
            ["teaspoon", "teaspoons", "tablespoon", "tablespoons", "cup", "ounce", "pound", "pint", "quarts", "gallon", "gram", "kilograms", "milliliter", "litre", "deciliter", "package", "pinch", "dash", "clove", "glasses", "stick"]
        ))),
    ),
    "signs": (
        sheet(text="“Aunt’s” cake — 350° • bake", titles=("“Aunt’s” Cake",)),
        sheet(text="\"Aunt's\" cake - 350 bake…", titles=("Aunt's Cake",)),
    ),
    "odd numbers": (
        sheet(item("1 1 1/2 x", "1 1 1/2", None, "x"), item("1/0 y", "1/0", None, "y"), item("2 - z", "2 -", None, "z")),
        sheet(item("1 1 1/2 x", "2 1/2", None, "x"), item("1/0 y", None, None, "y"), item("2 - z", "2", None, "z")),
    ),
}  # fmt: skip


def labels() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SAMPLES.glob("*.json"))}


def garble(label: dict[str, Any], seed: int) -> dict[str, Any]:
    """Seed 0 garbles nothing, higher ones more and more."""
    dice = random.Random(seed)
    strength = 0.06 * seed

    def chance() -> bool:
        return dice.random() < strength

    def letters(text: str | None) -> str | None:
        return text and "".join("xe1 "[int(4 * dice.random())] if chance() and chance() else char for char in text)

    found = []
    for one in label["ingredients"]:
        if chance():
            continue
        read = {field: letters(one[field]) for field in FIELDS}
        if chance():
            read["quantity"] = ("3", "1/2", None, "2-3", "one")[int(5 * dice.random())]
        if chance():
            read["name"], read["preparation"] = read["preparation"], read["name"]
        if chance():
            read["line"] = "Zebra quartz vow"
        found.insert(int(dice.random() * (len(found) + 1)) if chance() else len(found), read)
    titles = [letters(title) for title in label["titles"] if not chance()]
    return {"text": letters(label["text"]), "titles": titles, "ingredients": found}


def cases() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    made = {f"{stem} {seed}": (label, garble(label, seed)) for stem, label in labels().items() for seed in SEEDS}
    return made | ODD


def referee(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("referee", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    judge = referee(Path(sys.argv[1])).score_image
    rows = {name: {figure: round(value, 6) for figure, value in judge(*case).items()} for name, case in cases().items()}
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    KEPT.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
