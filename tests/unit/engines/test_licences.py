"""What must stand beside weights that others made first."""

from importlib.resources import files

MODELS = files("ray_app.engines").joinpath("models")


def test_the_taught_weights_come_with_their_base_s_licence_and_what_was_changed() -> None:
    notice = MODELS.joinpath("NOTICE").read_text(encoding="utf-8")

    assert "Apache License" in MODELS.joinpath("LICENSE").read_text(encoding="utf-8")
    assert all(word in notice for word in ("tiny/", "small/", "PP-OCRv6", "PaddlePaddle Authors", "Changed"))


def test_the_language_comes_with_its_licence() -> None:
    assert "MIT License" in MODELS.joinpath("language", "NOTICE").read_text(encoding="utf-8")
