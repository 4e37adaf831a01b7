"""The words by which a line tells what it is: headings, yields, times, steps' numbers.

Small functions from a line to a fact about it. Knows nothing of where lines stand. The word lists are ours, written
from cookbooks, cards and recipe sites.
"""

import re
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from ray_app.recipe.amounts import has_bullet, read_leading
from ray_app.recipe.wording import starts_with_verb, words


class Section(StrEnum):
    """What a heading announces."""

    INGREDIENTS = "ingredients"
    METHOD = "method"
    NOTES = "notes"
    NUTRITION = "nutrition"


_SECTIONS = {
    Section.INGREDIENTS: r"ingredients?|ingredient list|you(?:'|’)?ll need|you will need|what you(?:'|’)?ll need|what you need|shopping list",
    Section.METHOD: r"(?:cooking )?(?:method|directions?|instructions?|steps|procedure)|preparation|how to (?:make|cook|prepare)(?: it)?|to make|making it",
    Section.NOTES: r"(?:(?:chef|cook|recipe)(?:'|’)?s? )?(?:notes?|tips?|hints?|variations?|storage)|to store",
    Section.NUTRITION: r"nutrition(?:al)?(?: facts| information| info| per serving)?.*|per serving.*",
}

_SECTION = {
    section: re.compile(rf"\W*(?:{pattern})(?:\s*\(.{{0,30}}\))?\W*", re.IGNORECASE)
    for section, pattern in _SECTIONS.items()
}

_MISREAD = {
    "ingredients": Section.INGREDIENTS,
    "instructions": Section.METHOD,
    "directions": Section.METHOD,
}
"""Headings long enough to be known with a blank or a letter or two misread."""

_LONGEST_HEADING = 16

_SPACED = re.compile(r"\b(?:\w ){3,}\w\b")

_COUNT = r"(?:about |approx\.? )?(?:\d[\d\s/½¼¾–-]*|one|two|three|four|five|six|eight|ten|(?:a |one )?dozen)"

_YIELD = re.compile(
    rf"(?:(?:yields?|makes|serves|servings?|serving size|portions?|quantity)\b\s*[:=]?\s*(?:{_COUNT}|about)"
    rf"|{_COUNT}(?:\s*(?:to|-|–)\s*\d+)?\s*(?:servings?|portions?|people|persons)\b)",
    re.IGNORECASE,
)

_DURATION = (
    r"(?:(?:\d[\d\s/½¼¾.–-]*|one|a|an|half an|\d+ to \d+)\s*"
    r"(?:hours?|hrs?|hr|h|minutes?|mins?|min|m|days?|seconds?|secs?)\b\.?[\s,]*(?:and\s+)?)+"
)

_TIME = re.compile(
    rf"(?P<name>prep(?:aration)?|cook(?:ing)?|bak(?:e|ing)|total|ready in|chill(?:ing)?|rest(?:ing)?|active|inactive|rising|rise|stand(?:ing)?|marinat(?:e|ing)|time)"
    rf"(?:\s*time)?\s*[:=]?\s*(?P<value>{_DURATION})",
    re.IGNORECASE,
)

_BETWEEN_DETAILS = re.compile(r"\s*[·•|;/]\s*|\s{3,}|\s+[-–—]\s+")

_LABEL = re.compile(
    r"\W*(?:(?:prep(?:aration)?|cook(?:ing)?|bak(?:e|ing)|total|chill(?:ing)?|rest(?:ing)?|active|inactive|additional|ready)"
    r" time|prep|total|serves|servings?|yields?|makes|difficulty|cuisine)\W*",
    re.IGNORECASE,
)

_LONE_TIME = re.compile(rf"\s*(?P<value>{_DURATION})\s*", re.IGNORECASE)

_NOTE = re.compile(r"\W*(?:note|tip|hint|variation|cook(?:'|’)s note|n\.?b\.?)s?\s*[:.—-]\s*\S", re.IGNORECASE)

_STEP_NUMBER = re.compile(
    r"\s*(?:step\s*)?(?P<number>\d{1,2})\s*(?:[.):]|\s-)\s*(?=[A-Z(\"“])|\s*step\s+\d+\W*", re.IGNORECASE
)

_BARE_STEP = re.compile(r"\s*\d{1,2}\s+(?=[A-Z])")

_GROUP = re.compile(
    r"(?:(?:for|to make|to serve|to finish|to garnish)\b.{0,40}|[^.,;]{2,40}):\s*$|for (?:the|a|an|your)\b[^.,;]{2,30}$",
    re.IGNORECASE,
)


def section_of(text: str) -> Section | None:
    """Returns what a heading announces, or None where the line is no such heading.

    >>> section_of("INGREDIENTS:"), section_of("In gredlents"), section_of("1 cup milk")
    (<Section.INGREDIENTS: 'ingredients'>, <Section.INGREDIENTS: 'ingredients'>, None)
    """
    bare = _SPACED.sub(lambda match: match.group().replace(" ", ""), text.strip())
    found = next((section for section, pattern in _SECTION.items() if pattern.fullmatch(bare)), None)
    if found is not None or len(bare) > _LONGEST_HEADING:
        return found
    letters = "".join(char for char in bare.lower() if char.isalnum())
    return next((section for word, section in _MISREAD.items() if Levenshtein.distance(letters, word) <= 1), None)


def is_yield(text: str) -> bool:
    """Tells whether a line says how much comes out.

    >>> is_yield("Serves 4"), is_yield("6 servings"), is_yield("Makes: 4 cups"), is_yield("makes a fine cake")
    (True, True, True, False)
    """
    return _YIELD.match(text.strip()) is not None and len(words(text)) <= 12


def yield_in(text: str) -> str | None:
    """Returns the part of a line that says how much comes out, or None.

    >>> yield_in("Serves 4 · 35 min"), yield_in("2 large pizzas"), yield_in("35 min")
    ('Serves 4', '2 large pizzas', None)
    """
    parts = [part.strip() for part in _BETWEEN_DETAILS.split(text) if part.strip()]
    named = next((part for part in parts if _YIELD.match(part)), None)
    if named is not None:
        return named
    return next((part for part in parts if part[:1].isdigit() and not is_time(part)), None)


def times_in(text: str) -> dict[str, str]:
    """Returns the times that a line names, by kind: prep, cook, total or other.

    >>> times_in("Prep Time: 10 minutes  Cook 25 min")
    {'prep': '10 minutes', 'cook': '25 min'}
    """
    kinds = {"pre": "prep", "coo": "cook", "bak": "cook", "tot": "total", "rea": "total", "tim": "total"}
    found = {
        kinds.get(match["name"].lower()[:3], match["name"].lower()): match["value"].strip(" ,")
        for match in _TIME.finditer(text)
    }
    lone = [part.strip() for part in _BETWEEN_DETAILS.split(text) if _LONE_TIME.fullmatch(part)]
    return found or ({"time": lone[0]} if lone else {})


def is_time(text: str) -> bool:
    """Tells whether a line does nothing but name times.

    >>> is_time("Prep 10 min"), is_time("35 min"), is_time("Bake 45 minutes at 350")
    (True, True, False)
    """
    rest = _TIME.sub("", text)
    return (rest != text and len(words(rest)) == 0) or _LONE_TIME.fullmatch(text) is not None


def is_detail(text: str) -> bool:
    """Tells whether a line gives a yield or times and nothing else, as they stand under a title.

    >>> is_detail("Serves 4"), is_detail("Prep 10 min"), is_detail("2 eggs")
    (True, True, False)
    """
    return is_yield(text) or is_time(text) or is_label(text)


def is_label(text: str) -> bool:
    """Tells whether a line names a yield or a time that stands beside or below it.

    >>> is_label("Cook Time"), is_label("Serves:"), is_label("Serves 4")
    (True, True, False)
    """
    return _LABEL.fullmatch(text.strip()) is not None


def is_note(text: str) -> bool:
    """Tells whether a line starts a note.

    >>> is_note("Note: freezes well"), is_note("Nutmeg")
    (True, False)
    """
    return _NOTE.match(text) is not None


def step_number(text: str) -> int | None:
    """Returns the number of a numbered step, or None.

    >>> step_number("1. Mix"), step_number("2 Beat the eggs well"), step_number("2 Eggs"), step_number("1 cup milk")
    (1, 2, None, None)
    """
    match = _STEP_NUMBER.match(text)
    if match is not None:
        return int(match["number"] or 0)
    match = _BARE_STEP.match(text)
    if match is not None and starts_with_verb(text[match.end() :]):
        return int(match.group())
    return None


def strip_step_number(text: str) -> str:
    """Takes a step's number off.

    >>> strip_step_number("1. Mix"), strip_step_number("Mix 2 eggs")
    ('Mix', 'Mix 2 eggs')
    """
    if step_number(text) is None:
        return text
    return re.sub(r"^\s*(?:step\s*)?\d{1,2}\s*[.):-]?\s*", "", text, count=1, flags=re.IGNORECASE)


def is_group_heading(text: str) -> bool:
    """Tells whether a line is worded like a heading within a list.

    >>> is_group_heading("For the sauce:"), is_group_heading("Dressing:"), is_group_heading("2 eggs")
    (True, True, False)
    """
    return _GROUP.match(text.strip()) is not None and not any(char.isdigit() for char in text) and len(words(text)) <= 6


def starts_amount(text: str) -> bool:
    """Tells whether a line starts with a bullet or with an amount.

    >>> starts_amount("2 eggs"), starts_amount("pinch of salt"), starts_amount("Mix well")
    (True, True, False)
    """
    return has_bullet(text) or read_leading(text) is not None
