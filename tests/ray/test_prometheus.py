"""The shipped configuration under a real Prometheus and Alertmanager, beside the real service on a real Ray Serve.

Every time of the rules is a tenth of what it is in operation, and Ray hands figures over every second: how long an alert
waits is tested by ``promtool test rules``; here is seen that figures, rules and alerts fit together.
"""

import gzip
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
import yaml
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from scripts.monitoring.panels import DASHBOARDS
from scripts.monitoring.pictures import draw, lines_of
from tests.faults import picture
from tests.ray.asking import ask, form, free_port
from tests.ray.bulk_jobs import command, driver
from tests.service.conftest import missing

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy" / "prometheus"
PATIENCE_S = 180.0
PICTURES = 60  # of the bulk job
TOKEN = secrets.token_hex(32)  # of the Ray that the service starts; the bulk job joins it

pytestmark = [pytest.mark.ray, pytest.mark.slow]


def wait_for(what, question, seconds=PATIENCE_S):
    until = time.monotonic() + seconds
    while True:
        try:
            found = question()
        except OSError as error:
            found = None
            last = repr(error)
        else:
            last = str(found)
        if found:
            return found
        assert time.monotonic() < until, f"{what}: {last}"
        time.sleep(0.5)


class Collector(BaseHTTPRequestHandler):
    """Takes spans as an OpenTelemetry collector does."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.server.spans += [span for scope in resource.scope_spans for span in scope.spans]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def collector():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.spans = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def service(collector, tmp_path_factory):
    """``recipe-ocr serve`` as an operator starts it, with fake engines; gives its address, Ray's list of targets, and its process."""
    for program in ("prometheus", "prometheus-alertmanager"):
        if shutil.which(program) is None:
            missing(program)
    folder = tmp_path_factory.mktemp("service")
    temporary = Path("/tmp") / f"ray-{os.getpid()}"  # Ray's sockets need a short path
    port = free_port()
    tree = yaml.safe_load((ROOT / "serve_configs" / "development.yaml").read_text())
    tree["http_options"]["port"] = port
    arguments = tree["applications"][0]["args"]
    arguments["readers"] = {
        "paddle": {"factory": "tests.faults:files", "num_cpus": 0.2, "max_replicas": 1, "min_replicas": 1}
    }
    arguments |= {
        "fallback_reader": None,
        "cache": {"folder": str(folder / "cache")},
        "database": {"url": f"sqlite:///{folder}/jobs.db"},
        "uploads": {"folder": str(folder / "uploads")},
        "security": {"auth": "off", "rates": {"per_minute": 0}},
        "telemetry": {"traces": f"http://127.0.0.1:{collector.server_port}/v1/traces", "logs": "json"},
    }
    (folder / "serve.yaml").write_text(yaml.safe_dump(tree))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    environment |= {
        "PYTHONPATH": str(ROOT),
        "RAY_AUTH_TOKEN": TOKEN,
        "RAY_TMPDIR": str(temporary),
        "RAY_metrics_report_interval_ms": "1000",
        "RAY_dashboard_agent_listen_port": str(free_port()),
    }
    command = [sys.executable, "-c", "import sys; from ray_app.cli import main; sys.exit(main())"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "serve", str(folder / "serve.yaml")], env=environment, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        address = f"http://127.0.0.1:{port}"

        def ready():
            assert server.poll() is None, (folder / "log").read_text()[-3000:]
            return ask(f"{address}/readyz")["status"] == "ok"

        wait_for("the service is ready", ready)
        yield address, temporary / "ray" / "prom_metrics_service_discovery.json", server
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(temporary, ignore_errors=True)


def faster(text):
    """The rules with every time a tenth: 2m is 12s."""
    seconds = {"s": 1, "m": 60, "h": 3600}

    def tenth(match):
        return f"{match[1]}{max(1, round(int(match[2]) * seconds[match[3]] / 10))}s"

    return re.sub(r"(\[|offset |for: )(\d+)([smh])", tenth, text)


@pytest.fixture(scope="module")
def prometheus(service, tmp_path_factory):
    """Prometheus and Alertmanager with the shipped files; gives the addresses of both."""
    _, targets, _ = service
    folder = tmp_path_factory.mktemp("prometheus")
    wait_for("Ray's list of targets", targets.exists)
    (folder / "rules").mkdir()
    for rules in (SHIPPED / "rules").glob("*.yml"):
        (folder / "rules" / rules.name).write_text(faster(rules.read_text()))
    ports = {"9090": free_port(), "9093": free_port()}
    settings = (SHIPPED / "prometheus.yml").read_text().replace("10s", "1s")
    shipped_targets = "/tmp/ray/prom_metrics_service_discovery.json"
    assert shipped_targets in settings
    settings = settings.replace(shipped_targets, str(targets))
    for shipped, port in ports.items():
        settings = settings.replace(f"127.0.0.1:{shipped}", f"127.0.0.1:{port}")
    (folder / "prometheus.yml").write_text(settings)
    commands = (
        [
            "prometheus",
            "--config.file=prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{ports['9090']}",
        ],
        [
            "prometheus-alertmanager",
            f"--config.file={SHIPPED}/alertmanager.yml",
            f"--storage.path={folder}/alerts",
            f"--web.listen-address=127.0.0.1:{ports['9093']}",
            "--cluster.listen-address=",
        ],
    )
    running = []
    try:
        for number, command in enumerate(commands):
            with (folder / f"log{number}").open("wb") as log:
                running.append(subprocess.Popen(command, cwd=folder, stdout=log, stderr=log))
        yield f"http://127.0.0.1:{ports['9090']}", f"http://127.0.0.1:{ports['9093']}"
    finally:
        for one in running:
            one.terminate()
            one.wait(30)


def query(prometheus, expression):
    """The samples of an instant query: labels and value of each."""
    address = f"{prometheus[0]}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    with urllib.request.urlopen(address, timeout=30) as answer:
        body = json.loads(answer.read())
    assert body["status"] == "success", body
    return [(one["metric"], float(one["value"][1])) for one in body["data"]["result"]]


def at_least(prometheus, expression, value):
    return lambda: any(found >= value for _, found in query(prometheus, expression))


def states(prometheus, alert):
    """What Prometheus and Alertmanager say of an alert."""
    with urllib.request.urlopen(f"{prometheus[0]}/api/v1/alerts", timeout=30) as answer:
        alerts = json.loads(answer.read())["data"]["alerts"]
    with urllib.request.urlopen(f"{prometheus[1]}/api/v2/alerts", timeout=30) as answer:
        told = json.loads(answer.read())
    firing = any(one["labels"]["alertname"] == alert and one["state"] == "firing" for one in alerts)
    return firing, any(one["labels"]["alertname"] == alert for one in told)


class Load:
    """Asks for pictures one after the other until it is ended; every other one with a bug while ``broken``."""

    def __init__(self, address):
        self.broken, self.answers = False, {}
        self._address, self._end = address, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        number = 0
        while not self._end.wait(0.1):
            number += 1
            bad = "a bug" if self.broken and number % 2 else "Cake"
            body = form([("file", "card.png", picture(f"{bad} {number % 7}"))], enable_caching=str(number % 3 > 0))
            try:
                ask(f"{self._address}/process", body)
                status = 200
            except urllib.error.HTTPError as error:
                status = error.code
            self.answers[status] = self.answers.get(status, 0) + 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()


def test_figures_arrive_and_an_alert_fires_and_resolves(service, prometheus):
    address, _, _ = service
    wait_for("Prometheus answers", lambda: query(prometheus, "vector(1)"))
    with Load(address) as load:
        ok = 'recipe_ocr_requests_total{endpoint="/process",method="POST",status="200"}'
        wait_for("requests", at_least(prometheus, ok, 20))
        assert sum(value for _, value in query(prometheus, ok)) <= load.answers[200]
        for expression in (
            'recipe_ocr_images_total{engine="fake",status="ok"}',
            "recipe_ocr_batch_size_count",
            'recipe_ocr:batch_size:mean2m{door="online"} == 1',
            'recipe_ocr_cache_hits_total{level="memory"}',
            'recipe_ocr_cache_misses_total{level="disk"}',
            'recipe_ocr:cache_up:min{level="memory"}',
            "recipe_ocr:requests:rate2m",
            'recipe_ocr:request_duration_seconds:quantile2m{quantile="0.95"} > 0',
            'recipe_ocr_memory_usage_bytes{role="reader"}',
            'recipe_ocr_memory_usage_bytes{role="front"}',
            'recipe_ocr_memory_usage_bytes{role="batches"}',
            "recipe_ocr:node_memory:ratio",
        ):
            wait_for(expression, at_least(prometheus, expression, 1e-9))
        for expression in ('recipe_ocr_queue_depth{queue="batches"}', "recipe_ocr:node_cpu:ratio"):
            wait_for(expression, at_least(prometheus, expression, 0))
        assert states(prometheus, "HighErrorRate") == (False, False)

        load.broken = True
        wait_for("HighErrorRate fires", lambda: states(prometheus, "HighErrorRate") == (True, True))
        load.broken = False
        wait_for("HighErrorRate resolves", lambda: states(prometheus, "HighErrorRate") == (False, False), 400.0)
    assert load.answers.keys() == {200, 500}


@pytest.fixture
def bulk_job(service, collector, tmp_path, monkeypatch):
    """A bulk job on the service's Ray, whose files take 0.8 s each; it tells the collector of its work."""
    raylets = psutil.Process(service[2].pid).children(recursive=True)
    words = [word for one in raylets if one.name() == "raylet" for word in one.cmdline()]
    (cluster,) = (word.partition("=")[2] for word in words if word.startswith("--gcs-address="))
    for name, value in {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "cards").mkdir()
    for number in range(PICTURES):
        (tmp_path / "cards" / f"{number}.png").write_bytes(picture(f"Card {number}"))
    settings = (f"bulk.telemetry.traces=http://127.0.0.1:{collector.server_port}/v1/traces", "bulk.workers=1")
    more = [word for setting in settings for word in ("--set", setting)]
    with driver(cluster, *command(tmp_path / "cards", tmp_path / "out", "waits", *more)) as job:
        yield job


def test_every_panel_answers_and_one_trace_leads_through_the_bulk_job(prometheus, collector, bulk_job):
    """After the load above; ``make dashboard-pictures`` draws the answers, too."""

    def silent():
        assert not bulk_job.poll(), bulk_job.stderr.read()[-3000:]
        return {
            panel.title
            for dashboard in DASHBOARDS
            for panel in dashboard.panels
            if not any(lines_of(prometheus[0], query, 600.0) for query in panel.queries)
        }

    until = time.monotonic() + PATIENCE_S
    while silent() and time.monotonic() < until:
        time.sleep(2.0)
    assert silent() == set()
    assert bulk_job.wait(PATIENCE_S) == 0
    if pictures := os.environ.get("DASHBOARD_PICTURES"):
        for dashboard in DASHBOARDS:
            draw(prometheus[0], dashboard, Path(pictures) / f"{dashboard.uid}.png", seconds=150.0)
    (run,) = wait_for("the run's span", lambda: [one for one in collector.spans if one.name == "bulk_run"])
    batches = [one for one in collector.spans if (one.name, one.parent_span_id) == ("image_processing", run.span_id)]
    assert {one.trace_id for one in batches} == {run.trace_id}
    pages = [value.value.int_value for one in batches for value in one.attributes if value.key == "pages"]
    assert sum(pages) == PICTURES


def test_one_trace_leads_from_the_request_to_the_engines_stages(service, collector):
    trace = "0af7651916cd43dd8448eb211c80319c"
    body, kind = form([("file", "card.png", picture("Traced Cake"))], enable_caching="false")
    headers = {"Content-Type": kind, "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    with urllib.request.urlopen(urllib.request.Request(f"{service[0]}/process", body, headers), timeout=60) as answer:
        assert answer.headers["X-Trace-ID"] == trace

    def mine():
        found = [span for span in collector.spans if span.trace_id.hex() == trace]
        return found if "POST /process" in {span.name for span in found} else None

    wait_for("the request's span", mine)
    spans = wait_for("its stages", lambda: found if len(found := mine()) >= 8 else None)
    names = {span.span_id: span.name for span in spans}
    above = {span.name: names.get(span.parent_span_id, span.parent_span_id.hex()) for span in spans}
    stages = ("decode", "text_detection", "ocr_processing", "second_reading", "layout", "ingredient_parsing")
    assert above == {
        "POST /process": "b7ad6b7169203331",
        "image_processing": "POST /process",
        **dict.fromkeys(stages, "image_processing"),
    }
