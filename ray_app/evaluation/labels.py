"""Labelled images: a folder of pictures, each with a JSON file of the same stem that says what stands on it.

Knows files and the form of a label; docs/accuracy.md tells the form to users.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ray_app.errors import ConfigError

OTHER = "other"
"""The category of labels that name none."""


class Item(BaseModel):
    """One ingredient as a label, or a reading, has it: the line, and its fields as written."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    line: str
    quantity: str | None = None
    unit: str | None = None
    name: str | None = None
    preparation: str | None = None


class Content(BaseModel):
    """What stands on an image, or what was read off it: text in reading order, titles, ingredients."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    titles: tuple[str, ...] = ()
    ingredients: tuple[Item, ...] = ()


class Label(Content):
    """What stands on an image, by a person's eyes, and which kind of image it is."""

    category: str = OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One image with its label."""

    path: Path
    label: Label

    @property
    def stem(self) -> str:
        """The name that image and label share."""
        return self.path.stem


def load(folder: Path) -> list[Labelled]:
    """Returns the labelled images of a folder, by name.

    Raises:
        ConfigError: there is no label, a label is not of the form, or its image is missing or not the only one.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder")
    found = [Labelled(path=_image(path), label=_label(path)) for path in sorted(folder.glob("*.json"))]
    if not found:
        raise ConfigError(f"no labels in {folder}: each image needs a .json file of the same stem")
    return found


def _label(path: Path) -> Label:
    try:
        return Label.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:  # ValidationError and JSONDecodeError are ones
        problems = list(_problems(error))
        raise ConfigError(f"the label {path} is not of the form: {'; '.join(problems)}") from None
    except OSError as error:
        raise ConfigError(f"the label {path} cannot be read: {error.strerror}") from None


def _problems(error: ValueError) -> Iterator[str]:
    if not isinstance(error, ValidationError):
        yield str(error)
        return
    for problem in error.errors():
        where = ".".join(map(str, problem["loc"])) or "the file"
        yield f"{where}: {problem['msg']}"


def _image(label: Path) -> Path:
    beside = [path for path in sorted(label.parent.glob(f"{_literal(label.stem)}.*")) if path.suffix != ".json"]
    if len(beside) != 1:
        names = ", ".join(path.name for path in beside) or "none"
        raise ConfigError(f"the label {label} needs exactly one image of its stem beside it; there are: {names}")
    return beside[0]


def _literal(stem: str) -> str:
    """A stem may hold what a pattern takes for wildcards."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in stem)
