"""axe-core over each view, and the narrowest phone; axe comes with axe-playwright-python."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.page.stub import ANSWERS, answer

SAMPLES = ANSWERS.parents[2] / "samples"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def a_result(page):
    page.set_input_files("#choose", SAMPLES / "phone_photo.jpg")
    expect(page.locator(".sheet img")).to_be_visible()


def a_result_with_a_removed_row(page):
    page.set_input_files("#choose", SAMPLES / "two_pages.pdf")
    page.get_by_role("button", name="Remove 1 large onion, finely chopped").click()
    page.get_by_text("All text as it was read").click()


def a_problem(page):
    page.set_input_files("#choose", SAMPLES / "README.md")
    expect(page.get_by_role("group", name="Problem")).to_be_visible()


def the_jobs(page):
    page.get_by_role("link", name="Jobs").click()
    expect(page.locator(".badge.running")).to_be_visible()


def a_job_s_results(page):
    the_jobs(page)
    page.get_by_role("link", name="Aunt Vera").click()
    expect(page.locator(".items li")).to_have_count(2)


def the_start(page):
    expect(page.locator("#limits")).to_contain_text("MB")


STATES = [the_start, a_result, a_result_with_a_removed_row, a_problem, the_jobs, a_job_s_results]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", [{}, PHONE], ids=["desktop", "phone"])
def test_no_view_breaks_a_rule_of_axe(open_page, stub, window, scheme):
    stub.pace = 60
    stub.add_job("Aunt Vera", ["phone_photo.jpg", "letter.txt"], status="completed", done=2, failed=1)
    stub.add_job("Church cookbook", ["phone_photo.jpg"] * 9, status="running", done=4)
    found = {}
    for state in STATES:
        page = open_page(color_scheme=scheme, reduced_motion="reduce", **window)
        state(page)
        violations = Axe().run(page, options=RULES).response["violations"]
        found[state.__name__] = [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations]
        page.context.close()
    assert {name: broken for name, broken in found.items() if broken} == {}


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_wider_than_a_phone(open_page, stub, state):
    stub.pace = 60
    stub.add_job("Aunt Vera", ["phone_photo.jpg", "letter.txt"], status="completed", done=2, failed=1)
    stub.add_job("W" * 200, ["phone_photo.jpg"] * 9, status="running", done=4)
    page = open_page(**PHONE)
    state(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_long_list_keeps_its_picture_in_sight(open_page, stub):
    many = answer("phone_photo.jpg")
    stub.answers["phone_photo.jpg"] = many | {"ingredients": many["ingredients"] * 8}
    page = open_page()
    a_result(page)
    last = page.get_by_label("Ingredient", exact=True).last
    last.focus()
    expect(page.locator(".ingredients tr.lit")).to_have_count(1)
    expect(page.locator(".sheet img")).to_be_in_viewport(ratio=0.8)


def test_all_can_be_reached_by_keyboard(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("#choose")).to_be_focused()
    a_result(page)
    page.locator("#choose").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".box").first).to_be_focused()
