import json
import re
from statistics import fmean

import pytest
from playwright.sync_api import expect

from ray_app.serving.schemas import ExtractionOut
from tests.page.stub import ANSWERS, answer

SAMPLES = ANSWERS.parents[2] / "samples"
PHOTO = SAMPLES / "phone_photo.jpg"


def read(page, file=PHOTO):
    page.set_input_files("#choose", file)
    expect(page.locator(".found")).to_be_visible()


def rows(page):
    return page.locator(".ingredients tbody tr:has(td.quantity)")


def field(row, name):
    return row.get_by_label(name, exact=True)


def copied(page, button):
    page.get_by_role("button", name=re.compile(f"^Copy {button}")).click()
    expect(page.get_by_role("button", name=f"Copied {button}")).to_be_visible()
    return page.evaluate("navigator.clipboard.readText()")


def drop(page, *files):
    transfer = page.evaluate_handle("new DataTransfer()")
    for file in files:
        script = "([transfer, bytes, name]) => transfer.items.add(new File([new Uint8Array(bytes)], name, {type: 'image/jpeg'}))"
        page.evaluate(script, [transfer, list(file.read_bytes()), file.name])
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})


@pytest.mark.parametrize("name", [path.name.removesuffix(".json") for path in sorted(ANSWERS.iterdir())] + ["x.txt"])
def test_the_stub_answers_in_the_service_s_form(name):
    ExtractionOut.model_validate(answer(name))


def test_limits_are_told_before_anything_is_sent(page):
    expect(page.locator("#limits")).to_contain_text("BMP, GIF, HEIC, JPEG, PDF, PNG, TIFF, WEBP")
    expect(page.locator("#limits")).to_contain_text("up to 5 MB each")


def test_a_chosen_picture_is_read_and_shown_with_a_box_for_each_ingredient(page):
    read(page)
    expect(page.get_by_label("Title")).to_have_value("Tomato and Mustard Tart")
    expect(rows(page)).to_have_count(8)
    expect(page.locator(".box")).to_have_count(8)
    expect(page.get_by_role("rowheader")).to_have_text(["For the pastry", "For the filling"])
    expect(page.locator(".facts")).to_contain_text("Read in 0.8 s")
    expect(page.locator(".facts")).to_contain_text("Engine: paddle")


def test_a_second_reading_says_that_it_came_from_the_cache(page):
    read(page)
    page.set_input_files("#choose", PHOTO)
    expect(page.locator(".facts")).to_contain_text("From the cache in 0.004 s")


def test_a_dropped_picture_is_read(page):
    drop(page, PHOTO)
    expect(rows(page)).to_have_count(8)


def test_a_pasted_picture_is_read_and_pasted_text_is_not(page):
    page.evaluate(
        "document.body.dispatchEvent(new ClipboardEvent('paste', {bubbles: true, clipboardData: new DataTransfer()}))"
    )
    expect(page.locator(".busy")).to_have_count(0)
    script = """bytes => { const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], 'phone_photo.jpg', {type: 'image/jpeg'}));
        document.body.dispatchEvent(new ClipboardEvent('paste', {bubbles: true, clipboardData: transfer})); }"""
    page.evaluate(script, list(PHOTO.read_bytes()))
    expect(rows(page)).to_have_count(8)


def test_phones_offer_the_camera(open_page):
    phone = open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    expect(phone.get_by_text("Take a photo")).to_be_visible()
    assert phone.locator("#photograph").get_attribute("capture") == "environment"


def test_boxes_lie_on_their_lines_in_a_picture_that_is_turned_by_exif(page):
    read(page, SAMPLES / "exif_turned.jpg")
    expect(page.locator(".sheet img")).to_be_visible()
    sizes = page.evaluate("""() => { const image = document.querySelector('.sheet img'), boxes = document.querySelector('.boxes');
        return [image.naturalWidth, image.naturalHeight, boxes.viewBox.baseVal.width, boxes.viewBox.baseVal.height]; }""")
    assert sizes == [1280, 960, 1280, 960]
    image = page.locator(".sheet img").bounding_box()
    middle = [
        fmean(values) * image["width"] / 1280
        for values in zip(*answer("exif_turned.jpg")["ingredients"][2]["polygon"], strict=True)
    ]
    page.mouse.move(image["x"] + middle[0], image["y"] + middle[1])
    expect(page.locator(".box").nth(2)).to_have_class(re.compile("lit"))


def test_a_row_lights_its_box_and_a_box_its_row(page):
    read(page)
    lit = re.compile(r"\blit\b")
    field(rows(page).nth(3), "Ingredient").focus()
    expect(page.locator(".box").nth(3)).to_have_class(lit)
    expect(page.locator(".box.lit")).to_have_count(1)
    page.locator(".box").nth(5).hover()
    expect(rows(page).nth(5)).to_have_class(lit)


def test_boxes_are_one_tab_stop_with_arrow_keys_and_lead_to_their_row(page):
    read(page)
    page.locator(".box").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field(rows(page).nth(2), "Quantity")).to_be_focused()
    assert page.locator(".box[tabindex='0']").count() == 1


def test_a_doubtful_row_says_why_shows_its_line_and_is_settled_by_an_edit(page):
    read(page)
    doubt = page.locator("tr.doubt")
    expect(doubt).to_have_count(1)
    expect(doubt).to_contain_text("The number before “cup” could not be read for sure.")
    expect(doubt).to_contain_text("As read: “1½3 cups flour”")
    expect(doubt.get_by_role("img", name="This line in the picture")).to_be_visible()
    quantity = field(rows(page).first, "Quantity")
    assert quantity.get_attribute("aria-describedby") == doubt.get_attribute("id")
    quantity.fill("1 1/3")
    expect(doubt).to_have_count(0)
    expect(page.locator(".doubts")).to_be_hidden()
    found = json.loads(copied(page, "JSON"))
    assert found["ingredients"][0]["quantity"] == "1 1/3"
    assert found["review"] == []


def test_an_amount_that_was_read_in_two_ways_tells_both(open_page, stub):
    found = answer("two_recipes.png")
    amount = {"quantity": None, "unit": "cup", "text": "1%4 cups"}
    found["ingredients"][0]["readings_disagree"] = [found["ingredients"][0]["amounts"][0], amount]
    stub.answers["two_recipes.png"] = found | {"review": [0]}
    page = open_page()
    page.set_input_files("#choose", SAMPLES / "two_recipes.png")
    expect(page.locator("tr.doubt")).to_contain_text("Read as “1 1/4 cups” and as “1%4 cups”.")
    expect(page.locator("tr.doubt")).to_have_count(1)


def test_a_doubt_can_be_waved_through(page):
    read(page)
    page.get_by_role("button", name="It is right as it stands").click()
    expect(page.locator("tr.doubt")).to_have_count(0)
    expect(field(rows(page).first, "Quantity")).to_be_focused()


def test_rows_are_added_removed_and_put_back(page):
    read(page)
    page.get_by_role("button", name="Add an ingredient to For the pastry").click()
    added = rows(page).nth(4)
    expect(field(added, "Quantity")).to_be_focused()
    field(added, "Quantity").fill("2")
    field(added, "Unit").fill("pinch")
    field(added, "Ingredient").fill("sugar")
    page.get_by_role("button", name="Remove 1 1/2 teaspoons salt").click()
    expect(rows(page)).to_have_count(8)
    expect(page.locator(".box:visible")).to_have_count(7)
    page.get_by_role("button", name="Put it back").click()
    expect(rows(page)).to_have_count(9)
    page.get_by_role("button", name="Remove 1 stick cold butter, cubed").click()
    lines = json.loads(copied(page, "schema.org"))["recipeIngredient"]
    assert lines[1:4] == ["1 1/2 teaspoons salt", "3-4 tablespoons ice water", "2 pinches sugar"]


def test_enter_goes_to_the_same_field_of_the_next_row(page):
    read(page)
    field(rows(page).first, "Ingredient").press("Enter")
    expect(field(rows(page).nth(1), "Ingredient")).to_be_focused()


def test_edits_of_title_servings_and_directions_are_in_all_three_texts(page):
    read(page)
    page.get_by_label("Title").fill("Tart <b>of</b> June")
    page.get_by_label("Servings").fill("4")
    page.get_by_label("Step 1", exact=True).fill("Rub in the butter.")
    page.get_by_role("button", name="Remove step 3").click()
    page.get_by_role("button", name="Add a step").click()
    page.get_by_label("Step 4", exact=True).fill("Eat it.")
    schema = json.loads(copied(page, "schema.org"))
    steps = ["Rub in the butter.", "Eat it."]
    assert (schema["@type"], schema["name"], schema["recipeYield"]) == ("Recipe", "Tart <b>of</b> June", "4")
    assert (schema["prepTime"], schema["cookTime"]) == ("PT20M", "PT35M")
    assert [schema["recipeInstructions"][at]["text"] for at in (0, -1)] == steps
    markdown = copied(page, "Markdown")
    assert markdown.startswith(
        "# Tart <b>of</b> June\n\n4 · Prep: 20 minutes · Cook: 35 minutes\n\n## Ingredients\n\n### For the pastry\n\n- "
    )
    assert "\n1. Rub in the butter.\n" in markdown
    found = json.loads(copied(page, "JSON"))
    assert found["titles"] == ["Tart <b>of</b> June"]
    assert [found["directions"][at] for at in (0, -1)] == steps
    assert len(found["directions"]) == len(answer("phone_photo.jpg")["directions"])


def test_what_only_the_directions_name_is_shown_apart_from_the_list(page, stub):
    found = answer("phone_photo.jpg")
    egg = found["ingredients"][0] | {"line": "1 beaten egg", "sentence": "Brush with 1 beaten egg."}
    stub.answers["phone_photo.jpg"] = found | {"mentioned": [egg]}

    read(page)

    expect(page.locator(".mentioned li")).to_have_text(["1 beaten egg “Brush with 1 beaten egg.”"])
    expect(rows(page)).to_have_count(8)
    assert json.loads(copied(page, "JSON"))["mentioned"] == [egg]


def test_json_of_an_untouched_answer_is_the_answer(page):
    read(page, SAMPLES / "two_recipes.png")
    assert json.loads(copied(page, "JSON")) == answer("two_recipes.png") | {"job_id": "job1"}


def test_several_recipes_stand_under_their_titles(page):
    read(page, SAMPLES / "two_recipes.png")
    titles = [page.get_by_label("Title").nth(at).input_value() for at in (0, 1)]
    assert titles == answer("two_recipes.png")["titles"]
    assert [one["name"] for one in json.loads(copied(page, "schema.org"))] == titles


def test_what_the_browser_cannot_show_is_drawn_as_sheets_with_the_lines(page):
    read(page, SAMPLES / "two_pages.pdf")
    expect(page.get_by_text("This browser cannot show the file itself")).to_be_visible()
    expect(page.locator(".sheet:visible .box text").first).to_have_text("2 tablespoons olive oil")
    page.get_by_role("combobox", name="Page").select_option("2")
    expect(page.locator(".sheet:visible .box text").first).to_have_text("2 cups rolled oats")
    expect(page.get_by_text("also: large")).to_be_visible()
    expect(page.get_by_text("also: 14 oz")).to_be_visible()
    assert "1 (14 oz) can chopped tomatoes" in copied(page, "Markdown")


def test_without_a_clipboard_the_text_is_shown_selected(open_page, address):
    page = open_page()
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', {value: undefined})")
    page.reload()
    read(page)
    page.get_by_role("button", name="Copy Markdown").click()
    expect(page.get_by_role("dialog", name="Copy this text")).to_be_visible()
    assert page.evaluate("getSelection().toString()").startswith("# Tomato")


def test_a_problem_is_told_with_its_advice_and_trace(page, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear Aunt Vera")
    page.set_input_files("#choose", tmp_path / "letter.txt")
    problem = page.get_by_role("group", name="Problem")
    expect(problem).to_contain_text("letter.txt is not an image.")
    expect(problem).to_contain_text("Give a JPEG")
    expect(problem.get_by_role("button", name="Try again")).to_have_count(0)
    expect(problem.locator(".trace")).to_contain_text("4bf92f3577b34da6a3ce929d0e0e4736")
    expect(page.locator("#announcement")).to_contain_text("letter.txt is not an image.")


def test_a_busy_service_says_when_to_come_back(page, tmp_path):
    (tmp_path / "busy.png").write_bytes(PHOTO.read_bytes())
    page.set_input_files("#choose", tmp_path / "busy.png")
    expect(page.get_by_role("group", name="Problem")).to_contain_text("Try again in 7 s.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_reading_can_be_stopped(page, stub):
    stub.seconds = 30
    page.set_input_files("#choose", PHOTO)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#workspace")).to_be_empty()
    expect(page.get_by_role("heading", name="Read a recipe from a picture")).to_be_visible()


def test_a_picture_over_the_limit_is_not_sent_but_can_be_made_smaller(open_page, stub):
    stub.file_mb = 0.15
    page = open_page()
    expect(page.locator("#limits")).to_contain_text("0.15 MB")
    page.set_input_files("#choose", PHOTO)
    expect(page.get_by_role("group", name="Problem")).to_contain_text(
        "phone_photo.jpg has 0.16 MB; this service takes 0.15 MB."
    )
    page.get_by_role("button", name="Make it smaller").click()
    expect(rows(page)).to_have_count(8)


def test_the_key_is_asked_for_kept_in_the_tab_and_sent(open_page, stub):
    stub.key = "secret"
    page = open_page()
    dialog = page.get_by_role("dialog", name="This service asks for a key")
    dialog.get_by_label("API key").fill("wrong")
    dialog.get_by_role("button", name="Use this key").click()
    expect(dialog.get_by_text("That key was not accepted.")).to_be_visible()
    dialog.get_by_label("API key").fill("secret")
    page.keyboard.press("Enter")
    expect(page.locator("#limits")).to_contain_text("5 MB")
    read(page)
    assert page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [1, 0, ""]


def test_without_the_key_the_page_says_so(open_page, stub):
    stub.key = "secret"
    page = open_page()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#service")).to_contain_text("A key is needed.")


def test_unsaved_changes_are_not_thrown_away_unasked(page):
    read(page)
    page.get_by_label("Title").fill("Mine")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.set_input_files("#choose", SAMPLES / "two_recipes.png")
    assert len(asked) == 1
    expect(page.get_by_label("Title")).to_have_value("Mine")
    copied(page, "JSON")
    read(page, SAMPLES / "two_recipes.png")
    expect(page.get_by_label("Title").first).not_to_have_value("Mine")
