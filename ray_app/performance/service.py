"""A service of this machine's own for a measurement: started with a folder of its own, ended with all its processes."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from ray_app.errors import ConfigError
from ray_app.performance.usage import answering

CONFIGURATION = Path(__file__).parents[2] / "serve_configs" / "development.yaml"
_HAPROXY = {"RAY_SERVE_ENABLE_HA_PROXY": "1", "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1"}
_END_S = 30.0
_LAST_WORDS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service that is measured.

    Attributes:
        address: where it answers.
        pid: the process below which it runs; None on another machine.
        log: what that process says, where it was started here.
    """

    address: str
    pid: int | None
    log: Path | None = None

    def last_words(self) -> str | None:
        """Returns the end of the log of a process that is over; None while it runs, or where it wasn't started here."""
        if self.pid is None or self.log is None:
            return None
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE:
                return None
        return self.log.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:].strip()


@contextmanager
def reached(api_url: str | None, configuration: Path) -> Iterator[Running]:
    """Gives the service that runs at an address, or starts one for the time of the block."""
    if api_url is None:
        with service(configuration) as running:
            yield running
        return
    address = api_url.rstrip("/")
    yield Running(address=address, pid=answering(address))


@contextmanager
def service(configuration: Path = CONFIGURATION, *, haproxy: bool = False) -> Iterator[Running]:
    """Runs the service for the time of the block: no rate limit, everything it keeps in a folder that goes with it.

    Args:
        configuration: a file of serve_configs/ that needs no other server.
        haproxy: Serve's HAProxy instead of its Python proxy.

    Raises:
        ConfigError: there is no such file.
    """
    try:
        tree = yaml.safe_load(configuration.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{configuration} cannot be read: {error.strerror}") from None
    folder = Path(tempfile.mkdtemp(prefix="recipe-ocr-bench-"))
    args = tree["applications"][0]["args"]
    args.setdefault("cache", {})["folder"] = f"{folder}/cache"
    args.setdefault("uploads", {})["folder"] = f"{folder}/uploads"
    args.setdefault("database", {})["url"] = f"sqlite:///{folder}/jobs.db"
    args.setdefault("security", {})["rates"] = {"per_minute": 0}
    tree["http_options"] |= {"host": "127.0.0.1", "port": _free_port()}
    (folder / "serve.yaml").write_text(yaml.safe_dump(tree))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "recipe-ocr", "serve", folder / "serve.yaml"],
            stdout=log,
            stderr=log,
            env={name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
            | (_HAPROXY if haproxy else {}),
            start_new_session=True,
        )
    try:
        yield Running(address=f"http://127.0.0.1:{tree['http_options']['port']}", pid=process.pid, log=folder / "log")
    finally:
        _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    psutil.wait_procs(children, timeout=_END_S)
    for one in children:
        if one.is_running():
            one.kill()
    process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
