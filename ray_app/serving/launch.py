"""Starts the service on this machine from one of serve_configs/: checked first, then handed to Ray's own ``serve run``."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ray_app.errors import ConfigError
from ray_app.local_ray import local_settings
from ray_app.serving.auth import check_allowed
from ray_app.serving.profile import ServingProfile

IMPORT_PATH = "ray_app.serving.app:build"


def profile_of(config: Path) -> ServingProfile:
    """Returns the profile in a file for ``serve run`` or ``serve deploy``.

    Raises:
        ConfigError: the file is missing, names another application, or has a setting that is unknown or out of range.
    """
    try:
        tree: Any = yaml.safe_load(config.read_text(encoding="utf-8"))
        found = [one["args"] for one in tree["applications"] if one["import_path"] == IMPORT_PATH]
    except OSError as error:
        raise ConfigError(f"{config} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigError(f"{config} is no configuration of Ray Serve: {error!r}") from None
    if len(found) != 1:
        raise ConfigError(f"{config} names {IMPORT_PATH} {len(found)} times; once is right")
    profile = ServingProfile.load(found[0])
    check_allowed(profile.environment, profile.security)
    return profile


def address_of(config: Path) -> str:
    """Returns where a service of this file that runs on this machine answers."""
    http: Any = yaml.safe_load(config.read_text(encoding="utf-8")).get("http_options") or {}
    host = http.get("host", "127.0.0.1")
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{http.get('port', 8000)}"


def launch(config: Path) -> NoReturn:
    """Becomes ``serve run`` on a local Ray that lets nobody in without its token.

    Raises:
        ConfigError: see ``profile_of``.
    """
    profile_of(config)
    address = address_of(config)
    sys.stderr.write(
        f"The service starts on {address}, which takes half a minute; it is there when {address}/readyz says ok.\n"
        "Ctrl-C ends it. What follows are Ray's own words.\n"
    )
    sys.stderr.flush()
    for name, value in local_settings().items():
        os.environ.setdefault(name, value)
    os.execv(sys.executable, [sys.executable, "-m", "ray.serve.scripts", "run", str(config)])
