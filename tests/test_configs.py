"""Files of settings are valid where a schema can say so."""

from pathlib import Path

import pytest
import yaml
from ray.serve.schema import ServeDeploySchema

from ray_app.errors import ConfigError
from ray_app.serving.launch import address_of, profile_of

ROOT = Path(__file__).parent.parent


def test_no_registry_host_or_machine_path_in_committed_settings() -> None:
    hosts = ("pypi." + "org", "python" + "hosted.org", "registry." + "npmjs", "/work" + "/")
    for name in (
        "pyproject.toml",
        "uv.toml",
        "Makefile",
        "cluster.yaml",
        ".ci/run",
        *map(str, (ROOT / "serve_configs").glob("*.yaml")),
        *(str(path) for path in (ROOT / "deploy").rglob("*") if path.is_file()),
    ):
        text = (ROOT / name).read_text()
        assert not [host for host in hosts if host in text], name


# What the mission asks of each environment: requests at once, timeout (s), cache (s), memory (MB), items of a batch, file (MB),
# least and most replicas.
ENVIRONMENTS = {
    "development": (4, 120, 300, 512, 10, 5, 1, 2),
    "staging": (8, 90, 900, 1024, 25, 10, 1, 4),
    "production": (16, 60, 3600, 2048, 50, 20, 2, 10),
}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_serve_configs_fit_serve_and_say_what_the_mission_asks(environment: str) -> None:
    path = ROOT / "serve_configs" / f"{environment}.yaml"
    ServeDeploySchema.model_validate(yaml.safe_load(path.read_text()))
    profile = profile_of(path)
    reader, limits = profile.readers[profile.default_reader], profile.limits

    assert profile.environment == environment
    assert ENVIRONMENTS[environment] == (
        limits.concurrent_requests,
        limits.request_timeout_s,
        profile.cache.ttl_seconds,
        profile.front.memory_mb,
        limits.batch_items,
        limits.file_mb,
        reader.min_replicas,
        reader.max_replicas,
    )


def test_a_misspelt_setting_of_the_service_is_named(tmp_path: Path) -> None:
    tree = yaml.safe_load((ROOT / "serve_configs" / "development.yaml").read_text())
    tree["applications"][0]["args"]["limits"]["file_mbb"] = 3
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(tree))

    with pytest.raises(ConfigError, match=r"limits\.file_mbb.*did you mean 'file_mb'"):
        profile_of(tmp_path / "wrong.yaml")


def test_an_open_service_is_refused_in_production(tmp_path: Path) -> None:
    tree = yaml.safe_load((ROOT / "serve_configs" / "production.yaml").read_text())
    tree["applications"][0]["args"]["security"]["auth"] = "off"
    (tmp_path / "open.yaml").write_text(yaml.safe_dump(tree))

    with pytest.raises(ConfigError, match="i_know_this_is_open"):
        profile_of(tmp_path / "open.yaml")


def test_the_file_of_knobs_is_valid_and_explains_every_key() -> None:
    path = ROOT / "serve_configs" / "performance_config.yaml"
    profile_of(path)
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    leaves = [line for line in lines if not line.split("#")[0].rstrip().endswith(":")]

    assert [line for line in leaves if "#" not in line] == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http_options: {host: 0.0.0.0, port: 9000}", "http://127.0.0.1:9000"),
        ("http_options: {host: cards.example, port: 80}", "http://cards.example:80"),
        ("applications: []", "http://127.0.0.1:8000"),
    ],
)
def test_the_address_that_is_told_is_the_one_that_answers(tmp_path: Path, text: str, address: str) -> None:
    (tmp_path / "serve.yaml").write_text(text)
    assert address_of(tmp_path / "serve.yaml") == address
