from pathlib import Path

import pytest

from ray_app.engines import weights
from ray_app.engines.weights import digest, easyocr_folder, package_folder, paddle_weights, tessdata_folder
from ray_app.errors import EngineUnavailable


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    one, same, other = tmp_path / "one", tmp_path / "same", tmp_path / "other"
    one.write_bytes(b"weights")
    same.write_bytes(b"weights")
    other.write_bytes(b"weights!")

    assert digest(one) == digest(same) != digest(other)
    assert len(digest(one)) == 12


@pytest.mark.parametrize("part", ["det", "rec"])
@pytest.mark.parametrize("size", ["small", "tiny"])
def test_paddle_weights_lie_in_their_package(part: weights.Part, size: weights.Size) -> None:
    found = paddle_weights(part, size)

    assert found.graph.is_file()
    assert found.config.is_file()
    assert found.identity.startswith(f"PP-OCRv6_{size}_{part}:")


def test_a_missing_weight_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "package_folder", lambda module, install: tmp_path)

    with pytest.raises(EngineUnavailable, match=r"det\.onnx"):
        paddle_weights("det", "small")
    with pytest.raises(EngineUnavailable, match=r"craft_mlt_25k\.pth.*--extra easyocr"):
        easyocr_folder()


def test_a_module_that_is_no_package_has_no_folder() -> None:
    with pytest.raises(EngineUnavailable, match="not as a package"):
        package_folder("this", "uv sync")


def test_each_language_comes_from_the_folder_that_has_it() -> None:
    assert (tessdata_folder("eng") / "eng.traineddata").is_file()
    assert (tessdata_folder("osd") / "osd.traineddata").is_file()


def test_weights_taught_at_home_are_taken_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    for name in ("rec.onnx", "inference.yml"):
        (tmp_path / "tiny" / name).write_bytes(b"taught at home")

    found = paddle_weights("rec", "tiny", tmp_path)

    assert found.graph == tmp_path / "tiny" / "rec.onnx"
    assert found.config == tmp_path / "tiny" / "inference.yml"
    assert found.identity != paddle_weights("rec", "tiny", "taught").identity


@pytest.mark.parametrize("present", [[], ["rec.onnx"]])
def test_a_folder_without_taught_weights_is_told_with_what_it_lacks(tmp_path: Path, present: list[str]) -> None:
    (tmp_path / "small").mkdir()
    for name in present:
        (tmp_path / "small" / name).write_bytes(b"taught at home")
    lacking = "inference.yml" if present else "rec.onnx"

    with pytest.raises(EngineUnavailable, match=rf"small/{lacking} is missing in {tmp_path}; set recognizer_weights"):
        paddle_weights("rec", "small", tmp_path)


def test_eight_bits_are_taken_where_they_lie() -> None:
    plain, packed = (paddle_weights("rec", "small", "taught", int8=int8) for int8 in (False, True))

    assert packed.graph.name == weights.INT8
    assert packed.graph.stat().st_size < 0.4 * plain.graph.stat().st_size
    assert packed.identity != plain.identity
    assert paddle_weights("rec", "tiny", "taught", int8=True) == paddle_weights("rec", "tiny", "taught")
