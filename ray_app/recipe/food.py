"""Words that only recipes are full of: foods, kitchen verbs, kitchen things. Decides whether a page is a recipe at all.

The lists are ours and short: they need to hold a word or two of any recipe, not every food there is.
"""

import re
from collections.abc import Sequence

from ray_app.recipe.wording import words


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FOODS = _listed(
    """
    allspice almond apple apricot artichoke asparagus avocado bacon banana barley basil bean beef beer beet
    berry biscuit blueberry bouillon bran brandy bread broccoli broth butter buttermilk cabbage cake caramel
    cardamom carrot cashew cayenne celery cheddar cheese cherry chicken chickpea chili chives chocolate
    cilantro cinnamon clam clove cocoa coconut cod coffee cookie coriander corn cornmeal cornstarch crab
    cracker cranberry cream crumb crust cucumber cumin currant curry custard date dill dough egg eggplant
    feta fish flour frosting garlic gelatin ginger gravy ham herb honey jam jelly juice ketchup lamb lard
    lemon lentil lettuce lime lobster macaroni mango margarine marshmallow mayo mayonnaise meat milk mint
    molasses mozzarella mushroom mustard noodle nut nutmeg oat oatmeal oil olive omelet onion orange oregano
    oyster pancake paprika parmesan parsley pasta paste pastry peach peanut pear pea pecan pepper pickle pie
    pineapple pizza plum pork potato prune pudding pumpkin quinoa radish raisin raspberry rhubarb rice
    ricotta roll rosemary rum sage salad salmon salsa salt sauce sausage scallion seed sesame shallot sherry
    shortening shrimp soda soup sour soy spice spinach squash steak stew stock strawberry suet sugar syrup
    tarragon thyme toast tofu tomato tuna turkey turmeric turnip vanilla veal vinegar walnut water wheat
    whey wine yam yeast yoghurt yogurt yolk zest zucchini
    """
)
_KITCHEN_VERBS = _listed(
    """
    bake baked baking baste beat beaten blanch blend boil boiling braise broil chop chopped cook cooked
    cooking cream dice diced drain fry fried garnish grate grated grease greased grill knead marinate melt
    melted mince minced mix mixed mixture peel poach preheat puree refrigerate roast roll saute sauté season
    sift sifted simmer skillet slice sliced spoon sprinkle stir stirring strain thicken toast toss whip
    whisk oven saucepan casserole tablespoon teaspoon tablespoons teaspoons tbsp tsp dough batter skillet
    griddle broiler dish
    """
)
_TRADE = re.compile(
    r"[$€£]\s?\d|\b\d+[.,]\d\d\s*(?:€|eur|usd)?\s*$|\b(?:invoice|subtotal|amount due|balance|vat|qty|unit price|receipt|order no|iban|payment)\b",
    re.IGNORECASE,
)


def foods_in(text: str) -> int:
    """Counts the foods that a text names.

    >>> foods_in("2 eggs and some flour"), foods_in("2 boxes of screws")
    (2, 0)
    """
    return sum(_singular(word) in _FOODS for word in words(text))


def kitchen_words(text: str) -> int:
    """Counts the different words of a text that belong to the kitchen.

    >>> kitchen_words("Bake in a hot oven"), kitchen_words("Dear Anna")
    (2, 0)
    """
    return len(_KITCHEN_VERBS & set(words(text)))


def is_trade(lines: Sequence[str]) -> bool:
    """Tells whether lines are those of an invoice, a receipt or a price list.

    >>> is_trade(["Invoice 17", "2 kg nails 4.50", "Total $9"]), is_trade(["2 cups flour", "salt"])
    (True, False)
    """
    priced = sum(_TRADE.search(line) is not None for line in lines)
    return priced >= 2 and priced >= 0.15 * len(lines)


def _singular(word: str) -> str:
    if word in _FOODS:
        return word
    for ending, instead in (("ies", "y"), ("oes", "o"), ("es", ""), ("s", "")):
        if word.endswith(ending) and word[: -len(ending)] + instead in _FOODS:
            return word[: -len(ending)] + instead
    return word
