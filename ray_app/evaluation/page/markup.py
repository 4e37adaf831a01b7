"""HTML built from strings without a way to forget escaping: text is escaped, only what :func:`tag` made is not."""

from html import escape


class Markup(str):
    """A piece of HTML that is safe to put into a page."""

    __slots__ = ()


Child = str | Markup | None
Attribute = str | float | bool | None

_VOID = frozenset(("img", "meta", "input", "line", "circle", "polygon", "polyline", "rect", "path"))


def tag(name: str, *children: Child, **attributes: Attribute) -> Markup:
    """Returns an element. None among the children is left out; an attribute that is True stands alone, None or False not at all.

    Underscores in attributes become dashes, one at the end is dropped.

    >>> tag("p", "1 < 2", tag("b", "!"), class_="note", data_n=3, hidden=True)
    '<p class="note" data-n="3" hidden>1 &lt; 2<b>!</b></p>'
    """
    head = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{head}/>")
    return Markup(f"<{head}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Returns the pieces one after the other, escaped where they are text."""
    return Markup("".join(_safe(child) for child in children if child is not None))


def _safe(child: str) -> str:
    return child if isinstance(child, Markup) else escape(child)


def _attribute(key: str, value: Attribute) -> str:
    key = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {key}"
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return f' {key}="{escape(shown)}"'
