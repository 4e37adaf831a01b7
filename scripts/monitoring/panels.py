"""What the dashboards show: panels with their queries, named by the metrics of the code and the recording rules."""

from dataclasses import dataclass

from ray_app.telemetry import catalog
from ray_app.telemetry.metrics import Metric


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel; ``legend`` names its lines, in Grafana's form."""

    expression: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its lines over time.

    Attributes:
        unit: in Grafana's names (``s``, ``percentunit``, ``bytes``, ``reqps``, ``short``).
    """

    title: str
    about: str
    unit: str
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def recorded(metric: Metric, how: str) -> str:
    """Returns the name under which deploy/prometheus/rules/recording.yml keeps a metric, folded ``how``."""
    base = metric.name.removeprefix("recipe_ocr_").removesuffix("_total")
    return f"recipe_ocr:{base}:{how}"


_P = recorded(catalog.REQUEST_SECONDS, "quantile2m")
_REQUESTS = recorded(catalog.REQUESTS, "rate2m")
_PAGES = recorded(catalog.PAGES, "rate2m")
_STAGES = recorded(catalog.STAGE_SECONDS, "rate2m")
_BUCKETS = recorded(catalog.STAGE_SECONDS, "rate2m").replace("stage_seconds", "stage_seconds_bucket")
_LEDGER = recorded(catalog.JOB_ITEMS, "max")

SERVICE = Dashboard(
    "recipe-ocr-service",
    "Recipe OCR: the service",
    (
        Panel(
            "Response time",
            "Streams left out. The mean hides what one request of twenty sees.",
            "s",
            (
                Query(f'{_P}{{quantile="0.50"}}', "p50"),
                Query(f'{_P}{{quantile="0.95"}}', "p95"),
                Query(f'{_P}{{quantile="0.99"}}', "p99"),
                Query(recorded(catalog.REQUEST_SECONDS, "mean2m"), "mean"),
            ),
        ),
        Panel(
            "Throughput", "Requests answered.", "reqps", (Query(f"sum by (endpoint) ({_REQUESTS})", "{{endpoint}}"),)
        ),
        Panel(
            "Requests by status",
            "4xx is what clients did.",
            "reqps",
            (Query(f"sum by (status) ({_REQUESTS})", "{{status}}"),),
        ),
        Panel(
            "Errors",
            "Share of 5xx; 5 % raise an alert.",
            "percentunit",
            (Query("recipe_ocr:request_errors:ratio2m", "5xx"),),
        ),
        Panel(
            "Cache hits by level",
            "Of what each level was asked for.",
            "percentunit",
            (Query(recorded(catalog.CACHE_HITS, "ratio2m"), "{{level}}"),),
        ),
        Panel(
            "Cache requests",
            "A level that is left out is asked for nothing.",
            "reqps",
            (
                Query(recorded(catalog.CACHE_HITS, "rate2m"), "hit: {{level}}"),
                Query(recorded(catalog.CACHE_MISSES, "rate2m"), "miss: {{level}}"),
            ),
        ),
        Panel(
            "Cache works",
            "0 while a level is left out.",
            "short",
            (Query(recorded(catalog.CACHE_UP, "min"), "{{level}}"),),
        ),
        Panel("Queues", "What waits for whom.", "short", (Query(recorded(catalog.QUEUE_DEPTH, "sum"), "{{queue}}"),)),
        Panel(
            "Replicas against load",
            "Processes of each kind, and requests in hand.",
            "short",
            (
                Query("recipe_ocr:processes:count", "{{role}}"),
                Query(recorded(catalog.CONNECTIONS, "sum"), "requests in hand"),
            ),
        ),
        Panel(
            "Batches: ledger",
            "Items that are not over, from the database; and items that end.",
            "short",
            (
                Query(f'{_LEDGER}{{door="online"}}', "{{state}}"),
                Query(recorded(catalog.ITEMS_FINISHED, "rate2m"), "{{status}} a second"),
            ),
        ),
        Panel(
            "Memory",
            "The largest process of each kind, its engine included, and what it may hold.",
            "bytes",
            (
                Query(recorded(catalog.MEMORY, "max"), "{{role}}"),
                Query(f"max by (role) ({catalog.MEMORY_LIMIT.name})", "limit: {{role}}"),
            ),
        ),
        Panel(
            "Machines",
            "Shares of memory and cores in use, by node.",
            "percentunit",
            (
                Query("recipe_ocr:node_memory:ratio", "memory {{ip}}"),
                Query("recipe_ocr:node_cpu:ratio", "cores {{ip}}"),
            ),
        ),
    ),
)

READING = Dashboard(
    "recipe-ocr-reading",
    "Recipe OCR: reading and bulk jobs",
    (
        Panel("Pages by engine", "Both doors.", "reqps", (Query(f"sum by (engine) ({_PAGES})", "{{engine}}"),)),
        Panel("Pages by outcome", "Both doors.", "reqps", (Query(f"sum by (status) ({_PAGES})", "{{status}}"),)),
        Panel(
            "Success",
            "Share of pages that are read; below 95 % an alert is raised.",
            "percentunit",
            (Query("recipe_ocr:images_success:ratio2m", "read"),),
        ),
        Panel(
            "Failures by code",
            "docs/bulk.md explains them.",
            "reqps",
            (Query(recorded(catalog.FAILURES, "rate2m"), "{{code}}"),),
        ),
        Panel(
            "Stages",
            "Seconds of work in each second: how many cores a stage keeps busy.",
            "short",
            (Query(f"sum by (stage) ({_STAGES})", "{{stage}}"),),
        ),
        Panel(
            "Stages: p95",
            "For one batch of pages.",
            "s",
            (
                Query(
                    f"histogram_quantile(0.95, sum by (stage, le) ({_BUCKETS}))",
                    "{{stage}}",
                ),
            ),
        ),
        Panel(
            "Read again",
            "Doubtful lines, of all lines found; files read by the fallback, each second.",
            "short",
            (
                Query(
                    f'sum({recorded(catalog.ESCALATIONS, "rate2m")}{{kind="line"}}) / sum({recorded(catalog.LINES, "rate2m")})',
                    "share of lines",
                ),
                Query(f'{recorded(catalog.ESCALATIONS, "rate2m")}{{kind="reader"}}', "files by the fallback"),
            ),
        ),
        Panel(
            "Batch size",
            "Files an engine is given in one go, on average.",
            "short",
            (Query(recorded(catalog.BATCH_IMAGES, "mean2m"), "{{door}}"),),
        ),
        Panel(
            "Bulk job: rows",
            "What this run has to read, and what became of it.",
            "short",
            (Query(f'{_LEDGER}{{door="bulk"}}', "{{state}}"),),
        ),
        Panel(
            "Bulk job: time left",
            "At the pace of the last ten minutes.",
            "s",
            (
                Query(
                    f'{_LEDGER}{{door="bulk",state="waiting"}} / -deriv({_LEDGER}{{door="bulk",state="waiting"}}[10m]) > 0',
                    "time left",
                ),
            ),
        ),
        Panel(
            "Bulk readers: memory",
            "Largest reader, and all together.",
            "bytes",
            (
                Query(f'{recorded(catalog.MEMORY, "max")}{{role="bulk_reader"}}', "largest"),
                Query(f'{recorded(catalog.MEMORY, "sum")}{{role="bulk_reader"}}', "together"),
            ),
        ),
    ),
)

DASHBOARDS = (SERVICE, READING)
