from pathlib import Path

import pytest
import yaml

from ray_app import config
from ray_app.errors import ConfigError
from ray_app.options import PaddleOptions, RuleOptions, TesseractOptions


def test_overrides_stand_above_the_profile(tmp_path: Path) -> None:
    profile = tmp_path / "mine.yaml"
    profile.write_text("pipeline: {prepare: {max_dimension: 1000, pdf_dpi: 150}}")

    loaded = config.load(profile, ["pipeline.prepare.max_dimension=3000"])

    assert loaded.pipeline.prepare.max_dimension == 3000
    assert loaded.pipeline.prepare.pdf_dpi == 150


def test_engine_name_chooses_the_type_of_its_options() -> None:
    assert isinstance(config.load(engine="tesseract").pipeline.read.engine, TesseractOptions)
    assert isinstance(config.load(engine="rule").pipeline.read.engine, RuleOptions)


def test_an_engine_setting_without_a_kind_means_the_default_engine() -> None:
    engine = config.load(overrides=["pipeline.read.engine.recognizer=tiny"]).pipeline.read.engine

    assert engine == PaddleOptions(recognizer="tiny")


def test_override_of_a_named_engine_keeps_its_kind() -> None:
    engine = config.load(engine="tesseract", overrides=["pipeline.read.engine.psm=6"]).pipeline.read.engine

    assert engine == TesseractOptions(psm=6)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["pipeline.prepare.max_dimensoin=3000"], "did you mean 'max_dimension'"),
        (["pipeline.prepare.max_dimension=1"], "pipeline.prepare.max_dimension"),
        (["pipeline.prepare.max_dimension"], "KEY=VALUE"),
        (["pipeline.prepare.max_dimension=[1"], "not a YAML value"),
        (["pipeline.prepare.max_dimension.more=1", "pipeline.prepare=2"], "pipeline.prepare"),
        (["nonsense=1"], "there is no such setting"),
    ],
)
def test_a_wrong_setting_is_named(overrides: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=r"(?s).*" + said.replace("[", r"\[")):
        config.load(overrides=overrides)


def test_an_unknown_engine_lists_those_there_are() -> None:
    with pytest.raises(ConfigError, match="tesseract"):
        config.load(engine="tesserakt")


@pytest.mark.parametrize(("text", "said"), [("- a\n- b", "mapping"), ("a: [", "not YAML")])
def test_a_broken_profile_is_refused(tmp_path: Path, text: str, said: str) -> None:
    profile = tmp_path / "broken.yaml"
    profile.write_text(text)

    with pytest.raises(ConfigError, match=said):
        config.load(profile)


def test_a_missing_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "none.yaml")


def test_settings_round_trip_through_yaml(tmp_path: Path) -> None:
    profile = tmp_path / "all.yaml"
    wanted = config.load(engine="rule")
    profile.write_text(yaml.safe_dump(wanted.model_dump(mode="json")))

    assert config.load(profile) == wanted
