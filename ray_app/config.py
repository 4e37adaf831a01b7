"""Settings: code defaults < profile file < explicit overrides, as one typed tree. The only reader of setting files.

Knows YAML and dotted keys; knows nothing of what a setting means.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ray_app.bulk.options import BulkOptions
from ray_app.errors import ConfigError
from ray_app.evaluation.modes import Mode
from ray_app.options import Options, PipelineOptions, ReviewOptions, engine_options, readable


class AppConfig(Options):
    """All settings of this package, one part each."""

    pipeline: PipelineOptions = PipelineOptions()
    bulk: BulkOptions = BulkOptions()
    review: ReviewOptions = ReviewOptions()


def load(profile: Path | None = None, overrides: Sequence[str] = (), engine: str | None = None) -> AppConfig:
    """Returns the settings.

    Args:
        profile: a YAML file with any part of the tree; keys that it leaves out keep their defaults.
        overrides: ``dotted.key=value`` each, the value in YAML ("pipeline.prepare.max_dimension=3000").
        engine: name of an engine (see ``ray_app.options.ENGINE_NAMES``); applied before the overrides.

    Raises:
        ConfigError: the file is missing or no mapping, a key is unknown, a value out of range; the message names the
            key and, for a typing error, the nearest one that exists.
    """
    tree = _read(profile) if profile is not None else {}
    if engine is not None:
        try:
            chosen = engine_options(engine)
        except ValueError as error:
            raise ConfigError(str(error)) from None
        _put(tree, ["pipeline", "read", "engine"], chosen.model_dump())
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--set wants KEY=VALUE, such as pipeline.prepare.max_dimension=3000, not {override!r}")
        try:
            _put(tree, key.strip().split("."), yaml.safe_load(value))
        except yaml.YAMLError as error:
            raise ConfigError(f"{key}: {value!r} is not a YAML value ({error})") from None
    _default_engine(tree)
    try:
        return AppConfig.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(readable(error, AppConfig)) from None


def load_mode(text: str, profile: Path | None = None, overrides: Sequence[str] = ()) -> Mode:
    """Returns a way to read, named by its own text: ``ENGINE``, or ``ENGINE,key=value,...`` with keys below ``pipeline``.

    Args:
        text: such as ``paddle,read.engine.detection_side=1280``; its settings win over the overrides.
        profile: as :func:`load` takes it.
        overrides: likewise.

    Raises:
        ConfigError: as :func:`load` does.
    """
    engine, *settings = (part.strip() for part in text.split(","))
    own = [f"pipeline.{setting}" for setting in settings]
    return Mode(name=text, options=load(profile, (*overrides, *own), engine).pipeline)


def _read(profile: Path) -> dict[str, Any]:
    try:
        tree = yaml.safe_load(profile.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the profile {profile} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"the profile {profile} is not YAML: {error}") from None
    if not isinstance(tree, dict | None):
        raise ConfigError(f"the profile {profile} must hold a mapping, it holds a {type(tree).__name__}")
    return tree or {}


def _put(tree: dict[str, Any], keys: Sequence[str], value: object) -> None:
    for key in keys[:-1]:
        below = tree.setdefault(key, {})
        if not isinstance(below, dict):
            raise ConfigError(f"{'.'.join(keys)}: {key!r} is a value, it has no parts")
        tree = below
    tree[keys[-1]] = value


def _default_engine(tree: dict[str, Any]) -> None:
    """Lets ``pipeline.read.engine.detector=tiny`` do without naming the kind: the default engine's is meant."""
    read = tree.get("pipeline", {}).get("read", {}) if isinstance(tree.get("pipeline", {}), dict) else {}
    engine = read.get("engine") if isinstance(read, dict) else None
    if isinstance(engine, dict):
        engine.setdefault("kind", engine_options("auto").kind)
