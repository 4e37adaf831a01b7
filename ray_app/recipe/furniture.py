"""The words of what stands around a recipe: page numbers, an app's buttons, ratings, nutrition tables, other recipes.

Small functions from a line to a fact about it. Knows nothing of where lines stand. The word lists are ours, written
from cookbooks, recipe sites and apps.
"""

import re

from ray_app.recipe.wording import words


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FURNITURE = re.compile(
    r"(?:page|p\.)?\s*[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:/|of)\s*\d{1,4})?"
    r"|(?:https?://|www\.)\S+.*|\S+\.(?:com|org|net|info|blog|recipes|kitchen|co\.uk|example)(?:/\S*)?"
    r"|\d{1,2}:\d{2}(?:\s*[ap]m)?\W*.{0,12}|\d{1,3}\s?%|\d{1,2}/\d{1,2}/\d{2,4}\b.{0,12}"
    r"|(?:[345]G|LTE|wi-?fi)\b[\s\d%]{0,8}"
    r"|(?:save|share|print|pin|pin it|jump to recipe|home|search|menu|back|next|previous|advertisement|ad|sign in|log in"
    r"|subscribe|rate(?: this recipe)?|reviews?|\d+ (?:reviews?|ratings?|comments?)|comments?|edit|done|cancel|follow|like|reply"
    r"|from the kitchen of.*|recipe from.*|kitchen of.*|here(?:'|’)s what(?:'|’)s cookin[g'’]?.*|photo(?:graph)?s? by.*|copyright.*|©.*|rate it|print recipe|save recipe"
    r"|posted (?:by|on)\b.*|scale|1x|2x|3x|cook mode.*|us metric|metric)",
    re.IGNORECASE,
)

_RATING = re.compile(
    r"(?:[\W\d_]|\b(?:reviews?|ratings?|votes?|comments?|photos?|stars?|from|of|out|based|on|k)\b)+", re.I
)
_RATED = re.compile(r"\b(?:reviews?|ratings?|votes?|comments?|photos?|stars?)\b", re.IGNORECASE)

_APP_WORDS = _listed(
    "save share print pin jump to recipe home search menu back next previous advertisement sign log in subscribe rate rating"
    " review reviews comment comments edit done cancel follow like reply copy link email favorite favourites bookmark saved"
    " profile explore discover account settings favorites notifications"
)

_NUTRITION = re.compile(
    r"\b(?:calories|kcal|kj|cholesterol|sodium|saturate[ds]|carbohydrates?|carbs|dietary|fib(?:er|re)|protein|daily value)\b",
    re.IGNORECASE,
)

_ELSEWHERE = re.compile(
    r"\W*(?:you (?:might|may) also (?:like|enjoy)|(?:related|similar|popular|recommended|latest|more) (?:recipes?|posts?|articles?)"
    r"|more (?:like this|from\b.{0,30})|recommended(?: for you)?|trending(?: now)?|leave a (?:comment|reply|review)"
    r"|(?:\d+ )?(?:comments?|reviews?)|what others are saying)(?:\s*\(\d+\))?\W*",
    re.IGNORECASE,
)


def is_furniture(text: str) -> bool:
    """Tells whether a line belongs to the page or the app around the recipe.

    >>> is_furniture("Page 450"), is_furniture("https://example.org/cake"), is_furniture("9:41"), is_furniture("2 eggs")
    (True, True, True, False)
    >>> is_furniture("4.7 (1,203) 312 Reviews"), is_furniture("5G 87%"), is_furniture("Home Saved Profile")
    (True, True, True)
    """
    bare = text.strip()
    if _FURNITURE.fullmatch(bare) is not None or not any(char.isalnum() for char in bare):
        return True
    if _RATING.fullmatch(bare) is not None and _RATED.search(bare) is not None:
        return True
    found = words(bare)
    return bool(found) and _APP_WORDS.issuperset(found) and len(found) <= 8


def is_nutrition(text: str) -> bool:
    """Tells whether a line belongs to a nutrition table.

    >>> is_nutrition("Calories 94 kcal; Fat 8 g"), is_nutrition("1 cup milk")
    (True, False)
    """
    return _NUTRITION.search(text) is not None and any(char.isdigit() for char in text)


def leads_elsewhere(text: str) -> bool:
    """Tells whether a heading ends the recipe on a web page: other recipes and what readers said come after it.

    >>> leads_elsewhere("You might also like"), leads_elsewhere("Comments (12)"), leads_elsewhere("More butter")
    (True, True, False)
    """
    return _ELSEWHERE.fullmatch(text.strip()) is not None
