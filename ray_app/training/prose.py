"""Directions, headings and the small facts around a recipe, from templates."""

import random
import re
from typing import Final


def _listed(text: str, mark: str | None = None) -> list[str]:
    return text.split(mark)


_FOODS: Final = _listed(
    "butter sugar flour eggs milk cream onion garlic tomatoes chicken beef pork rice potatoes carrots celery cheese lemon "
    "juice vinegar oil salt pepper cinnamon nutmeg vanilla chocolate cocoa yeast dough batter sauce syrup molasses raisins "
    "apples peaches cherries blueberries pumpkin squash beans lentils noodles spinach parsley thyme basil oregano cumin "
    "paprika turmeric ginger jalapeños crème fraîche mustard mayonnaise shortening suet lard gelatine cornstarch oatmeal "
    "walnuts pecans almonds coconut pineapple shrimp salmon oysters ham bacon sausage stock broth wine brandy honey"
)
_VERBS: Final = _listed(
    "Mix Stir Beat Fold Whisk Cream Sift Knead Chop Dice Slice Brown Boil Simmer Bake Roast Fry Sauté Melt Drain Rinse "
    "Combine Add Pour Spread Sprinkle Cover Chill Cool Heat Warm Strain Mash Peel Grate Season Toss Blend Brush Roll Cut "
    "Press Shape Drop Scald Steam Garnish Serve Remove Turn Dissolve Soak Baste Grease Dust Arrange Transfer"
)
_WARE: Final = _listed(
    "bowl pan skillet saucepan pot oven dish mould tin tray blender processor mixer griddle casserole sheet rack board plate "
    "double-boiler wok Dutch oven cookie sheet loaf pan muffin tins pie plate"
)
_HOW: Final = _listed(
    "until smooth|until golden brown|until tender|until light and fluffy|until it thickens|until set|until just combined|"
    "over low heat|over medium-high heat|gently|well|thoroughly|slowly|stirring constantly|stirring occasionally|to taste|"
    "until bubbly|until a knife comes out clean|one half inch thick|in a hot oven|in a moderate oven|overnight|at once|"
    "to the boiling point|until doubled in bulk|little by little|with a fork|on both sides|until crisp|until translucent",
    "|",
)
_LINKS: Final = _listed("and then|and|meanwhile|next|after that|while|when|if you like|as before|at the end|or", "|")
_TITLES: Final = _listed(
    "Bread Cake Pie Cookies Pudding Soup Stew Salad Sauce Muffins Biscuits Rolls Custard Tart Brownies Chowder Curry Chili "
    "Casserole Dumplings Pancakes Waffles Fritters Ice Cream Jelly Jam Relish Pickles Dressing Dip Bars Squares Fudge "
    "Roast Pilaf Risotto Lasagna Meatballs Meat Loaf Hash Croquettes Soufflé Omelet Shortcake Gingerbread Doughnuts"
)
_ADJECTIVES: Final = _listed(
    "Old-Fashioned Easy Quick Best Grandma's Aunt Mary's Mother's Country Spiced Baked Fried Creamed Stuffed Roasted "
    "Slow-Cooker Weeknight Perfect Classic Homemade Golden Sweet Sour Hot Cold Boston New England Southern French Italian "
    "Mexican Swedish German Irish Crispy Chewy No-Bake Overnight Sour-Cream Upside-Down Mrs. Miss Dr. Uncle Bob's"
)
_SECTIONS: Final = _listed(
    "Ingredients|Directions|Method|Instructions|Preparation|For the sauce|For the dough|Filling|Topping|Glaze|Frosting|Icing|"
    "Dressing|Marinade|Crust|Notes|Tips|To serve|You will need|Garnish|Batter|Streusel|Nutrition|Equipment|For the filling:|"
    "WHAT YOU NEED|STEP|Serves|Recipe|From the kitchen of|Here's what's cooking|Variations|Makes|Print|Save|Jump to Recipe",
    "|",
)
_CHAPTERS: Final = _listed(
    "BISCUITS, BREAKFAST CAKES, ETC.|SOUPS WITHOUT STOCK.|VEGETABLES|FISH|POULTRY AND GAME|EGGS|BREAD AND BREAD MAKING|"
    "HOT PUDDINGS|PUDDING SAUCES|COLD DESSERTS|PIES|PASTRY|CAKE|FROSTINGS|SALADS AND SALAD DRESSINGS|BEVERAGES|PICKLES",
    "|",
)
_PROFESSIONS: Final = _listed(
    "BOSTON COOKING-SCHOOL COOK BOOK|THE HOUSEHOLD COOK BOOK|HOME COOKING|RECIPES|KITCHEN NOTES", "|"
)
_YEAR: Final = (1880, 2025)


def running(rng: random.Random) -> str:
    """Returns a line cut out of running text: it may start and end in the middle of a sentence, or of a word."""
    text = " ".join(_sentence(rng) for _ in range(3))
    if rng.random() < 0.3:
        text = f"{rng.randint(1, 12)}{rng.choice(('. ', ') ', ' '))}{text}"
        start = 0
    else:
        start = text.find(" ", rng.randint(0, 50)) + 1
    length = rng.choice((18, 26, 34, 42, 50, 60))
    end = text.rfind(" ", start, start + length)
    piece = text[start : end if end > start else None].strip()
    broken = re.search(r"[a-z]{3,}$", piece)
    if broken and len(broken.group()) > 5 and rng.random() < 0.08:
        return piece[: -rng.randint(2, 3)] + "-"
    return piece


def _sentence(rng: random.Random) -> str:
    clauses = [_clause(rng) for _ in range(rng.randint(1, 3))]
    text = clauses[0]
    for clause in clauses[1:]:
        text += rng.choice((", ", "; ", ", ", " ", " — ")) + rng.choice(_LINKS) + " " + clause[0].lower() + clause[1:]
    return text + rng.choice("....!")


def _clause(rng: random.Random) -> str:
    verb, food, other, ware = rng.choice(_VERBS), rng.choice(_FOODS), rng.choice(_FOODS), rng.choice(_WARE)
    return rng.choice(
        (
            f"{verb} the {food} {rng.choice(_HOW)}",
            f"{verb} {food} and {other} {rng.choice(_HOW)}",
            f"{verb} in a {rng.choice(('large', 'small', 'greased', 'deep', 'heavy', 'buttered', '9-inch', '9x13'))} {ware}",
            f"{verb} for {_minutes(rng)}",
            f"Bake at {_heat(rng)} for {_minutes(rng)}",
            f"Preheat {rng.choice(('', 'the ', 'your '))}oven to {_heat(rng)}",
            f"{verb} the {food} (see page {rng.randint(2, 480)})",
            f"the {food} should be {rng.choice(('soft', 'firm', 'cold', 'warm', 'dry', 'thick', 'very fine', 'well browned'))}",
            f"{verb} with {rng.choice(('½', '⅓', '¼', '1½', '2', '1/2', '3/4', 'a little', 'one'))} cup {food}",
            f"{verb}, {rng.choice(_VERBS).lower()} & {rng.choice(_VERBS).lower()} {rng.choice(_HOW)}",
            f"let {rng.choice(('stand', 'rest', 'rise', 'cool', 'soak'))} {rng.choice(_HOW)}",
        )
    )


def _minutes(rng: random.Random) -> str:
    first = rng.choice((2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 60, 90))
    unit = rng.choice(("minutes", "minutes", "min", "min.", "mins", "hours", "hrs", "hr", "sec", "hour"))
    return rng.choice(
        (
            f"{first} {unit}",
            f"{first}-{first + 5} {unit}",
            f"{first} to {first + 5} {unit}",
            f"{first}–{first + 5} {unit}",
        )
    )


def _heat(rng: random.Random) -> str:
    fahrenheit, celsius = rng.randrange(200, 525, 25), rng.randrange(100, 260, 10)
    return rng.choice(
        (
            f"{fahrenheit}°F",
            f"{fahrenheit}°",
            f"{fahrenheit}° F.",
            f"{fahrenheit} degrees",
            f"{fahrenheit}F",
            f"{celsius}°C",
            f"{celsius}C/{celsius - 20}C fan/gas {rng.randint(1, 9)}",
            f"{fahrenheit} °F ({celsius} °C)",
            f"{celsius} °C",
        )
    )


def title(rng: random.Random) -> str:
    """Returns a recipe's name."""
    words = [rng.choice(_ADJECTIVES)] if rng.random() < 0.6 else []
    words += [rng.choice(_FOODS).capitalize() for _ in range(rng.choice((0, 1, 1, 2)))]
    words.append(rng.choice(_TITLES))
    if rng.random() < 0.15:
        words += [rng.choice(("with", "and", "&", "à la", "in")), rng.choice(_FOODS).capitalize()]
    if rng.random() < 0.1:
        words.append(rng.choice(("I.", "II.", "III.", "(Pin Wheel)", "No. 2", "#1", "™", "®")))
    return " ".join(words)


def heading(rng: random.Random) -> str:
    """Returns a title, a section's name, a chapter or a running head."""
    kind = rng.random()
    if kind < 0.5:
        text = title(rng)
    elif kind < 0.85:
        text = rng.choice(_SECTIONS) + rng.choice(("", "", ":"))
    elif kind < 0.95:
        text = rng.choice(_CHAPTERS)
    else:
        text = f"{rng.randint(1, 600)} {rng.choice(_PROFESSIONS)}"
    style = rng.random()
    return text.upper() if style < 0.3 else text + rng.choice(("", "", ".")) if style < 0.8 else text.title()


def facts(rng: random.Random) -> str:
    """Returns what stands around a recipe: servings, times, nutrition, dates, addresses, ratings."""
    count, time = rng.randint(1, 48), _minutes(rng)
    return rng.choice(
        (
            f"Serves {count}",
            f"Serves {count} · {time}",
            f"Makes {count} {rng.choice(_TITLES).lower()}",
            f"Yield: {count} servings",
            f"Prep: {time}",
            f"PREP TIME {time}",
            f"Cook time: {time}",
            f"Total {time} | Serves {count}",
            f"Calories: {count * 11} kcal",
            f"Fat {count}g  Carbs {count + 3}g",
            f"{rng.randint(1, 12)}/{rng.randint(1, 28)}/{rng.randint(*_YEAR)}",
            str(rng.randint(1, 620)),
            f"www.{rng.choice(_FOODS)}{rng.choice(_WARE).split('-')[0]}.com",
            f"★ 4.{rng.randint(0, 9)} ({count * 37})",
            f"© {rng.randint(*_YEAR)}",
            f"{rng.randint(1, 12)}:{rng.randint(10, 59)} {rng.choice(('AM', 'PM', ''))}",
            f"{count}% daily value",
            f"Servings: {count} to {count + 2}",
            f"Recipe by {rng.choice(_ADJECTIVES)} {rng.choice('ABCDEFGHJKLMNPRSTW')}.",
            f"Oven {_heat(rng)}",
            f"Page {count}",
            f"${count}.99",
        )
    )
