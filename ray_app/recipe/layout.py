"""A page's pieces of text to whole lines in reading order.

Knows where things stand; knows nothing of recipes. The parts: frame.py (upright, without tilt), joining.py (pieces to
lines), cutting.py (lines that run across a gap in two), columns.py (order).
"""

from ray_app.recipe.columns import reading_order
from ray_app.recipe.cutting import cut_at_gaps
from ray_app.recipe.frame import Placed, place
from ray_app.recipe.joining import join_pieces
from ray_app.types import PageText


def lay_out(page: PageText) -> list[Placed]:
    """Returns the page's lines, pieces joined and columns kept apart, in reading order, each with its place in the reader's frame."""
    return reading_order(cut_at_gaps(join_pieces(place(page))))
