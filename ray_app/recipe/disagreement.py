"""Whether the recognizers that read a line agree on its amount. Knows amounts; knows nothing of lines and engines."""

from collections.abc import Sequence

from ray_app.types import Amount


def disagreement(taken: Amount, single: Sequence[Amount]) -> tuple[Amount, ...]:
    """Returns the amount as each recognizer alone read it where one of them is another than ``taken``; else nothing.

    Amounts differ by their numbers, whether one is lost or another one was read, or by two units. A unit that only one
    of them has read is no other amount: "1 c." and "1 e." are both one.
    """
    return tuple(single) if any(_differs(taken, one) for one in single) else ()


def _differs(one: Amount, other: Amount) -> bool:
    numbers = (one.quantity, one.quantity_max) != (other.quantity, other.quantity_max)
    return numbers or (one.unit is not None and other.unit is not None and one.unit != other.unit)
