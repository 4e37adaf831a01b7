"""Names that clients give to files, made fit to be shown. Nothing is ever opened or written by them."""

import unicodedata

_MOST = 255


def display_path(given: str) -> str:
    """Returns the name with its folders: no root, no ``..``, no control or direction characters, at most 255 long."""
    parts = ("".join(one for one in part if unicodedata.category(one)[0] != "C").strip() for part in _parts(given))
    kept = "/".join(part for part in parts if part not in ("", ".", ".."))
    return kept[-_MOST:].lstrip("/ ") or "unnamed"


def display_name(given: str) -> str:
    """Returns the name without its folders."""
    return display_path(_parts(given)[-1])


def _parts(given: str) -> list[str]:
    return given.replace("\\", "/").split("/")
