"""Which device an engine computes on: the GPU that Ray assigned to its worker, or the CPU. For both doors."""

from collections.abc import Sequence
from typing import Any

from ray_app.options import EasyOptions, PaddleOptions, PipelineOptions, RuleOptions


def assigned_gpus() -> list[str]:
    """Returns the GPUs that Ray gave this worker; none outside Ray."""
    import ray

    if not ray.is_initialized():
        return []
    return list(ray.get_runtime_context().get_accelerator_ids().get("GPU", []))


def on_device(options: PipelineOptions, gpus: Sequence[str]) -> PipelineOptions:
    """Returns the options with each device "auto" made plain: the first GPU that Ray lets us see, or the CPU.

    Ray sets CUDA_VISIBLE_DEVICES to what it assigned, so that the first one is always gpu:0 here.
    """
    device = "gpu:0" if gpus else "cpu"

    def settle(engine: Any) -> Any:  # noqa: ANN401 -- any engine's options in, the same kind out
        if isinstance(engine, PaddleOptions | EasyOptions) and engine.device == "auto":
            return engine.model_copy(update={"device": device})
        if isinstance(engine, RuleOptions):
            return engine.model_copy(update={"paddle": settle(engine.paddle), "easyocr": settle(engine.easyocr)})
        return engine

    read = options.read.model_copy(update={"engine": settle(options.read.engine)})
    return options.model_copy(update={"read": read})
