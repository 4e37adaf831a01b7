import pytest

from ray_app.recipe.prose import phrases_in


def phrases(text):
    return [text[one.start : one.end] for one in phrases_in(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Stir in two cups of flour and bake.", ["two cups of flour"]),
        ("Add 1½ cups milk, ¼ tsp. salt, then 2-3 tablespoons cold water.", ["1½ cups milk", "¼ tsp. salt", "2-3 tablespoons cold water"]),
        ("Beat 2 large eggs with a cup of cream and a pinch of nutmeg.", ["2 large eggs", "a cup of cream", "a pinch of nutmeg"]),
        ("Fry one-half finely chopped onion; add one-fourth red pepper, few grains cayenne.",
         ["one-half finely chopped onion", "one-fourth red pepper", "few grains cayenne"]),
        ("Three eggs are enough. Add 1 tsp. Dijon mustard.", ["Three eggs", "1 tsp. Dijon mustard"]),
        ("Work one egg, half a cupful of sugar into 5 pounds of meal.", ["one egg", "half a cupful of sugar", "5 pounds of meal"]),
    ],
)  # fmt: skip
def test_amounts_of_food_are_found(text, found):
    assert phrases(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Bake 20 minutes at 350 degrees in a 9-inch pan, then 5 minutes more.",
        "Grease a 2-quart casserole and a 13x9 inch dish with butter.",
        "Bring the stock to the boil in a 4 qt heavy pot.",
        "Mix 1 part vinegar with 3 parts oil.",
        "Roll the pastry 1/4 inch thick and cut it into 12 rolls.",
        "Makes 3 dozen cookies. This makes 2 cups of sauce. Serves 4 people with rice.",
        "Toss with 2 tablespoons of the oil and half of the sugar.",
        "Add the 2 eggs, the remaining 2 tablespoons butter and one-half the flour.",
        "Reserve 1 cup pasta water. Return 2 chicken breasts to the pan.",
        "Add eggs, 1 egg at a time, and top each with 1 slice cheese.",
        "Use 2 tablespoons sauce for every pizza, 1 cup batter for each waffle.",
        "Mix and bake as One Egg Muffins.",
        "Bake between two crusts of 1911 apples.",
        "Per serving: 210 calories, 8 g fat, 2 g sugar, 130 mg sodium, 1 g salt.",
        "To 2 and a half pounds raisins add a quarter of a pound of butter.",
        "Cook 31/ cups flour. Stir 2 times with 2 forks on 2 plates of glass.",
        "Combine butter, sugar and milk; cook 60 secs. Cool 1 hour.",
    ],
)
def test_what_is_no_amount_of_a_food_is_left(text):
    assert phrases(text) == []


def test_the_sentence_is_told():
    text = "Mix well. Add 2 tbsp. Worcestershire sauce. Serve."
    (found,) = phrases_in(text)

    assert text[slice(*found.sentence)] == "Add 2 tbsp. Worcestershire sauce."
