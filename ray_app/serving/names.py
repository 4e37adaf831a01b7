"""Names of files as clients give them, made fit to be shown and stored. They are never part of a path."""

import unicodedata

MAX_NAME = 255
"""Characters of a name that are kept."""

UNNAMED = "unnamed"

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, marks that turn the direction of text (``gpj.exe`` shown as ``exe.jpg``), surrogates, line ends."""


def display_name(given: str) -> str:
    """Returns the last component of a name, whichever system's separators it has, or ``unnamed``."""
    return display_path(given).rpartition("/")[2]


def display_path(given: str) -> str:
    """Returns a name with its folders, without steps upward, or ``unnamed`` where nothing is left."""
    # The end is kept: there stands the extension.
    seen = "".join(one for one in given if unicodedata.category(one) not in _UNSEEN)[-MAX_NAME:]
    parts = (part.strip() for part in seen.replace("\\", "/").split("/"))
    return "/".join(part for part in parts if part not in ("", ".", "..")) or UNNAMED
