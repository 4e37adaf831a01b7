"""Puts the service together: what ``import_path: ray_app.serving.app:build`` names in serve_configs/.

Knows deployments and the profile, which is checked here before anything starts; knows nothing of requests or images.
"""

from typing import Any

from ray import serve
from ray.serve import Application
from ray.serve.config import AutoscalingConfig, AutoscalingPolicy, BackpressureConfig

from ray_app.serving.front import Front
from ray_app.serving.handles import RETRY_AFTER_S
from ray_app.serving.profile import ServingProfile
from ray_app.serving.reader import Reader
from ray_app.serving.worker import BatchWorker

_HEALTH_PERIOD_S = 10.0

_DRAIN_S = 5.0
"""Seconds that a replica that stops may take beyond its longest request."""


def build(args: dict[str, Any]) -> Application:
    """Returns the application that these settings describe (see ``profile.ServingProfile``).

    Raises:
        ConfigError: a setting is unknown or out of range.
    """
    profile = ServingProfile.load(args)
    readers = {name: _reader(name, profile) for name in profile.readers}
    batches = serve.deployment(
        name="batches",
        num_replicas=profile.jobs.workers,
        ray_actor_options={"num_cpus": profile.jobs.num_cpus},
        max_ongoing_requests=100,
        health_check_period_s=_HEALTH_PERIOD_S,
        graceful_shutdown_timeout_s=profile.limits.request_timeout_s + _DRAIN_S,
    )(BatchWorker).bind(profile, readers)
    front = profile.front
    application: Application = serve.deployment(
        name="front",
        ray_actor_options={"num_cpus": front.num_cpus},
        # More than it works on are let in, so that they are told to come back later rather than left waiting.
        max_ongoing_requests=20 * profile.limits.concurrent_requests,
        autoscaling_config=AutoscalingConfig(
            min_replicas=front.min_replicas,
            max_replicas=front.max_replicas,
            target_ongoing_requests=profile.limits.concurrent_requests,
            downscale_delay_s=profile.scaling.down_seconds,
        ),
        health_check_period_s=_HEALTH_PERIOD_S,
        graceful_shutdown_timeout_s=profile.limits.request_timeout_s + _DRAIN_S,
    )(serve.ingress()(Front)).bind(profile, readers, batches)
    return application


def _reader(name: str, profile: ServingProfile) -> Application:
    options, scaling = profile.readers[name], profile.scaling
    application: Application = serve.deployment(
        name=f"reader-{name}",
        ray_actor_options={"num_cpus": options.num_cpus, "num_gpus": options.num_gpus},
        max_ongoing_requests=options.max_ongoing,
        max_queued_requests=options.max_queued,
        backpressure_config=BackpressureConfig(status_code=429, retry_after_s=RETRY_AFTER_S),
        autoscaling_config=AutoscalingConfig(
            min_replicas=options.min_replicas,
            max_replicas=options.max_replicas,
            target_ongoing_requests=options.target_ongoing,
            # How long it must last stands in Serve's delays; how often it may happen, in our policy's cooldowns.
            upscale_delay_s=min(30.0, scaling.up_seconds),
            downscale_delay_s=scaling.down_seconds,
            policy=AutoscalingPolicy(  # type: ignore[no-untyped-call]
                policy_function="ray_app.serving.autoscaling:LoadPolicy", policy_kwargs=scaling.model_dump()
            ),
        ),
        health_check_period_s=_HEALTH_PERIOD_S,
        graceful_shutdown_timeout_s=profile.limits.request_timeout_s + _DRAIN_S,
    )(Reader).bind(options.model_copy(update={"pipeline": profile.pipeline(name)}), profile.telemetry)
    return application
