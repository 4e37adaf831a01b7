"""API keys: who asks, and what they may do. Keys are told once when they are made; the file holds their digests.

A key has 256 random bits, so one SHA-256 is enough: there is no dictionary to try, and a slow hash (scrypt) would only
make every request slow. Knows headers and the file; knows nothing of routes.
"""

import hashlib
import logging
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from ray_app.errors import ConfigError
from ray_app.options import Options, readable
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.security_options import SecurityOptions

log = logging.getLogger(__name__)

Scope = Literal["user", "admin"]

PREFIX = "rocr_"
"""Begins every key, so that scanners for leaked secrets can know them."""

LOOK_S = 1.0
"""The file is looked at this often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks; ``name`` is None where nobody has to say who they are."""

    name: str | None
    scopes: frozenset[Scope]


ANYBODY = Caller(name=None, scopes=frozenset({"user", "admin"}))


class KeyRecord(Options):
    """One key in the file. Two may have one name: the old and the new one while clients change over."""

    name: str = Field(
        pattern=r"^[a-zA-Z][a-zA-Z0-9._@-]{0,99}$",  # so that none can be taken for an address where both are counted
        description="Whose it is; jobs belong to this name.",
    )
    scopes: frozenset[Scope] = Field(frozenset({"user"}), min_length=1, description="admin may all that user may.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False, description="Of the key, in hex.")
    created: AwareDatetime
    expires: AwareDatetime | None = Field(None, description="From then on the key is refused; null: never.")


_RECORDS = TypeAdapter(tuple[KeyRecord, ...])


def check_allowed(environment: str, options: SecurityOptions) -> None:
    """Refuses a service that is open in production.

    Args:
        environment: what the profile is for.
        options: of that profile.

    Raises:
        ConfigError: it is open, and nobody has said aloud that it shall be.
    """
    if environment == "production" and options.auth == "off" and not options.i_know_this_is_open:
        raise ConfigError(
            "security.auth is off, so everybody could read and delete everything; "
            "set it to `keys`, or say security.i_know_this_is_open: true"
        )


def require(caller: Caller, scope: Scope) -> None:
    """Lets only those pass whose key has the scope.

    Raises:
        Problem: it has not.
    """
    if scope not in caller.scopes and "admin" not in caller.scopes:
        raise Problem(ServiceCode.FORBIDDEN, f"this needs a key of the scope {scope}")


class ApiKeys:
    """The keys that are valid now; ``load`` makes them. The file is read again when it has changed.

    Args:
        path: of the file; None takes everybody for an admin.
        clock: seconds, going forward only.

    Raises:
        ConfigError: there is no such file, or what stands in it is no list of keys.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = path, clock
        self._look_at = clock() + LOOK_S
        if path is not None:
            self._stamp = _stamp(path)
            self._records = _parse(_text(path), path)

    @classmethod
    def load(cls, options: SecurityOptions) -> Self:
        """Returns the keys that the settings name.

        Raises:
            ConfigError: see the class.
        """
        return cls(None if options.auth == "off" else options.keys_file.expanduser())

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Returns who sends these headers, whose names are compared without regard to case as Starlette's are.

        Raises:
            Problem: no key, one that is not valid, or two that differ.
        """
        if self._path is None:
            return ANYBODY
        self._look(self._path)
        found = self._find(_sent(headers))
        if found is None:
            raise _unauthorized("this key is not valid")
        if found.expires is not None and found.expires <= datetime.now(UTC):
            raise _unauthorized(f"this key of {found.name} has expired")
        return Caller(name=found.name, scopes=found.scopes)

    def _find(self, key: str) -> KeyRecord | None:
        digest, found = _digest(key), None
        for record in self._records:  # all of them, so that the time taken tells nothing
            if compare_digest(record.sha256, digest):
                found = record
        return found

    def _look(self, path: Path) -> None:
        """Reads the file again if it has changed; one that cannot be used leaves the keys as they were."""
        if self._clock() < self._look_at:
            return
        self._look_at = self._clock() + LOOK_S
        stamp = _stamp(path)
        if stamp == self._stamp:
            return
        self._stamp = stamp  # so that a broken file is told of once
        try:
            self._records = _parse(_text(path), path)
        except ConfigError as error:
            # Half-written, most likely. Refusing everybody until it is mended would hurt more than the old keys do.
            log.error("the keys stay as they were: %s", error)
        else:
            log.info("%d keys read from %s", len(self._records), path)


def new_key(
    name: str, scopes: frozenset[Scope] = frozenset({"user"}), expires: datetime | None = None
) -> tuple[str, KeyRecord]:
    """Returns a new key, to be shown once, and its record for the file.

    Raises:
        ConfigError: name, scopes or time are not valid.
    """
    key = PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        return key, KeyRecord(name=name, scopes=scopes, sha256=_digest(key), created=now, expires=expires)
    except ValidationError as error:
        raise ConfigError(readable(error, KeyRecord)) from None


def add_to_file(path: Path, record: KeyRecord) -> None:
    """Appends a key to the file, which is made where there is none; a reader sees it without the key or with it.

    What stands in it, comments included, and its owner stay as they are. Only the owner can read it.

    Raises:
        ConfigError: the file holds no list of keys, none that can be appended to, or it cannot be written.
    """
    path = path.expanduser().resolve()
    old = _text(path) if path.exists() else ""
    entry = record.model_dump(mode="json", exclude_none=True) | {"scopes": sorted(record.scopes)}
    new = old + ("\n" if old and not old.endswith("\n") else "") + yaml.safe_dump([entry], sort_keys=False)
    try:
        _parse(new, path)
    except ConfigError as error:
        raise ConfigError(f"no key is added, as that takes a list with `- ` before each key: {error}") from None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, new)
    except OSError as error:
        raise ConfigError(f"the keys in {path} cannot be written: {error}") from None


def _replace(path: Path, text: str) -> None:
    """Writes a file of mode 0600 so that it is there as a whole or not at all."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            if path.exists():
                owner = path.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)  # root adds keys that the service's user reads
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def _sent(headers: Mapping[str, str]) -> str:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    given = {key for key in (bearer.strip() if scheme.lower() == "bearer" else "", headers.get("x-api-key", "")) if key}
    if not given:
        raise _unauthorized("this needs an API key")
    if len(given) > 1:
        raise _unauthorized("Authorization and X-API-Key hold different keys")
    return given.pop()


def _unauthorized(message: str) -> Problem:
    return Problem(ServiceCode.UNAUTHORIZED, message, headers={"WWW-Authenticate": "Bearer"})


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Changes whenever the file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the keys in {path} cannot be read: {error}") from None


def _parse(text: str, path: Path) -> tuple[KeyRecord, ...]:
    try:
        # An empty file is most likely half-written; one without keys says `[]`. Validation refuses None.
        return _RECORDS.validate_python(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)  # not the error itself, which quotes the line
        raise ConfigError(f"the keys in {path} are no YAML{f' (line {mark.line + 1})' if mark else ''}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in error.errors())
        raise ConfigError(f"the keys in {path} are not as they should be: {faults}") from None
