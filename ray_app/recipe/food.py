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
_MORE_FOODS = _listed(
    """
    anchovy anise arugula aubergine beetroot bourbon breadcrumb broccolini caper catsup cauliflower chard chervil
    chestnut chile chilli chorizo cider citron cornflour courgette couscous crabmeat cress duck endive extract fat
    fennel fig frankfurter fruit ghee goose grape grapefruit greens gruyere halibut hazelnut hominy horseradish jalapeno
    jalapeño kale leek lemonade liqueur mackerel marjoram marmalade masala meal mincemeat okra parsnip
    peel peppercorn peppermint pheasant pimento pimiento pistachio polenta popcorn prawn prosciutto quince rabbit
    rind saffron saleratus sardine semolina shellfish sirloin sorghum spaghetti sprout sultana tahini
    tangerine tapioca tea tenderloin tortilla treacle trout venison vermicelli vodka watercress whiskey
    whisky
    """
)
"""Further foods, that an amount may be of; too many of them stand in other texts, too, to make a page a recipe."""

_COUNTABLE = _listed(
    """
    almond anchovy apple apricot artichoke aubergine avocado banana beet carrot cherry chicken chile chili chilli clam
    courgette cucumber date duck egg eggplant fig grape grapefruit leek lemon lime lobster mango mushroom onion orange
    oyster parsnip peach pear pepper pickle pimento pimiento pineapple plum potato prune quince radish raisin sardine
    scallion scallop shallot strawberry tomato tortilla turnip walnut white yam yolk zucchini
    """
)
_DISHES = _listed(
    """
    biscuit bread cake cookie crumb crust curry custard dough frosting gravy omelet pancake paste pastry pie pizza
    pudding roll salad sauce soup stew toast
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


def is_food(word: str) -> bool:
    """Tells whether a word is a food that an amount may be of.

    >>> is_food("Eggs"), is_food("okra"), is_food("minutes")
    (True, True, False)
    """
    return bool({word.lower(), *_singulars(word.lower())} & (_FOODS | _MORE_FOODS))


def is_countable(word: str) -> bool:
    """Tells whether a word is a food that is counted without a unit.

    >>> is_countable("eggs"), is_countable("butter"), is_countable("rolls")
    (True, False, False)
    """
    return bool({word.lower(), *_singulars(word.lower())} & _COUNTABLE)


def is_dish(word: str) -> bool:
    """Tells whether a word alone is rather what is made than what it is made of.

    >>> is_dish("dough"), is_dish("crusts"), is_dish("flour")
    (True, True, False)
    """
    return bool({word.lower(), *_singulars(word.lower())} & _DISHES)


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
    return next((one for one in (word, *_singulars(word)) if one in _FOODS), word)


def _singulars(word: str) -> list[str]:
    """Returns what a word may be the plural of."""
    endings = (("ies", "y"), ("oes", "o"), ("es", ""), ("s", ""))
    return [word[: -len(ending)] + instead for ending, instead in endings if word.endswith(ending)]
