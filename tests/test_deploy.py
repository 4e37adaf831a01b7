"""Files for other people's machines are valid where a schema, a linter or our own code can say so."""

import copy
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml
from ray.serve.schema import ServeDeploySchema

from ray_app import config
from ray_app.local_ray import STEADY_MEMORY

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
KUBERNETES = "1.34"
KUBERAY = yaml.safe_load((ROOT / "tests" / "kuberay.yaml").read_text())
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def lint(program, *arguments):
    command = [str(Path(sys.executable).parent / program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def load(name):
    return yaml.safe_load((DEPLOY / "kubernetes" / name).read_text())


def cluster_of(document):
    spec = document["spec"]
    return spec.get("rayClusterSpec") or spec["rayClusterConfig"]


def groups(document):
    return [cluster_of(document)["headGroupSpec"], *cluster_of(document)["workerGroupSpecs"]]


def check_kuberay(document):
    jsonschema.validate(document, KUBERAY)
    for group in groups(document):
        pod = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}, "template": group["template"]}
        kubernetes_validate.validate(pod, KUBERNETES, strict=True)


def test_cluster_yaml_fits_ray_schema():
    spec = find_spec("ray")
    assert spec is not None
    assert spec.origin is not None
    schema = json.loads((Path(spec.origin).parent / "autoscaler" / "ray-schema.json").read_text())
    cluster = yaml.safe_load((ROOT / "cluster.yaml").read_text())

    jsonschema.validate(cluster, schema)
    types = cluster["available_node_types"]
    assert cluster["head_node_type"] in types
    assert types[cluster["head_node_type"]]["resources"]["CPU"] == 0
    assert [name for name, one in types.items() if one["resources"].get("GPU")] == ["gpu_worker"]


def test_the_dockerfile_passes_hadolint(tmp_path):
    found = lint("hadolint", DEPLOY / "Dockerfile")
    assert (found.returncode, found.stdout) == (0, "")
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN apt-get install wget\n")
    assert "DL3006" in lint("hadolint", tmp_path / "Dockerfile").stdout


def test_nodes_elsewhere_keep_their_memory_as_steady_as_those_started_here():
    commands = yaml.safe_load((ROOT / "cluster.yaml").read_text())
    starts = [commands[kind][-1] for kind in ("head_start_ray_commands", "worker_start_ray_commands")]

    for text in ((DEPLOY / "Dockerfile").read_text(), *starts):
        assert [name for name, value in STEADY_MEMORY.items() if f" {name}={value}" not in text] == []


def test_what_the_dockerfile_copies_is_there_and_let_through():
    words = re.findall(r"^COPY (.*) \S+$", (DEPLOY / "Dockerfile").read_text(), re.M)
    copied = {name for line in words for name in line.split()}
    admitted = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"}

    assert copied == admitted
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_compose_file_fits_the_compose_specification(tmp_path):
    found = lint("check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    assert found.returncode == 0, found.stdout
    wrong = copy.deepcopy(COMPOSE)
    wrong["services"]["redis"]["comand"] = "x"
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(wrong))
    assert lint("check-jsonschema", "--builtin-schema", "vendor.compose-spec", tmp_path / "wrong.yaml").returncode == 1


def test_the_compose_file_names_what_exists():
    services = COMPOSE["services"]
    assert set(services) == {"recipe-api", "postgres", "redis", "prometheus", "grafana", "nginx"}
    assert services["recipe-api"]["deploy"]["replicas"] == 2
    mounts = [mount.split(":") for one in services.values() for mount in one.get("volumes", ())]
    files = [name for name, *_ in mounts if name.startswith(".")]
    assert len(files) == 4
    assert [name for name in files if not (DEPLOY / name).exists()] == []
    assert {name for name, *_ in mounts if not name.startswith(".")} == set(COMPOSE["volumes"])
    production = (ROOT / "serve_configs" / "production.yaml").read_text()
    hosts = set(re.findall(r"(?:redis|postgresql)://(?:\w+@)?([\w-]+)", production))
    assert hosts == {"redis", "postgres"}
    upstream = COMPOSE["configs"]["upstream"]["content"]
    assert "upstream recipe_ocr {" in upstream
    assert "server recipe-api:8000" in upstream


@pytest.mark.parametrize("name", ["rayjob.yaml", "rayservice.yaml"])
def test_kuberay_files_fit_kuberay_and_kubernetes(name):
    document = load(name)
    check_kuberay(document)

    misspelt = copy.deepcopy(document)
    cluster_of(misspelt)["workerGroupSpecs"][0]["maxReplica"] = 3
    with pytest.raises(jsonschema.ValidationError, match="maxReplica"):
        check_kuberay(misspelt)
    misplaced = copy.deepcopy(document)
    groups(misplaced)[1]["template"]["spec"]["containers"][0]["command_"] = ["x"]
    with pytest.raises(kubernetes_validate.ValidationError, match="command_"):
        check_kuberay(misplaced)


def test_the_storage_fits_kubernetes():
    kubernetes_validate.validate(load("storage.yaml"), KUBERNETES, strict=True)
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for group in groups(load("rayservice.yaml"))
        for volume in group["template"]["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert claims == {load("storage.yaml")["metadata"]["name"]}


@pytest.mark.parametrize("name", ["rayjob.yaml", "rayservice.yaml"])
def test_kuberay_runs_our_image_with_our_ray(name):
    document = load(name)
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    images = {one["image"] for group in groups(document) for one in group["template"]["spec"]["containers"]}

    assert cluster_of(document)["rayVersion"] == version("ray")
    assert images <= {f"recipe-ocr:{ours}", f"recipe-ocr:{ours}-gpu"}
    assert COMPOSE["services"]["recipe-api"]["image"] == f"recipe-ocr:{ours}"


def test_the_rayservice_serves_what_production_yaml_says():
    tree = yaml.safe_load(load("rayservice.yaml")["spec"]["serveConfigV2"])

    ServeDeploySchema.model_validate(tree)
    assert tree == yaml.safe_load((ROOT / "serve_configs" / "production.yaml").read_text())


def test_the_rayjob_calls_our_job():
    entry = load("rayjob.yaml")["spec"]["entrypoint"]
    program = re.search(r"python /opt/recipe-ocr/(\S+)", entry)
    setting = re.search(r"--set (\S+)", entry)

    assert "WORKDIR /opt/recipe-ocr" in (DEPLOY / "Dockerfile").read_text()
    assert program
    assert (ROOT / program[1]).exists()
    assert setting
    assert config.load(None, [setting[1]]).bulk.workers == 64
