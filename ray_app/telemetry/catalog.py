"""Every figure there is: name, meaning, labels, buckets. docs/monitoring.md and the dashboards are made from this table.

Knows names; knows nothing of who tells them.
"""

from typing import get_args

from ray_app.spans import STAGES
from ray_app.telemetry.metrics import Counter, Gauge, Histogram, Label, Metric
from ray_app.types import Status

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 7.5, 10.0, 15.0, 20.0, 25.0, 30.0, 60.0, 120.0)
"""For everything that takes time: from an answer out of the cache to the longest request. The targets of each
environment (5 to 30 s) are bounds, so that they can be judged without interpolation."""

IMAGES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""For batches: batch sizes of the settings."""

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_METHOD = Label("method", "HTTP's methods", _METHODS)
_ENDPOINT = Label("endpoint", "the addresses of /openapi.json, or `page`")
_STATUS = Label("status", "HTTP statuses that the service answers with")
_ENGINE = Label("engine", "kinds of engines: paddle, tesseract, easyocr, rule, fake")
_STAGE = Label("stage", "stages of an image's way", frozenset(STAGES))
_RESULT = Label("status", "what became of an image", frozenset(get_args(Status)))
_CODE = Label("code", "failure codes (docs/bulk.md)")
_LEVEL = Label("level", "levels of the cache", frozenset(("memory", "redis", "disk")))
_QUEUE = Label("queue", "`batches`, or `reader-NAME` for each reader of the settings")
_KIND = Label("kind", "what was asked again", frozenset(("line", "reader")))
_DOOR = Label("door", "bulk or online", frozenset(("bulk", "online")))
_ROLE = Label("role", "kinds of processes", frozenset(("front", "reader", "batches", "bulk_reader", "bulk_driver")))
_STATE = Label("state", "waiting, running; in bulk also ok, failed", frozenset(("waiting", "running", "ok", "failed")))
_ENDED = Label("status", "ok or failed", frozenset(("ok", "failed")))

_FRONT = "front doors"
_READS = "readers (online), bulk readers"

REQUESTS = Counter(
    name="recipe_ocr_requests_total",
    help="HTTP requests answered.",
    labels=(_METHOD, _ENDPOINT, _STATUS),
    told_by=_FRONT,
)
REQUEST_SECONDS = Histogram(
    name="recipe_ocr_request_duration_seconds",
    help="Time from a request's head to the end of its answer.",
    labels=(_METHOD, _ENDPOINT),
    buckets=SECONDS,
    told_by=_FRONT,
)
CONNECTIONS = Gauge(
    name="recipe_ocr_active_connections", help="HTTP requests in hand of one front door.", told_by=_FRONT
)
MEMORY = Gauge(
    name="recipe_ocr_memory_usage_bytes",
    help="Resident memory of one process, its engine's included.",
    labels=(_ROLE,),
    told_by="every process",
)
MEMORY_LIMIT = Gauge(
    name="recipe_ocr_memory_limit_bytes",
    help="Memory that one process may hold before it is replaced.",
    labels=(_ROLE,),
    told_by="front doors, readers",
)
PAGES = Counter(
    name="recipe_ocr_images_total",
    help="Pages read, by what became of them.",
    labels=(_ENGINE, _RESULT),
    told_by=_READS,
)
FAILURES = Counter(
    name="recipe_ocr_failures_total", help="Pages and files that failed, by why.", labels=(_CODE,), told_by=_READS
)
STAGE_SECONDS = Histogram(
    name="recipe_ocr_stage_seconds",
    help="Time of one stage for one batch of pages.",
    labels=(_STAGE, _ENGINE),
    buckets=SECONDS,
    told_by=_READS,
)
BATCH_IMAGES = Histogram(
    name="recipe_ocr_batch_size",
    help="Files that an engine was given in one go.",
    labels=(_DOOR,),
    buckets=IMAGES,
    told_by=_READS,
)
LINES = Counter(name="recipe_ocr_lines_total", help="Lines of text found on pages.", labels=(_ENGINE,), told_by=_READS)
ESCALATIONS = Counter(
    name="recipe_ocr_escalations_total",
    help="Doubtful lines read once more by a stronger recognizer (line), files read by the fallback (reader).",
    labels=(_KIND,),
    told_by=f"{_READS}, front doors, batch workers",
)
CACHE_HITS = Counter(
    name="recipe_ocr_cache_hits_total",
    help="Results found in a level of the cache.",
    labels=(_LEVEL,),
    told_by="front doors, batch workers",
)
CACHE_MISSES = Counter(
    name="recipe_ocr_cache_misses_total",
    help="Results not found in a level of the cache.",
    labels=(_LEVEL,),
    told_by="front doors, batch workers",
)
CACHE_UP = Gauge(
    name="recipe_ocr_cache_up",
    help="1 while a level of the cache works, 0 while it is left out.",
    labels=(_LEVEL,),
    told_by="front doors, batch workers",
)
QUEUE_DEPTH = Gauge(
    name="recipe_ocr_queue_depth",
    help="What waits: items of batches (in the database), files that one process has asked a reader to read.",
    labels=(_QUEUE,),
    told_by="batch workers, front doors",
)
JOB_ITEMS = Gauge(
    name="recipe_ocr_job_items",
    help="The ledger: items of batches that are not over (online), rows that this run reads (bulk).",
    labels=(_DOOR, _STATE),
    told_by="batch workers, the bulk job's driver",
)
ITEMS_FINISHED = Counter(
    name="recipe_ocr_job_items_finished_total",
    help="Items of batches that are over.",
    labels=(_ENDED,),
    told_by="batch workers",
)

METRICS: tuple[Metric, ...] = (
    REQUESTS,
    REQUEST_SECONDS,
    CONNECTIONS,
    PAGES,
    FAILURES,
    STAGE_SECONDS,
    BATCH_IMAGES,
    LINES,
    ESCALATIONS,
    CACHE_HITS,
    CACHE_MISSES,
    CACHE_UP,
    QUEUE_DEPTH,
    JOB_ITEMS,
    ITEMS_FINISHED,
    MEMORY,
    MEMORY_LIMIT,
)
