"""How many readers run: Serve's own rule on ongoing requests, and more where CPU, queue or latency say so.

Runs in Serve's controller, a few times a second. Knows figures; knows nothing of images. The figures come from
``Reader.record_autoscaling_stats``; Serve itself applies bounds and delays afterwards.
"""

import math
import statistics
import time
from collections.abc import Mapping
from typing import Any

from ray.serve.autoscaling_policy import replica_queue_length_autoscaling_policy
from ray.serve.config import AutoscalingContext

CPU, MEMORY, P95 = "cpu", "memory", "p95_seconds"
"""Names of the figures that each reader tells: share of its cores in use, share of its memory limit, seconds."""


class LoadPolicy:
    """Serve's rule, one more reader where a threshold is passed, and no fewer while one nearly is.

    A node that is short of memory gets no further reader: one more would be the end of all of them.

    Args:
        cpu: mean share of their cores that readers use, from which on one more is wanted.
        memory: share of its memory limit that the fullest reader holds, from which on none is added.
        queue: requests waiting for each reader, likewise.
        p95_seconds: time that one request of twenty exceeds, likewise.
        up_seconds: least time between two additions.
        down_seconds: least time after any change before one is taken away.
    """

    def __init__(
        self, cpu: float, memory: float, queue: float, p95_seconds: float, up_seconds: float, down_seconds: float
    ) -> None:
        self._cpu, self._memory, self._queue, self._p95 = cpu, memory, queue, p95_seconds
        self._up, self._down = up_seconds, down_seconds

    def __call__(self, context: AutoscalingContext) -> tuple[int | float, dict[str, Any]]:
        """Returns how many readers are wanted now, and what Serve shall remember for the rule."""
        wanted, state = replica_queue_length_autoscaling_policy(context)
        now = context.current_time or time.time()
        running = context.current_num_replicas
        figures = context.aggregated_metrics or {}
        strain = self.strain(figures, (context.total_queued_requests or 0.0) / max(1, running))
        if strain >= 1.0:
            wanted = max(wanted, running + 1)
        elif strain >= 0.8:
            wanted = max(wanted, running)  # one fewer would pass a threshold again
        changed = max(context.last_scale_up_time or 0.0, context.last_scale_down_time or 0.0)
        if wanted > running and self.full(figures):
            wanted = running
        if wanted > running and running and now - (context.last_scale_up_time or 0.0) < self._up:
            wanted = running
        if wanted < running and now - changed < self._down:
            wanted = running
        return math.ceil(wanted), state

    def strain(self, figures: Mapping[str, Mapping[Any, float]], queued: float) -> float:
        """Returns how near the nearest threshold is: 1 where it is reached."""
        cpu = statistics.fmean(figures[CPU].values()) if figures.get(CPU) else 0.0
        p95 = max(figures[P95].values()) if figures.get(P95) else 0.0
        return max(cpu / self._cpu, queued / self._queue, p95 / self._p95)

    def full(self, figures: Mapping[str, Mapping[Any, float]]) -> bool:
        """Tells whether a reader is near its memory limit."""
        return bool(figures.get(MEMORY)) and max(figures[MEMORY].values()) >= self._memory
