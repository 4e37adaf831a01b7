import json
import re
from pathlib import Path

import pytest
import yaml

from ray_app.telemetry.catalog import METRICS
from ray_app.telemetry.metrics import Histogram
from scripts.monitoring.dashboards import written
from scripts.monitoring.panels import DASHBOARDS

ROOT = Path(__file__).parents[3]
RAYS_OWN = {"ray_node_mem_used", "ray_node_mem_total", "ray_node_cpu_utilization"}
PANELS = [(dashboard, panel) for dashboard in DASHBOARDS for panel in dashboard.panels]


def rules():
    groups = yaml.safe_load((ROOT / "deploy/prometheus/rules/recording.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts():
    groups = yaml.safe_load((ROOT / "deploy/prometheus/rules/alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def names(expression):
    return set(re.findall(r"\b(?:recipe_ocr|ray_)[\w:]*", expression))


def known():
    histograms = [one.name for one in METRICS if isinstance(one, Histogram)]
    parts = {f"{name}_{part}" for name in histograms for part in ("bucket", "count", "exact_total")}
    return {one.name for one in METRICS} - set(histograms) | parts | {rule["record"] for rule in rules()} | RAYS_OWN


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.uid)
def test_file_is_that_of_the_code(dashboard):
    path = ROOT / "deploy" / "grafana" / "dashboards" / f"{dashboard.uid}.json"

    assert path.read_text() == written(dashboard), "stale: run make monitoring"


@pytest.mark.parametrize(("dashboard", "panel"), PANELS, ids=lambda one: getattr(one, "title", ""))
def test_panel_asks_only_for_what_there_is(dashboard, panel):
    for query in panel.queries:
        assert names(query.expression)
        assert names(query.expression) <= known(), query


def test_rules_ask_only_for_what_there_is():
    for rule in rules() + alerts():
        assert names(rule["expr"]) <= known(), rule


def test_every_metric_is_on_a_dashboard():
    records = {rule["record"]: names(rule["expr"]) for rule in rules()}
    shown = {name for _, panel in PANELS for query in panel.queries for name in names(query.expression)}
    for _ in range(3):  # records of records
        shown |= {name for record in shown & records.keys() for name in records[record]}

    assert [one.name for one in METRICS if not any(name.startswith(one.name) for name in shown)] == []


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.uid)
def test_dashboard_has_grafanas_shape(dashboard):
    tree = json.loads(written(dashboard))

    assert len({panel["id"] for panel in tree["panels"]}) == len(dashboard.panels)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in tree["panels"]]
    assert len(set(places)) == len(places)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in tree["panels"])
    for panel in tree["panels"]:
        assert panel["targets"]
        assert all(target["expr"] and target["datasource"]["type"] == "prometheus" for target in panel["targets"])


def test_provisioning_finds_the_dashboards():
    provider = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/recipe-ocr.yml").read_text())
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())

    assert provider["providers"][0]["type"] == "file"
    assert provider["providers"][0]["options"]["path"] in (ROOT / "deploy/grafana/README.md").read_text()
    assert source["datasources"][0]["type"] == "prometheus"
