"""API keys: who asks, and what they may do. Keys are made here and never stored; the file holds their digests.

A key has 256 random bits, so one SHA-256 is enough: there is no dictionary to try, and a slow hash (scrypt) would only
make every request slow. Knows headers and the file; knows nothing of routes.
"""

import hashlib
import logging
import secrets
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

_LOOK_S = 1.0
"""The file is looked at this often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks; ``name`` is None where nobody has to say who they are."""

    name: str | None
    scopes: frozenset[Scope]


ANYBODY = Caller(name=None, scopes=frozenset({"user", "admin"}))


class KeyRecord(Options):
    """One key in the file."""

    name: str = Field(pattern=r"^[\w.@-]{1,100}$", description="Whose it is; jobs belong to this name.")
    scopes: frozenset[Scope] = Field(frozenset({"user"}), min_length=1, description="admin may all that user may.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False, description="Of the key.")
    created: AwareDatetime
    expires: AwareDatetime | None = Field(None, description="From then on the key is refused; null: never.")

    def as_yaml(self) -> str:
        """Returns what is appended to the file for this key."""
        return yaml.safe_dump([self.model_dump(mode="json", exclude_none=True)], sort_keys=False)


_RECORDS = TypeAdapter(list[KeyRecord])


def new_key(
    name: str, scopes: frozenset[Scope] = frozenset({"user"}), expires: datetime | None = None
) -> tuple[str, KeyRecord]:
    """Returns a new key, to be shown once, and its record for the file.

    Raises:
        ConfigError: name, scopes or time are not valid.
    """
    key = PREFIX + secrets.token_urlsafe(32)
    try:
        record = KeyRecord(
            name=name,
            scopes=scopes,
            sha256=_digest(key),
            created=datetime.now(UTC).replace(microsecond=0),
            expires=expires,
        )
    except ValidationError as error:
        raise ConfigError(readable(error, KeyRecord)) from None
    return key, record


def check_allowed(environment: str, options: SecurityOptions) -> None:
    """Refuses an open service in production.

    Raises:
        ConfigError: it is open, and nobody has said aloud that it shall be.
    """
    if environment == "production" and options.auth == "off" and not options.i_know_this_is_open:
        raise ConfigError(
            "security.auth is off, so everybody could read all jobs; set it to `keys`, or set security.i_know_this_is_open"
        )


def require(caller: Caller, scope: Scope) -> None:
    """Lets only those pass whose key has the scope.

    Raises:
        Problem: it has not.
    """
    if scope not in caller.scopes and "admin" not in caller.scopes:
        raise Problem(ServiceCode.FORBIDDEN, f"this needs a key of the scope {scope}")


class ApiKeys:
    """The keys that are valid now.

    Args:
        path: of the file; None takes everybody for an admin.
        records: what stands in it.
        clock: seconds, going forward only.
    """

    def __init__(
        self, path: Path | None, records: tuple[KeyRecord, ...] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path, self._records, self._clock = path, records, clock
        self._stamp = _stamp(path) if path else None
        self._look_at = clock() + _LOOK_S

    @classmethod
    def load(cls, options: SecurityOptions, clock: Callable[[], float] = time.monotonic) -> Self:
        """Returns the keys that the settings name.

        Raises:
            ConfigError: there is no such file, or what stands in it is no list of keys.
        """
        if options.auth == "off":
            return cls(None, clock=clock)
        path = options.keys_file.expanduser()
        return cls(path, _read(path), clock)

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Returns who sends these headers (whose names are compared without regard to case, as Starlette's are).

        Raises:
            Problem: no key, one that is not valid, or two that differ.
        """
        if self._path is None:
            return ANYBODY
        self._look()
        found = self._find(_sent(headers))
        if found is None:
            raise _unauthorized("this key is not valid")
        if found.expires is not None and found.expires <= datetime.now(UTC):
            raise _unauthorized(f"the key of {found.name} has expired")
        return Caller(name=found.name, scopes=found.scopes)

    def _find(self, key: str) -> KeyRecord | None:
        digest, found = _digest(key), None
        for record in self._records:  # all of them, so that the time taken tells nothing
            if compare_digest(record.sha256, digest):
                found = record
        return found

    def _look(self) -> None:
        """Reads the file again if it has changed. One that cannot be read leaves the keys as they were."""
        assert self._path is not None
        if self._clock() < self._look_at:
            return
        self._look_at = self._clock() + _LOOK_S
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._records = _read(self._path)
        except ConfigError as error:
            # Half-written, most likely. Refusing everybody until it is mended would hurt more than the old keys do.
            log.error("the keys stay as they were: %s", error)
        else:
            log.info("%d keys read from %s", len(self._records), self._path)


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


def _read(path: Path) -> tuple[KeyRecord, ...]:
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        records = tuple(_RECORDS.validate_python(tree or []))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"the keys in {path} cannot be read: {error}") from None
    except ValidationError as error:
        where = sorted({".".join(map(str, one["loc"])) for one in error.errors()})  # never the values: they are secret
        raise ConfigError(f"the keys in {path} cannot be read: {', '.join(where) or 'it is no list'}") from None
    return records
