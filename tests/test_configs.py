"""Files of settings are valid where a schema can say so."""

import json
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(__file__).parent.parent


def test_cluster_yaml_fits_ray_schema() -> None:
    spec = find_spec("ray")
    assert spec is not None
    assert spec.origin is not None
    schema = json.loads((Path(spec.origin).parent / "autoscaler" / "ray-schema.json").read_text())
    cluster = yaml.safe_load((ROOT / "cluster.yaml").read_text())

    jsonschema.validate(cluster, schema)
    assert cluster["head_node_type"] in cluster["available_node_types"]


def test_no_registry_host_or_machine_path_in_committed_settings() -> None:
    hosts = ("pypi." + "org", "python" + "hosted.org", "registry." + "npmjs", "/work" + "/")
    for name in ("pyproject.toml", "uv.toml", "Makefile", "cluster.yaml", ".ci/run"):
        text = (ROOT / name).read_text()
        assert not [host for host in hosts if host in text], name
