"""Ingredients named in the prose of a method ("add two cups of flour"): where they stand, apart from the list.

Precision before recall: what is offered has an amount with a unit, or a number and a food that is counted, and the food
is one of food.py. Times, temperatures, sizes of pans, shares of what was named before ("half of the butter") and what
comes out of a recipe are none. Knows sentences; knows nothing of lists, lines and places.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ray_app.recipe import quantities
from ray_app.recipe.amounts import read_leading
from ray_app.recipe.food import is_countable, is_dish, is_food
from ray_app.recipe.furniture import is_nutrition
from ray_app.recipe.quantities import Written
from ray_app.recipe.units import MEASURES, PINCHES, unit_name
from ray_app.recipe.wording import words


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_START = re.compile(r"(?<![\w/.,'’°-])(?=\w)")
_ARTICLE = re.compile(
    r"(?:an?|a few|few)\s+(?:(?:scant|heaping|heaped|level|rounded|generous|good|small|large)\s+)?(?=(?P<unit>[a-z]+))",
    re.IGNORECASE,
)
_OF_A = re.compile(r"^\s+of\s+an?\s+(?=[a-z])", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-zÀ-ÿ'’]+(?:-[A-Za-zÀ-ÿ]+)*")
_STOP = re.compile(
    r"[,;:!?()\[\]+&*\"“”\d]|\.(?!\d)|(?<=\s)(?:and|or|until|till|in|into|to|with|without|over|under|for|from|at|on|onto|upon"
    r"|then|when|while|if|is|are|was|were|as|by|per|before|after|but|so|that|which|the|a|an|this|will|may|can be|plus)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”)]?\s+(?=[\"“(]?[A-Z0-9½¼¾⅓⅔⅛⅜⅝⅞])")

_LONGEST = 8
"""Words from the amount's end to the phrase's; longer ones are sentences without commas."""

_MOST = 48
"""Nobody counts out more of a food; higher numbers are of pages and years."""

_COUNTING = frozenset(
    (
        *("can", "tin", "jar", "package", "envelope", "box", "bag", "bottle", "carton", "clove", "stick", "slice"),
        *("stalk", "rib", "head", "ear", "blade", "square", "dozen"),
    )
)
"""Units that are no measure and hold a food all the same; "piece", "strip" and "sheet" tell how something is cut."""

_DESCRIBES = _listed(
    """
    large small medium medium-sized big whole fresh ripe beaten well-beaten slightly well peeled chopped finely coarsely
    thinly minced sliced diced grated shredded mashed red green yellow white black sweet sour tart hard-boiled boiled
    hard-cooked cooked raw dried good nice fine tender young more extra egg bell stewed strained canned crushed
    """
)
"""What may stand between a number and a food that is counted."""

_NO_FOOD = _listed(
    """
    pan pans dish dishes pot pots bowl bowls plate plates platter sheet sheets skillet saucepan casserole kettle mold
    molds mould moulds rack board spoon spoons fork forks knife glass glasses ramekin ramekins griddle tray trays cutter
    mixture mixtures liquid remaining remainder rest reserved time times minute minutes hour hours second seconds inch
    inches degree degrees degrees cm mm part parts portion portions serving servings people person layer layers batch
    batches round rounds ball balls loaf loaves half halves piece pieces length lengths strip strips square squares thick
    thickness wide apart deep long high cutlet heat same above recipe recipes
    """
)
"""Words by which an amount is not one of an ingredient: kitchen things, times, sizes, shares, and the dish itself."""

_BEFORE = _listed(
    """
    the these those this that its their each every per remaining other last first next than step no number nos
    """
)
"""Words before an amount that point at something named before, or at a share, a proportion or a size."""

_NOT_ADDED = re.compile(
    r"\b(?:makes?|making|yields?|yielding|serves?|serving|fills?|measures?|return|reserve|remove|save|discard|each|every)"
    r"\s+(?:\w+\s+){0,2}$|\d\s+and\s+(?:an?\s+)?$",
    re.IGNORECASE,
)
"""Before an amount: what comes out, is kept back or taken away, is meant for each piece; or a number's first half."""

_EACH_TIME = re.compile(
    r"\s*(?:each\s+)?at (?:a|one) time\b|\s*apiece\b|\s*(?:for|over|on|in|into|to)?\s*\b(?:each|every|per)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"\s*of\s+(?:the|this|these|that|those|it|its|your|them|each|mixture|above)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """An amount and a food in a text.

    Attributes:
        start: where it begins in the text.
        end: where it ends.
        sentence: (start, end) of the sentence that it stands in.
        wording: its characters, less what the parser of lines cannot take ("of a" in "a quarter of a pound").
        one: whether "a" is its number ("a cup of milk").
    """

    start: int
    end: int
    sentence: tuple[int, int]
    wording: str
    one: bool


def phrases_in(text: str) -> Iterator[Phrase]:
    """Yields the amounts of food in a text, in its order.

    >>> text = "Add 2 cups of flour and a pinch of salt; bake 20 minutes in a 9-inch pan."
    >>> [text[one.start : one.end] for one in phrases_in(text)]
    ['2 cups of flour', 'a pinch of salt']
    """
    bare, places = _plainly(text)
    for first, last in _sentences(bare):
        sentence = bare[first:last]
        if is_nutrition(sentence):
            continue
        behind = 0
        for match in _START.finditer(sentence):
            found = _phrase_at(sentence, match.start()) if match.start() >= behind else None
            if found is None:
                continue
            behind, wording, one = found
            start, end = places[first + match.start()], places[first + behind]
            yield Phrase(start=start, end=end, sentence=(places[first], places[last]), wording=wording, one=one)


def _plainly(text: str) -> tuple[str, list[int]]:
    """Returns the text with its fractions and dashes in plain form, and for each character its place in ``text``."""
    pieces: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        piece = quantities.plain(char)
        if len(piece) > 1 and place and text[place - 1].isdigit():
            piece = f" {piece}"
        pieces.append(piece)
        places += [place] * len(piece)
    return "".join(pieces), [*places, len(text)]


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yields where sentences begin and end; a full stop behind a unit ("1 tsp. Dijon mustard") ends none."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        before = words(text[start : match.start()])
        if before and text[match.start() - 1] == "." and unit_name(before[-1]) is not None:
            continue
        yield start, match.start()
        start = match.end()
    yield start, len(text.rstrip())


def _phrase_at(sentence: str, start: int) -> tuple[int, str, bool] | None:
    """Reads the phrase that begins here: its end, its wording for the parser, and whether "a" is its number."""
    tail = sentence[start:]
    written = quantities.read_number(tail)
    head = _article(sentence, start) if written is None else _number(sentence, start, written)
    if head is None or _NOT_ADDED.search(sentence[:start]) or _word_before(sentence, start) in _BEFORE:
        return None
    of_a = _OF_A.match(tail[head:]) if written is not None else None
    body = head + (of_a.end() - 1 if of_a else 0)
    end = body + _length(tail[body:])
    wording = tail[:head] + tail[body:end]
    cut = _word_before(sentence, start) == "into"
    if not _names_food(wording, written, cut=cut) or _EACH_TIME.match(tail[end:]):
        return None
    one = written is None and tail[0] in "aA" and unit_name(_first_word(tail[head:])) in MEASURES
    return start + end, wording, one


def _number(sentence: str, start: int, written: Written) -> int | None:
    """Returns where a number ends, or None where it is none that an amount may start with ("9-inch", "One Egg Muffins")."""
    behind = sentence[start + written.end :]
    named = sentence[start].isupper() and (start > 0 or behind.lstrip()[:1].isupper())
    if written.low is None or written.glued or named or not behind[:1].isspace():
        return None
    return written.end


def _article(sentence: str, start: int) -> int | None:
    """Returns where "a" or "few" before a unit ends, 0 before a bare pinch; None where no amount starts here."""
    tail = sentence[start:]
    match = _ARTICLE.match(tail)
    head = match.end() if match else 0
    unit = unit_name(_first_word(tail[head:]))
    if unit in PINCHES:
        return head
    one = match is not None and tail[0] in "aA" and _word_before(sentence, start) != "of"
    return head if one and unit in MEASURES else None


def _word_before(sentence: str, start: int) -> str:
    return (words(sentence[:start]) or [""])[-1]


def _first_word(text: str) -> str:
    match = _WORD.match(text)
    return match.group() if match else ""


def _length(text: str) -> int:
    """Returns how far a phrase goes on behind its number, its unit's full stop included."""
    end = len(text)
    for match in _STOP.finditer(text):
        if match.group() == "." and unit_name((words(text[: match.start()]) or [""])[-1]) is not None:
            continue
        end = match.start()
        break
    found = list(_WORD.finditer(text[:end]))
    if len(found) > _LONGEST:
        end = found[_LONGEST - 1].end()
    return len(text[:end].rstrip(" .-"))


def _names_food(wording: str, written: Written | None, *, cut: bool) -> bool:
    """Tells whether a phrase names so much of a food; what something is ``cut`` into is counted, not measured."""
    leading = read_leading(wording)
    if leading is None or leading.amounts[0].unit == "inch":
        return False
    unit = leading.amounts[0].unit
    named = [match.group().lower() for match in _WORD.finditer(leading.rest)]
    if not named or _NO_FOOD & set(named) or _SHARE.search(wording):
        return False
    if cut and unit not in MEASURES:
        return False
    if unit in MEASURES or unit in PINCHES or unit in _COUNTING:
        return any(map(is_food, named)) and not (len(named) == 1 and is_dish(named[0]))
    if unit is not None or written is None or (written.low or 0) > _MOST or any(map(is_dish, named)):
        return False
    first = next((word for word in named if word not in _DESCRIBES), None)
    return is_countable(first) if first else any(map(is_countable, named))  # "egg" describes, too: "2 egg whites"
