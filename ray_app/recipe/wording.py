"""How lines are worded: sentences of a method, headings in capitals, lines that must go on.

Small functions from a line to a fact about it. Knows nothing of where lines stand. The word lists are ours, written
from cookbooks, cards and recipe sites.
"""

import re

from ray_app.recipe.amounts import strip_bullet


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VERBS = _listed(
    """
    add adjust allow arrange assemble baste beat blanch blend blitz boil braise bring broil brown brush
    carefully chill chop clean coat combine continue cook cool cover crush deglaze dip discard dissolve
    divide dredge dress drizzle drop fill finish flip flour fold form fry garnish gently gradually grease
    grill grind heat immediately knead ladle lay leave let lift line lower make mash measure melt microwave
    mix moisten pare peel pipe place poach poke pour preheat prepare press prick proof pulse put puree
    reduce refrigerate reheat remove repeat reserve return rinse roast roll rub saute sauté scald scatter
    scoop scrape sear season separate serve set shake shape sift simmer skim soak soften spoon spread
    sprinkle stand steam stir strain stuff swirl take taste thicken thin tip toast toss transfer trim turn
    unmold use warm wash wet when while whip whisk wipe work wrap dilute flavor follow store stew scramble
    sweat marinate meanwhile drain cut slice grate butter
    """
)

_NAMES_TOO = _listed(
    """
    brown butter cream cut dress drain flour grate line mash season slice stew toast warm set stuff roast
    """
)
"""Verbs that also start ingredients or titles; they count as verbs only where the rest reads like a sentence."""

_PROSE = _listed(
    """
    the until then into it is are be them when over minutes minute hours hour heat oven pan bowl well
    together from this that has have been will with in and on at by as let through each all down after
    before while if so serve bake cook stir add mix degrees
    """
)

_WORD = re.compile(r"[a-zA-ZÀ-ÿ']+")

_TEMPERATURE = re.compile(
    r"[a-z]\s+[2-4]\d[05]\s*(?:°|º|F)?\s*$|\b[1-5]\d\d\s*(?:°|º|degrees|F\b|C\b|o\s?F)", re.IGNORECASE
)

_SMALL = _listed(
    """
    a an and or of the with in on for to de la le from by à n style i ii iii iv v vi
    """
)

_SENTENCE_END = re.compile(r"[.!?:][\"'”’)]*\s*$")

_PERSON = re.compile(r"\W*(?:(?i:mrs|mr|miss|ms|dr|rev)\b\.?\s|(?i:by|from)\s+[A-Z]\w*\.?\s+[A-Z])")

_UNFINISHED = re.compile(
    r"(?:[,;&(/–-]|\b(?:and|or|of|the|a|an|with|in|into|to|for|from|at|plus|cut|about|if|as|by|on|such|such as|finely|freshly|coarsely|thinly|and (?:freshly )?ground))\s*$",
    re.IGNORECASE,
)


def starts_with_verb(text: str) -> bool:
    """Tells whether a line starts the way steps do.

    >>> starts_with_verb("Beat eggs slightly"), starts_with_verb("Butter"), starts_with_verb("Butter a pan and fill it")
    (True, False, True)
    """
    found = words(strip_bullet(text))
    if not found or found[0] not in _VERBS:
        return False
    return found[0] not in _NAMES_TOO or (len(found) >= 4 and prose_words(text) >= 1)


def prose_words(text: str) -> int:
    """Counts words that sentences of a method have and ingredients have not.

    >>> prose_words("Bake in the oven until brown"), prose_words("salt and pepper")
    (5, 1)
    """
    return sum(word in _PROSE for word in words(text))


def reads_like_method(text: str) -> bool:
    """Tells whether a line reads like a sentence of a method.

    >>> reads_like_method("Mix flour and salt."), reads_like_method("into the pan and bake until done")
    (True, True)
    """
    found = words(text)
    if starts_with_verb(text) or _TEMPERATURE.search(text):
        return True
    return len(found) >= 4 and prose_words(text) >= max(2, 0.3 * len(found))


def is_title_case(text: str) -> bool:
    """Tells whether a line is written like a heading: its longer words with capitals.

    >>> is_title_case("Berry Muffins I (Without Eggs)"), is_title_case("Add the eggs"), is_title_case("BUNS.")
    (True, False, True)
    """
    found = [word for word in _WORD.findall(text) if word.lower() not in _SMALL]
    return bool(found) and sum(word[0].isupper() for word in found) >= 0.75 * len(found)


def is_person(text: str) -> bool:
    """Tells whether a line names who gave a recipe.

    >>> is_person("Mrs. E. A. Smith"), is_person("By Maria Lund"), is_person("For the Sauce")
    (True, True, False)
    """
    return _PERSON.match(text) is not None


def ends_sentence(text: str) -> bool:
    """Tells whether a line ends a sentence.

    >>> ends_sentence("and bake."), ends_sentence("and bake")
    (True, False)
    """
    return _SENTENCE_END.search(text) is not None


def is_unfinished(text: str) -> bool:
    """Tells whether a line must go on: it ends with a comma, a hyphen, "and", or within brackets.

    >>> is_unfinished("1 cup nuts, chopped and"), is_unfinished("2 cups (about"), is_unfinished("2 eggs")
    (True, True, False)
    """
    return _UNFINISHED.search(text) is not None or text.count("(") > text.count(")")


def words(text: str) -> list[str]:
    """Returns the words of a text, small.

    >>> words("2 Tbsp. Olive Oil")
    ['tbsp', 'olive', 'oil']
    """
    return [word.lower() for word in _WORD.findall(text)]
