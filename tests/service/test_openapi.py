"""Schemathesis asks the application for what its OpenAPI document admits, and for what it does not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ray_app.errors import FailureCode
from ray_app.files import FileReader
from ray_app.options import FakeOptions, PipelineOptions, ReadOptions
from ray_app.serving import hooks, schemas
from ray_app.serving.openapi import EXAMPLES
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.web import create_app
from tests.local_reader import LocalReader
from tests.local_service import own_profile, running_service


@pytest.fixture
def service(tmp_path):
    """All of the real steps but the engine; no limit on the rate."""
    reader = FileReader(PipelineOptions(read=ReadOptions(engine=FakeOptions(), find_rotation=False)))
    security = {"auth": "off", "rates": {"per_minute": 0}}
    with running_service(
        own_profile(tmp_path, security=security), {"paddle": LocalReader(reader)}, worker=True
    ) as port:
        yield f"http://127.0.0.1:{port}"
    reader.close()


@pytest.mark.timeout(300)
def test_the_service_answers_as_its_document_says(service, tmp_path):
    """No 500, no status, type or body that the document does not tell of, no wrong value taken for a right one."""
    program, settings = Path(sys.executable).parent / "schemathesis", Path(__file__).parent / "schemathesis.toml"
    command = [program, "--config-file", settings, "run", f"{service}/openapi.json", "--no-color"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]


def test_every_example_is_what_its_model_admits(tmp_path):
    examples = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    models = {name: getattr(schemas, name, None) or getattr(hooks, name) for name in examples}
    for name, example in examples.items():
        models[name].model_validate(example)
    told = create_app(own_profile(tmp_path), {}).openapi()["components"]["schemas"]
    assert {name: told[name]["examples"] for name in examples} == {name: [one] for name, one in examples.items()}


def test_docs_name_every_address_and_every_code_under_its_status(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    named = {
        (method, path if path[0] == "/" else f"/{path}")
        for left, *_ in rows
        for part in left.removeprefix("| ").split(", ")
        for words in [part.replace("`", "").split()]
        for method in words
        if method.isupper()
        for path in words
        if path[0] == "/"
    }
    told = create_app(own_profile(tmp_path), {}).openapi()["paths"]
    assert named == {(method.upper(), path) for path, methods in told.items() for method in methods}

    statuses = {
        code: set(left.removeprefix("| ").split(", "))
        for left, *rest in rows
        if left.removeprefix("| ")[:3].isdigit()
        for code in re.findall(r"`(\w+)`", " ".join(rest))
    }
    codes = (*ServiceCode, *FailureCode)
    assert statuses.keys() == set(map(str, codes))
    assert [code for code in codes if str(Problem(code, "").status) not in statuses[str(code)]] == []
