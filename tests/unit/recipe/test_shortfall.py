import pytest

from ray_app.errors import FailureCode, NoticeCode
from ray_app.recipe.shortfall import has_words, why_incomplete, why_no_recipe
from ray_app.types import RecipePage
from tests.unit.recipe.pages import CAKE, page

LETTER = "Dear Anna,\nthank you for the two books. We arrived on Tuesday."


def code(text, *, confidence=0.95, low_resolution=False, recipes=()):
    found = why_no_recipe(page(text, confidence=confidence), recipes, low_resolution=low_resolution)
    return found and found.code


@pytest.mark.parametrize(
    ("text", "confidence", "said"),
    [
        (LETTER, 0.95, FailureCode.NO_RECIPE),
        (LETTER, None, FailureCode.NO_RECIPE),
        (LETTER, 0.8, FailureCode.ILLEGIBLE),
        ("8 over the sea and far away 12\n(B", 0.3, FailureCode.BLANK_PAGE),
        ("8                                          B", 0.95, FailureCode.BLANK_PAGE),
        ("5nUHbl C MêAOM and so on for long\n2 CTakaHa MyKn", 0.9, FailureCode.ILLEGIBLE),
        ("2 стакана муки и три яйца вместе", 0.95, FailureCode.OTHER_SCRIPT),
        ("鸡蛋 3个 和 西红柿 2 个              ,", 0.95, FailureCode.OTHER_SCRIPT),
    ],
)
def test_what_a_page_without_a_recipe_is(text, confidence, said):
    assert code(text, confidence=confidence) is said


def test_a_recipe_needs_no_reason(structure):
    (found,) = structure.process([page(CAKE)])

    assert code(CAKE, recipes=found.recipes) is None
    assert code(CAKE, recipes=found.recipes, confidence=0.8, low_resolution=True) is None


def test_letters_too_small_and_read_badly_give_no_recipe(structure):
    (found,) = structure.process([page(CAKE)])

    assert code(CAKE, recipes=found.recipes, confidence=0.7, low_resolution=True) is FailureCode.TOO_SMALL
    assert code(CAKE, recipes=found.recipes, confidence=0.7) is None
    assert code(LETTER, low_resolution=True) is FailureCode.TOO_SMALL


def test_a_thumbnail_s_specks_are_too_small_to_tell():
    assert code("8") is FailureCode.TOO_SMALL
    assert not has_words(page("8"))


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        (CAKE, []),
        ("Plain Cake\n\n2 cups flour\n3 eggs", [NoticeCode.NO_DIRECTIONS]),
        ("2 cups flour\n3 eggs", [NoticeCode.NO_TITLE, NoticeCode.NO_DIRECTIONS]),
        (
            "Baked Chicken\nDress, clean, and cut up two chickens. Place in a pan,\nand bake thirty minutes in a hot oven.",
            [NoticeCode.NO_INGREDIENTS],
        ),
    ],
)
def test_what_a_recipe_lacks(structure, text, lacking):
    (found,) = structure.process([page(text)])
    assert isinstance(found, RecipePage)

    assert [one.code for one in why_incomplete(found.recipes)] == lacking
