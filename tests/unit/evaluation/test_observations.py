from ray_app.evaluation.calibration import Seen
from ray_app.evaluation.observations import Field, observe
from ray_app.evaluation.scoring import content
from tests.unit.evaluation.results import LABEL, ingredient, result


def observed(*ingredients, title="Cake"):
    found = result(title, *ingredients)
    return observe(LABEL, content([found]), [found])


def test_each_field_that_was_read_is_seen_once():
    seen = observed(
        ingredient("1 cup flour", 1, "cup", "flour", 1, 0.9),
        ingredient("3 eggs", 3, None, "eggs", 2, 0.8),
        ingredient("salt", None, None, "malt", 3, 0.7),
    )

    assert seen[Field.QUANTITY] == [Seen(confidence=0.9, right=True), Seen(confidence=0.8, right=False)]
    assert seen[Field.UNIT] == [Seen(confidence=0.9, right=True)]
    assert [one.right for one in seen[Field.NAME]] == [True, True, False]
    assert [one.right for one in seen[Field.INGREDIENT]] == [True, False, False]


def test_what_stands_in_no_label_is_wrong():
    seen = observed(ingredient("12 zebras of quartz", 12, None, "zebras", 1))

    assert [one.right for one in seen[Field.QUANTITY] + seen[Field.NAME]] == [False, False]


def test_a_line_is_right_when_it_stands_letter_for_letter_in_the_text():
    seen = observed(ingredient("1 Cup flour .", 1, "cup", "flour", 1), ingredient("Z eggs", None, None, "eggs", 2))

    assert [one.right for one in seen[Field.LINE]] == [True, True, False]


def test_a_title_is_as_sure_as_its_line():
    assert observed(title="Cakes")[Field.TITLE] == [Seen(confidence=0.8, right=True)]
    assert observed(title="Goulash")[Field.TITLE] == [Seen(confidence=0.8, right=False)]
    assert observed(title=None)[Field.TITLE] == []
