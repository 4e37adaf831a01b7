"""Ingredients that only the method names, with the lines that prove them: ``prose.py``'s phrases parsed like a list's lines.

What stands in the recipe's list with an amount is not offered again: "add 2 tablespoons of sugar" tells then how much of
it goes in now, and would count twice. Knows directions and lists; knows nothing of how words stand on a page.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import pairwise

from ray_app.recipe.confidence import Sure
from ray_app.recipe.food import is_food
from ray_app.recipe.ingredients import IngredientParser, ParsedLine
from ray_app.recipe.prose import Phrase, phrases_in
from ray_app.recipe.units import PINCHES
from ray_app.recipe.wording import words
from ray_app.types import Direction, Ingredient, Mentioned, TextLine

Judge = Callable[[ParsedLine, Sequence[float | None]], Sure]
"""From a parsed line and its lines' confidences to how sure its fields are."""


def find_mentioned(
    lines: Sequence[TextLine],
    directions: Sequence[Direction],
    listed: Sequence[Ingredient],
    parser: IngredientParser,
    judge: Judge,
) -> tuple[Mentioned, ...]:
    """Returns the ingredients that directions name with an amount, in their order.

    Args:
        lines: of the page, in reading order.
        directions: of one recipe.
        listed: its list.
        parser: of ingredient lines.
        judge: tells how sure they are.
    """
    known = [_names(one.name) for one in listed if one.name and one.amount.quantity is not None]
    found: list[Mentioned] = []
    for step in directions:
        for phrase in phrases_in(step.text):
            parsed = _parse(phrase, parser)
            if parsed is None or any(_same(_names(parsed.name), names) for names in known):
                continue
            indexes = tuple(_holding(lines, step, phrase))
            held = [lines[index] for index in indexes]
            sure = judge(parsed, [line.confidence for line in held])
            first, last = phrase.sentence
            ingredient = Ingredient(
                text=step.text[phrase.start : phrase.end],
                amounts=parsed.amounts,
                name=parsed.name,
                preparation=parsed.preparation,
                size=parsed.size,
                comment=parsed.comment,
                group=None,
                confidence=sure.whole,
                fields=sure.fields,
                lines=indexes,
                quad=reduce(lambda quad, other: quad.union(other), (line.quad for line in held[1:]), held[0].quad),
            )
            found.append(Mentioned(ingredient=ingredient, sentence=step.text[first:last].strip()))
    return tuple(found)


def _parse(phrase: Phrase, parser: IngredientParser) -> ParsedLine | None:
    """Parses a phrase; None where its number is lost, or its name is no food or holds words that do not stand in it."""
    parsed = parser.parse(phrase.wording)
    named = words(parsed.name or "")
    if not parsed.amounts or not any(map(is_food, named)) or not set(named) <= set(words(phrase.wording)):
        return None
    first = parsed.amounts[0]
    if not phrase.one:
        return parsed if first.quantity is not None or first.unit in PINCHES else None
    one = replace(first, quantity=Fraction(1), text=f"{phrase.wording.split()[0]} {first.text}")
    return replace(parsed, amounts=(one, *parsed.amounts[1:]))


def _names(name: str | None) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in words(name or ""))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tells whether one name is the other with further words: "sugar" and "brown sugar"."""
    return one <= other or other <= one


def _holding(lines: Sequence[TextLine], step: Direction, phrase: Phrase) -> Iterator[int]:
    """Yields the indexes of the lines that a phrase stands in; ``method.join_text`` has made one text of them."""
    starts = [0]
    for before, index in pairwise(step.lines):
        passed = starts[-1] + len(_whole(lines[before]))
        starts.append(max(step.text.find(_whole(lines[index]), passed), starts[-1]))
    for index, start, end in zip(step.lines, starts, [*starts[1:], len(step.text) + 1], strict=True):
        if start < phrase.end and phrase.start < end:
            yield index


def _whole(line: TextLine) -> str:
    """What of a line stands in the step even where its last word goes on in the next line."""
    return line.text.strip().rstrip("-")
