"""How scripts/sampling/thirds.py parts labelled images."""

from scripts.sampling.thirds import held_back

NAMES = [("card", f"card_{number}") for number in range(7)] + [("page", "page_1"), ("screen", "b"), ("screen", "a")]


def test_each_third_image_of_a_kind_by_name_is_held_back_and_a_lone_one_is() -> None:
    assert held_back(NAMES) == {"card_0", "card_3", "card_6", "page_1", "a"}


def test_the_order_in_which_images_come_does_not_matter() -> None:
    assert held_back(reversed(NAMES)) == held_back(NAMES)
