"""The shape of the code, checked: file sizes, what importing the core loads, where Ray may be named."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ray_app"
MODULES = sorted(PACKAGE.rglob("*.py"))
RAY_HOMES = (
    "bulk/",
    "devices.py",
    "training/job.py",
    "telemetry/metrics.py",
    *(f"serving/{name}.py" for name in ("app", "autoscaling", "front", "handles", "reader", "worker")),
)
HEAVY = ("ray", "torch", "paddle", "paddleocr", "paddlex", "easyocr", "tesserocr", "onnxruntime", "cv2", "PIL", "nltk")


def imported(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_is_one_idea_of_at_most_300_lines(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_doors_and_devices_name_ray(module: Path) -> None:
    inside = str(module.relative_to(PACKAGE)).startswith(RAY_HOMES)

    assert inside or "ray" not in imported(module)


@pytest.mark.parametrize(
    ("vendor", "home"),
    [
        ("cv2", "imaging engines training"),  # PaddleX demands OpenCV, and lines are cut out for it with the same
        ("PIL", "imaging training"),
        ("pillow_heif", "imaging"),
        ("pypdfium2", "imaging"),
        ("paddleocr", "engines"),
        ("tesserocr", "engines"),
        ("pytesseract", "engines"),
        ("easyocr", "engines"),
        ("ingredient_parser", "recipe"),
    ],
)
def test_each_vendor_has_one_home(vendor: str, home: str) -> None:
    homes = {module.relative_to(PACKAGE).parts[0] for module in MODULES if vendor in imported(module)}

    assert homes <= set(home.split())


@pytest.mark.parametrize("module", ["ray_app", "ray_app.pipeline", "ray_app.config", "ray_app.cli"])
def test_import_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert loaded == []
