import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_app.serving.names import MAX_NAME, display_name, display_path


@pytest.mark.parametrize(
    ("given_name", "name", "path"),
    [
        ("cake.jpg", "cake.jpg", "cake.jpg"),
        ("C:\\Users\\Ann\\cake.jpg", "cake.jpg", "C:/Users/Ann/cake.jpg"),
        ("../../etc/passwd", "passwd", "etc/passwd"),
        ("/etc/passwd", "passwd", "etc/passwd"),
        ("a\r\nSet-Cookie: b\0.jpg", "aSet-Cookie: b.jpg", "aSet-Cookie: b.jpg"),
        ("\u202egpj.exe", "gpj.exe", "gpj.exe"),
        ("Käse & Brötchen 🍞.heic", "Käse & Brötchen 🍞.heic", "Käse & Brötchen 🍞.heic"),
        ("..", "unnamed", "unnamed"),
        ("", "unnamed", "unnamed"),
    ],
)
def test_names_are_cleaned_for_showing(given_name, name, path):
    assert display_name(given_name) == name
    assert display_path(given_name) == path


def test_long_name_keeps_its_extension():
    assert display_name("x" * 1000 + ".jpg") == "x" * (MAX_NAME - 4) + ".jpg"


@given(st.text())
def test_any_name_becomes_one_short_line_without_steps_upward(given_name):
    path = display_path(given_name)

    assert 0 < len(path) <= MAX_NAME
    assert path.splitlines() == [path]
    assert not {"", ".", ".."} & set(path.split("/"))
    assert display_name(given_name) == path.split("/")[-1]
