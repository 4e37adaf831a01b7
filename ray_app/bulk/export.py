"""A finished dataset as JSON lines or schema.org/Recipe, row after row, whatever its size.

Knows the dataset and the two forms; holds only documents of which a page is still to come.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ray_app.bulk import dataset
from ray_app.bulk.places import Place
from ray_app.bulk.rows import READ, from_row
from ray_app.errors import PreflightFailed
from ray_app.recipe.export import to_json_line
from ray_app.recipe.schema_org import to_schema_org
from ray_app.types import ImageResult

_UNSAFE = re.compile(r"[^a-z0-9]+")


def finished(output: str) -> Place:
    """Returns the place of a dataset that is complete.

    Raises:
        PreflightFailed: there is none, or its run has not ended.
    """
    out = Place.at(output)
    if not (out / "_SUCCESS").exists():
        raise PreflightFailed(f"{output} holds no finished run (no _SUCCESS); run recipe-ocr bulk to its end first")
    return out


def read_results(out: Place) -> Iterator[tuple[ImageResult, ...]]:
    """Yields the results of each file that was read, or could not be; of duplicates and skipped files, none."""
    for rows in by_file(out):
        results = _results(rows)
        if results:
            yield results


def json_lines(out: Place) -> Iterator[dict[str, Any]]:
    """Yields one object a file (``recipe/export.py``); duplicates and skipped files say so and hold nothing else."""
    for rows in by_file(out):
        results = _results(rows)
        if results:
            yield to_json_line(results)
        else:
            first = rows[0]
            error = {"code": first["error_code"], "message": first["error_message"], "advice": first["error_advice"]}
            yield {
                "path": first["path"],
                "status": first["status"],
                "error": error if first["error_code"] else None,
                "duplicate_of": first["duplicate_of"],
            }


def recipes(out: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields a file name and the JSON-LD object of each recipe; duplicates are told once."""
    for results in read_results(out):
        number = 0
        for result in results:
            for recipe in result.recipes:
                number += 1
                yield _name(result, recipe.title, number), to_schema_org(recipe, source=result.source)


def write_json_lines(out: Place, target: Path) -> int:
    """Writes the JSON lines to a file; returns how many."""
    with target.open("w", encoding="utf-8") as file:
        count = 0
        for line in json_lines(out):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            count += 1
    return count


def write_recipes(out: Place, target: Path) -> int:
    """Writes one JSON-LD file a recipe into a folder; returns how many."""
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, recipe in recipes(out):
        (target / name).write_text(json.dumps(recipe, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        count += 1
    return count


def by_file(out: Place) -> Iterator[list[dict[str, Any]]]:
    """Yields the rows of each file, those of its pages in order."""
    counted = Counter(
        path for part in dataset.parts(out) for path in part.read_rows(["path"]).column("path").to_pylist()
    )
    pages = {path: count for path, count in counted.items() if count > 1}
    del counted  # 400,000 paths; documents of several pages are few
    waiting: dict[str, list[dict[str, Any]]] = {}
    for part in dataset.parts(out):
        for batch in part.batches():
            for row in batch.to_pylist():
                path = row["path"]
                rows = [*waiting.pop(path, []), row]
                if len(rows) < pages.get(path, 1):
                    waiting[path] = rows
                else:
                    yield sorted(rows, key=lambda row: int(row["page"]))


def _name(result: ImageResult, title: str | None, number: int) -> str:
    """A file name that says what it is; the image's id keeps equal titles apart."""
    letters = unicodedata.normalize("NFKD", title or "untitled").encode("ascii", "ignore").decode().lower()
    return f"{_UNSAFE.sub('-', letters).strip('-')[:60] or 'untitled'}-{result.image_id[:12]}-{number}.json"


def _results(rows: Sequence[Mapping[str, Any]]) -> tuple[ImageResult, ...]:
    return tuple(from_row(row) for row in rows if row["status"] in READ)
