"""Submits the bulk job to a Ray cluster, follows it, and returns its exit code; starts a cluster here if none is named.

Knows jobs and clusters; knows nothing of what the job does. What the job prints is printed here.
"""

import asyncio
import logging
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ray_app.bulk.outcome import ExitCode
from ray_app.errors import RunError
from ray_app.local_ray import local_settings

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

log = logging.getLogger(__name__)

SCRIPT = Path(__file__).resolve().parents[2] / "jobs" / "bulk_extract.py"
"""The job's program in a checkout. On a cluster it lies under the same relative path in the image's working folder."""

START_S = 120.0
"""How long a cluster on this machine may take to answer."""

_STOP_S = "30"
"""Seconds that Ray waits between SIGTERM and SIGKILL when a job is stopped; its default of 3 is too short to tidy up."""


def submit_bulk(
    arguments: Sequence[str], *, address: str | None = None, say: Callable[[str], object] = sys.stdout.write
) -> int:
    """Runs ``jobs/bulk_extract.py`` with these arguments as a Ray job, to its end.

    Args:
        arguments: as the script takes them; paths must mean the same on the cluster.
        address: of the cluster's dashboard (``http://head:8265``); None starts a cluster here and stops it afterwards.
        say: gets what the job prints, piece by piece.

    Returns:
        The job's own exit code; ``ExitCode.BROKEN`` where it ended without one (stopped, or its node died).

    Raises:
        RunError: the cluster did not start or cannot be reached.
    """
    # The job's output is no terminal, but it ends in ours.
    arguments = [*arguments, *(["--logs", "text"] if sys.stderr.isatty() else [])]
    if address is not None:
        return _follow(address, shlex.join(["python", "jobs/bulk_extract.py", *arguments]), say)
    with local_cluster() as here:
        # Ray starts jobs in a folder of its own; paths are meant from here.
        start = f"cd {shlex.quote(os.getcwd())} && exec {shlex.join([sys.executable, str(SCRIPT), *arguments])}"  # noqa: PTH109
        return _follow(here, start, say)


@contextmanager
def local_cluster() -> Iterator[str]:
    """Starts a Ray head on this machine for the time of the block; yields its dashboard's address.

    It listens on the loopback interface only, asks for a token made here, and keeps its files in a folder of its own,
    so that it meets no other cluster.
    """
    for name, value in local_settings().items():
        os.environ.setdefault(name, value)
    os.environ["RAY_AUTH_MODE"] = "token"
    gcs, dashboard, agent, metrics, client = _free_ports(5)
    folder = Path(tempfile.mkdtemp(prefix="recipe-ocr-", dir="/tmp"))
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--disable-usage-stats"]
    command += ["--node-ip-address=127.0.0.1", f"--port={gcs}", f"--temp-dir={folder}"]
    command += ["--include-dashboard=true", "--dashboard-host=127.0.0.1", f"--dashboard-port={dashboard}"]
    command += [f"--dashboard-agent-listen-port={agent}", f"--metrics-export-port={metrics}"]
    command += [f"--ray-client-server-port={client}"]
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    with (folder / "start.log").open("wb") as output:
        head = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**environment, "RAY_JOB_STOP_WAIT_TIME_S": _STOP_S},
        )
    try:
        address = f"http://127.0.0.1:{dashboard}"
        _wait_for(address, head, folder / "start.log")
        yield address
    finally:
        head.terminate()  # --block ends all that it started
        try:
            head.wait(timeout=30)
        except subprocess.TimeoutExpired:
            head.kill()
            head.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _wait_for(address: str, head: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if head.poll() is not None:
            raise RunError(f"Ray did not start here:\n{output.read_text(errors='replace')[-2000:]}")
        try:
            _client(address).list_jobs()
        except (ConnectionError, RuntimeError):
            time.sleep(0.5)
        else:
            return
    raise RunError(f"Ray did not answer at {address} within {START_S:g} s")


def _client(address: str) -> "JobSubmissionClient":
    from ray.job_submission import JobSubmissionClient

    # Ray decides once a process whether it sends a token, perhaps before this cluster had one; so it is sent plainly.
    token = os.environ.get("RAY_AUTH_TOKEN")
    return JobSubmissionClient(address, headers={"Authorization": f"Bearer {token}"} if token else None)


def _follow(address: str, entrypoint: str, say: Callable[[str], object]) -> int:
    from ray.exceptions import AuthenticationError

    try:
        client = _client(address)
        job = _submit(client, entrypoint, f"recipe-ocr-{uuid.uuid4().hex[:8]}")
    except (ConnectionError, RuntimeError, AuthenticationError) as error:
        raise RunError(f"no job can be submitted to {address}: {error}") from error
    log.info("submitted as %s; the dashboard is at %s", job, address)
    logging.getLogger("ray.dashboard.modules.job.sdk").setLevel(logging.WARNING)  # it tells each time a stream ends
    shown = 0
    try:
        while True:
            # The stream of a job's output may end although the job goes on (Ray #57002), so its state decides.
            shown += asyncio.run(_tail(client, job, shown, say))
            info = client.get_job_info(job)
            if info.status.is_terminal():
                _rest(client, job, shown, say)
                break
            time.sleep(1.0)
    except KeyboardInterrupt:
        client.stop_job(job)
        log.warning("the job %s was told to stop; the same command goes on from there", job)
        raise
    if info.driver_exit_code is None or (info.driver_exit_code == 0 and str(info.status) != "SUCCEEDED"):
        log.error("the job ended as %s: %s", info.status, info.message)
        return ExitCode.BROKEN
    code = info.driver_exit_code
    return code if code >= 0 else 128 - code  # ended by a signal: as a shell tells it


def _submit(client: "JobSubmissionClient", entrypoint: str, name: str) -> str:
    """A head that has just started answers before it can take jobs, and says so; nothing was submitted then."""
    until = time.monotonic() + START_S
    while True:
        try:
            return client.submit_job(entrypoint=entrypoint, submission_id=name)
        except RuntimeError as error:
            if "No available agent" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(1.0)


async def _tail(client: "JobSubmissionClient", job: str, skip: int, say: Callable[[str], object]) -> int:
    """Prints the job's output from character ``skip`` on until its stream ends; returns how much was printed."""
    seen = 0
    try:
        async for piece in client.tail_job_logs(job):
            new = piece[max(0, skip - seen) :]
            seen += len(piece)
            if new:
                say(new)
    except RuntimeError as error:
        log.debug("the job's output broke off: %s", error)
    return max(0, seen - skip)


def _rest(client: "JobSubmissionClient", job: str, shown: int, say: Callable[[str], object]) -> None:
    rest = client.get_job_logs(job)[shown:]
    if rest:
        say(rest)
