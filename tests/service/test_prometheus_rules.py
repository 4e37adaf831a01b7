"""The files of deploy/prometheus, by Prometheus' own checkers; each alert leads to a paragraph that says what to do."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.service.conftest import missing

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
ALERTS = {
    "HighResponseTime",
    "HighErrorRate",
    "MemoryHigh",
    "CPUHigh",
    "LowSuccessRate",
    "QueueBacklog",
    "CacheDown",
    "MemoryGrowth",
    "NoProgress",
    "TargetDown",
}


def alerts():
    groups = yaml.safe_load((FOLDER / "rules" / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def run(package, *command):
    if shutil.which(command[0]) is None:
        missing(package)
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_configuration_and_rules_are_valid():
    run("prometheus", "promtool", "check", "config", "prometheus.yml")


def test_rules_fire_and_rest_as_they_should():
    run("prometheus", "promtool", "test", "rules", *map(str, sorted((FOLDER / "tests").glob("*.yml"))))


def test_alertmanagers_configuration_is_valid():
    run("prometheus-alertmanager", "amtool", "check-config", "alertmanager.yml")


def test_every_alert_is_there_and_tested_both_ways():
    assert {rule["alert"] for rule in alerts()} == ALERTS
    cases = [case for path in (FOLDER / "tests").glob("*.yml") for case in yaml.safe_load(path.read_text())["tests"]]
    expected = [one for case in cases for one in case.get("alert_rule_test", [])]
    for name in ALERTS:
        found = [bool(one.get("exp_alerts")) for one in expected if one["alertname"] == name]
        assert set(found) == {True, False}, name


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_alert_says_how_bad_it_is_and_what_to_do(rule):
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["annotations"]["summary"]
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    headings = [line.lstrip("# ").lower() for line in (ROOT / page).read_text().splitlines() if line.startswith("#")]
    assert anchor in headings
