"""Units of measure as cooks write them, to singular full words and back to nothing invented.

Knows words; knows nothing of numbers. The tables are ours, written from what cookbooks, cards and web pages use.
"""

import re
from collections.abc import Mapping

_SPELLINGS: Mapping[str, str] = {
    "teaspoon": "teaspoons tsp tsps teas teasp teasps teaspoonful teaspoonfuls tspn",
    "tablespoon": "tablespoons tbsp tbsps tbs tab tabs tbl tble tbls tblsp tblsps tbspn tablesp tablespoonful tablespoonfuls",
    "cup": "cups c cupful cupfuls",
    "fluid ounce": "floz",
    "ounce": "ounces oz ozs",
    "pound": "pounds lb lbs",
    "pint": "pints pt pts",
    "quart": "quarts qt qts",
    "gallon": "gallons gal gals",
    "gram": "grams gramme grammes g gr gm gms",
    "kilogram": "kilograms kg kgs kilo kilos",
    "milligram": "milligrams mg",
    "milliliter": "milliliters millilitre millilitres ml mls",
    "centiliter": "centiliters centilitre centilitres cl",
    "deciliter": "deciliters decilitre decilitres dl",
    "liter": "liters litre litres l ltr",
    "inch": "inches",
    "cm": "cms centimeter centimeters centimetre centimetres",
    "package": "packages pkg pkgs pkge packet packets pack packs",
    "can": "cans",
    "tin": "tins",
    "jar": "jars",
    "box": "boxes bx",
    "bag": "bags",
    "bottle": "bottles",
    "carton": "cartons",
    "container": "containers",
    "envelope": "envelopes env",
    "tub": "tubs",
    "tube": "tubes",
    "clove": "cloves",
    "stick": "sticks",
    "slice": "slices",
    "sprig": "sprigs",
    "bunch": "bunches",
    "stalk": "stalks",
    "rib": "ribs",
    "head": "heads",
    "ear": "ears",
    "knob": "knobs",
    "blade": "blades",
    "piece": "pieces",
    "bit": "bits",
    "pinch": "pinches",
    "dash": "dashes",
    "drop": "drops",
    "splash": "splashes",
    "handful": "handfuls",
    "grain": "grains",
    "grating": "gratings",
    "dollop": "dollops",
    "wineglass": "wineglasses wineglassful wineglassfuls",
    "gill": "gills",
    "teacup": "teacups teacupful teacupfuls",
    "saltspoon": "saltspoons saltspoonful saltspoonfuls",
    "dessertspoon": "dessertspoons dessertspoonful dessertspoonfuls dsp dstspn",
    "jigger": "jiggers",
    "glass": "glasses",
    "scoop": "scoops",
    "lump": "lumps",
    "ball": "balls",
    "block": "blocks",
    "bulb": "bulbs",
    "bundle": "bundles",
    "leaf": "leaves",
    "loaf": "loaves",
    "punnet": "punnets",
    "rasher": "rashers",
    "sachet": "sachets",
    "spear": "spears",
    "stem": "stems",
    "wedge": "wedges",
    "batch": "batches",
    "recipe": "recipes",
    "peck": "pecks",
    "bushel": "bushels bu",
    "square": "squares sq sqs",
    "sheet": "sheets",
    "strip": "strips",
    "cube": "cubes",
    "dozen": "dozens doz",
}

_LOOKALIKES: Mapping[str, str] = {
    "ib": "pound",
    "ibs": "pound",
    "1b": "pound",
    "1bs": "pound",
    "0z": "ounce",
    "0zs": "ounce",
    "o2": "ounce",
    "fsp": "teaspoon",
    "e": "cup",
    "+sp": "teaspoon",
    "+5p": "teaspoon",
    "t5p": "teaspoon",
    "+bsp": "tablespoon",
    "tbss": "tablespoon",
    "tbps": "tablespoon",
    "thsp": "tablespoon",
    "tosp": "tablespoon",
    "tsbp": "tablespoon",
    "eup": "cup",
    "eups": "cup",
}
"""What engines make of a unit where no other word is meant: "Ib" and "1b" for lb, "0z" for oz, "eup" for cup."""

SPELLINGS: Mapping[str, str] = {
    spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in (unit, *spellings.split())
}
"""Each way to write a unit, in small letters, and its name."""

MEASURES = frozenset(
    (
        *("teaspoon", "tablespoon", "cup", "fluid ounce", "ounce", "pound", "pint", "quart", "gallon"),
        *("gram", "kilogram", "milligram", "milliliter", "centiliter", "deciliter", "liter"),
        *("gill", "teacup", "saltspoon", "dessertspoon"),
    )
)
"""Units that measure weight or volume; the others count things (cans, cloves, pinches)."""

PINCHES = frozenset(
    (
        *("pinch", "dash", "drop", "splash", "handful", "grain", "grating", "sprig"),
        *("bit", "dollop", "knob", "bunch", "lump"),
    )
)
"""Units that stand without a number: "pinch black pepper", "Sprig of parsley"."""

CONTAINERS = frozenset(
    ("package", "can", "tin", "jar", "box", "bag", "bottle", "carton", "container", "envelope", "tub", "tube")
)
"""Units that hold an amount of their own: "2 (8 oz.) packages"."""

SPOONS_AND_CUPS = frozenset(("teaspoon", "tablespoon", "cup"))

_TRAILING_DOTS = re.compile(r"[.,:;]+$")


def unit_name(word: str) -> str | None:
    """Returns the singular full word of a unit as written, or None where ``word`` is no unit.

    Only "T" and "t" differ by case: "T" is a tablespoon, "t" a teaspoon.

    >>> unit_name("Tbsp."), unit_name("T"), unit_name("t"), unit_name("lbs"), unit_name("flour")
    ('tablespoon', 'tablespoon', 'teaspoon', 'pound', None)
    """
    bare = _TRAILING_DOTS.sub("", word)
    if bare in {"T", "Tb"}:
        return "tablespoon"
    if bare == "t":
        return "teaspoon"
    return SPELLINGS.get(bare.lower())


def unit_lookalike(word: str) -> str | None:
    """Returns the unit that an engine misread as ``word``, or None; only where no ingredient is spelt so.

    >>> unit_lookalike("Ib"), unit_lookalike("lb")
    ('pound', None)
    """
    return _LOOKALIKES.get(_TRAILING_DOTS.sub("", word).lower())


def is_singular(word: str) -> bool:
    """Tells whether ``word`` is a unit's full word in the singular, so that its amount is at most one.

    >>> is_singular("cup"), is_singular("cups"), is_singular("c")
    (True, False, False)
    """
    return _TRAILING_DOTS.sub("", word).lower() in _SPELLINGS
