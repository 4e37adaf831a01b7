"""What engines misread around amounts, and what cooks write short there, put into the words that the grammar knows.

Knows one line; knows nothing of what is an amount (amounts.py).
"""

import re

from ray_app.recipe.units import unit_name

_ONE = re.compile(r"^[Il|!](?=\s+[a-zA-Z(\d])")
_ONE_OVER = re.compile(r"(?:^|(?<=\d\s))[Il|](?=/[2348]\b)")
_ONE_GLUED = re.compile(r"^[Il|](?=(?:c|C|tsp|Tbsp|tbsp|Tbs|lb|oz|cup|pkg|can)\b)")
_OUNCES_GLUED = re.compile(r"(?<=\d)(?:0[zZ]|[oO]2)(?=s?\b)")
_POUNDS_GLUED = re.compile(r"(?<=\d)[\s-]?1b(?=s?\b)")
_SPOON_IN_TWO = re.compile(
    rf"\b(?:{'|'.join(word[:at] + ' ' + word[at:] for word in ('teaspoon', 'tablespoon', 'dessertspoon') for at in range(1, len(word)))})(?=s?\b)",
    re.IGNORECASE,
)
_POUND_SIGN = re.compile(r"(?<=\d)\s?#\s?(?=[A-Za-z])")
_AND_A_PART = re.compile(r"(?<=\d)\s?&\s?(?=\d/\d)")
_EACH = re.compile(r"(?<=[a-z.])\sea\.?(?=\s)")
_LITER_AS_ONE = re.compile(
    r"(?<=\d\s)1(?=\s+(?P<next>[a-z]+)(?:\s+[a-z]+){0,2}\b)(?=[a-z\s\d]*\b(?:stock|water|milk|broth|cream|wine|juice|cider)\b)"
)
_QUOTE_NOISE = re.compile(r"(?<=\d)\s+['’‘`´.,]+\s*(?=[A-Za-z])|(?<=[a-z]{3})['’‘`´](?=[a-rt-z]\w{2})")
_ONE_IN_SIZE = re.compile(r"(?<=\d\s)[lI](?=\d\s?oz\b)")


def repair(line: str) -> str:
    """Puts right what engines misread around amounts and what nothing else can be meant by.

    >>> repair("I tsp salt"), repair("1 140z can"), repair("lc whole milk"), repair("31b beef")
    ('1 tsp salt', '1 14 oz can', '1c whole milk', '3 lb beef')
    >>> repair("l/2 c. milk"), repair("1 I/4 tsp salt"), repair("1-1b. butter")
    ('1/2 c. milk', '1 1/4 tsp salt', '1 lb. butter')
    >>> repair("1 1 vegetable stock"), repair("1 1 cup milk")
    ('1 l vegetable stock', '1 1 cup milk')
    >>> repair("2# ground beef"), repair("1 #2 can peas"), repair("1 & 1/2 cups milk"), repair("1 tsp. ea. salt & pepper")
    ('2 lb ground beef', '1 #2 can peas', '1 1/2 cups milk', '1 tsp. each salt & pepper')
    >>> repair("1 teas poon cumin"), repair("2 Table spoons oil")
    ('1 teaspoon cumin', '2 Tablespoons oil')
    """
    line = _ONE_GLUED.sub("1", _ONE_OVER.sub("1", _ONE.sub("1", line)))
    line = _ONE_IN_SIZE.sub("1", _QUOTE_NOISE.sub(" ", line))
    line = _SPOON_IN_TWO.sub(lambda found: found.group().replace(" ", ""), line)
    line = _LITER_AS_ONE.sub(lambda found: "1" if unit_name(found["next"]) else "l", line)
    line = _EACH.sub(" each", _AND_A_PART.sub(" ", _POUND_SIGN.sub(" lb ", line)))
    return _POUNDS_GLUED.sub(" lb", _OUNCES_GLUED.sub(" oz", line))
