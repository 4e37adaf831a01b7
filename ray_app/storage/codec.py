"""Results as bytes and back, with nothing lost: one form for every level of the cache and for jobs.

Knows the types; knows nothing of where the bytes go.
"""

import zlib

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ray_app.errors import RecipeOcrError
from ray_app.types import ImageResult

ENCODING = 2
"""Goes up whenever bytes of before can no longer be read, or mean something else; it is part of each cache key."""

_LEVEL = 1
"""Of zlib: 6 saves 7 % of the bytes and costs half as much time again; zstd saves 6 % and would be one more package."""

_RESULTS: TypeAdapter[tuple[ImageResult, ...]] = TypeAdapter(
    tuple[ImageResult, ...], config=ConfigDict(ser_json_inf_nan="constants")
)


class UnreadableResults(RecipeOcrError):
    """The bytes are damaged, or of another encoding."""


def encode(results: tuple[ImageResult, ...]) -> bytes:
    """Returns the results of a file's pages as bytes."""
    return zlib.compress(_RESULTS.dump_json(results), _LEVEL)


def decode(data: bytes) -> tuple[ImageResult, ...]:
    """Returns the results that ``encode`` was given.

    Raises:
        UnreadableResults: the bytes are not what ``encode`` made.
    """
    try:
        return _RESULTS.validate_json(zlib.decompress(data))
    except (zlib.error, ValidationError) as error:
        raise UnreadableResults(f"these {len(data):,} bytes are no results: {error}") from None
