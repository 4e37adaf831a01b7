import re

from playwright.sync_api import expect

from tests.page.stub import ANSWERS

SAMPLES = ANSWERS.parents[2] / "samples"
BATCH = [SAMPLES / "phone_photo.jpg", SAMPLES / "two_recipes.png", SAMPLES / "README.md"]


def test_several_pictures_become_a_job_whose_progress_is_seen_live(page):
    page.set_input_files("#choose", BATCH)
    job = page.locator(".jobs li")
    expect(job.get_by_role("link")).to_have_text("phone_photo.jpg and 2 more")
    expect(job).to_contain_text("Finished")
    expect(job).to_contain_text("3 of 3 pictures done, 1 failed")
    expect(job.get_by_role("progressbar")).to_be_hidden()
    expect(page.locator("#announcement")).to_contain_text("Finished, 3 of 3 pictures done, 1 failed")


def test_results_of_a_job_open_with_the_picture_that_was_sent_and_keep_their_edits(page):
    page.set_input_files("#choose", BATCH)
    expect(page.locator(".jobs li")).to_contain_text("Finished")
    page.get_by_role("link", name="phone_photo.jpg and 2 more").click()
    expect(page.locator(".items li")).to_have_count(3)
    expect(page.locator(".items .failed")).to_contain_text("README.md is not an image.")
    page.get_by_role("link", name="Tomato and Mustard Tart").click()
    expect(page.locator("#result .sheet img")).to_be_visible()
    page.locator("#result").get_by_label("Title").fill("Mine")
    page.go_back()
    page.go_forward()
    expect(page.locator("#result").get_by_label("Title")).to_have_value("Mine")


def test_results_of_a_job_sent_elsewhere_are_drawn_on_sheets(open_page, stub):
    stub.add_job("Aunt Vera", ["phone_photo.jpg"], status="completed", done=1)
    page = open_page("#/jobs/job1/0")
    expect(page.get_by_text("The picture is not kept by this page")).to_be_visible()
    expect(page.locator(".sheet .box text").nth(1)).to_have_text("1½ teaspoon salt")


def test_a_picture_that_was_read_by_itself_is_opened_from_the_list(page):
    page.set_input_files("#choose", BATCH[0])
    expect(page.locator(".found")).to_be_visible()
    page.get_by_role("link", name="Jobs").click()
    page.get_by_role("link", name="phone_photo.jpg").click()
    expect(page.locator("#result .sheet img")).to_be_visible()
    expect(page.locator("#result").get_by_label("Title")).to_have_value("Tomato and Mustard Tart")


def test_pictures_that_were_never_read_are_named_with_the_reason(open_page, stub):
    stub.add_job("Aunt Vera", ["phone_photo.jpg", "two_recipes.png"], status="cancelled", done=2, cancelled=2)
    for item in stub.items["job1"]:
        item |= {"status": "cancelled"}
    stub.add_job("letter.txt", ["letter.txt"], kind="process", status="failed", done=1, failed=1)
    page = open_page("#/jobs/job1")
    expect(page.locator(".items li").first).to_contain_text("phone_photo.jpg · cancelled before it was read")
    page.goto(page.url.replace("job1", "job2/result"))
    expect(page.get_by_role("group", name="Problem")).to_contain_text("letter.txt is not an image.")


def test_a_running_job_can_be_cancelled(open_page, stub):
    stub.pace = 0.5
    stub.add_job("Aunt Vera", ["phone_photo.jpg"] * 100)
    page = open_page("#/jobs")
    page.get_by_role("button", name="Cancel Aunt Vera").click()
    job = page.locator(".jobs li")
    expect(job.locator(".badge")).to_have_text("Cancelled")
    expect(job.get_by_role("button")).to_be_hidden()


def test_a_broken_stream_is_taken_up_again(open_page, stub):
    stub.break_stream = True
    stub.add_job("Aunt Vera", ["phone_photo.jpg"] * 4)
    page = open_page("#/jobs")
    expect(page.locator(".jobs li")).to_contain_text("connection lost, trying again in 1 s")
    expect(page.locator(".jobs li")).to_contain_text("4 of 4 pictures done")
    assert stub.streams == 2


def test_many_running_jobs_leave_connections_free(open_page, stub):
    stub.pace = 0.3
    for number in range(8):
        stub.add_job(f"Box {number}", ["phone_photo.jpg"] * 5)
    page = open_page("#/jobs")
    expect(page.locator(".badge.running")).to_have_count(4)
    page.get_by_role("link", name="Box 0").click()
    expect(page.locator("#results")).to_contain_text("Running")


def test_older_jobs_come_on_demand(open_page, stub):
    for number in range(30):
        stub.add_job(f"Box {number}", ["phone_photo.jpg"], status="completed", done=1)
    page = open_page("#/jobs")
    expect(page.locator(".jobs li")).to_have_count(25)
    page.get_by_role("button", name="Show older jobs").click()
    expect(page.locator(".jobs li")).to_have_count(30)
    expect(page.get_by_role("button", name="Show older jobs")).to_have_count(0)


def test_no_jobs_yet_is_said(open_page):
    expect(open_page("#/jobs").get_by_text("No jobs yet.")).to_be_visible()


def test_pictures_over_the_limits_are_left_out_on_request(open_page, stub):
    stub.file_mb = 0.1
    page = open_page()
    expect(page.locator("#limits")).to_contain_text("0.1 MB")
    page.set_input_files("#choose", [SAMPLES / "phone_photo.jpg", SAMPLES / "two_recipes.png"])
    expect(page.get_by_role("group", name="Problem")).to_contain_text("phone_photo.jpg (0.16 MB)")
    page.get_by_role("button", name="Send the other 1").click()
    expect(page.locator(".jobs li")).to_contain_text(re.compile(r"1 of 1 picture done"))


def test_a_zip_becomes_a_job(page, tmp_path):
    (tmp_path / "cards.zip").write_bytes(b"PK")
    page.set_input_files("#choose", tmp_path / "cards.zip")
    expect(page.get_by_role("link", name="cards.zip")).to_be_visible()
