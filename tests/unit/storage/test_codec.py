import zlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray_app.storage.codec import ENCODING, UnreadableResults, decode, encode
from ray_app.types import ImageResult
from tests.unit.storage.examples import RICH

SIMPLE = {
    float: st.floats(allow_nan=False),
    int: st.integers(-(2**40), 2**40),
    str: st.text(max_size=8),
    bool: st.booleans(),
    NoneType: st.none(),
    Fraction: st.fractions(),
}


def values(hint):
    """Any value of a type of ours; no NaN, which equals nothing."""
    kind, inner = get_origin(hint), get_args(hint)
    if hint in SIMPLE:
        return SIMPLE[hint]
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: values(hints[field.name]) for field in fields(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, UnionType):
        return st.one_of(*map(values, inner))
    if kind is Literal:
        return st.sampled_from(inner)
    if kind is Mapping:
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=2)
    assert kind is tuple, hint
    if inner[-1] is Ellipsis:
        return st.lists(values(inner[0]), max_size=2).map(tuple)
    return st.tuples(*map(values, inner))


@settings(max_examples=60, deadline=None)
@given(st.lists(values(ImageResult), max_size=2).map(tuple))
def test_what_was_encoded_comes_back_the_same(results):
    assert decode(encode(results)) == results


def test_this_encoding_still_means_what_it_meant():
    # Where this fails: put ENCODING up by one, and write the file of the new number.
    meant = Path(__file__).with_name(f"encoding_{ENCODING}.json").read_bytes().strip()
    assert zlib.decompress(encode((RICH,))) == meant
    assert decode(zlib.compress(meant)) == (RICH,)


@pytest.mark.parametrize("data", [b"", b"nonsense", zlib.compress(b"[{}]"), encode((RICH,))[:-5]])
def test_damage_is_told(data):
    with pytest.raises(UnreadableResults, match="are no results"):
        decode(data)
