import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.service.redis_server import RedisServer, redis_server  # noqa: F401 -- a fixture

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@pytest.fixture
def anyio_backend():
    return "asyncio"


def missing(package: str) -> None:
    words = f"these tests need a real server: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def own_user() -> dict[str, str | int]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """A PostgreSQL of our own, without a network port; gives the folder of its socket."""
    found = shutil.which("postgres") or next((str(folder / "postgres") for folder in DEBIAN), None)
    if found is None:
        missing("postgresql")
    programs = Path(found).parent
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # pytest's own folders are closed to other users
    if own_user():
        shutil.chown(folder, "nobody", "nogroup")
    data = folder / "data"
    try:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "tests", "--auth=trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **own_user(),
        )
        settings = {"listen_addresses": "", "unix_socket_directories": folder, "max_connections": 200, "fsync": "off"}
        arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *arguments], stdout=log, stderr=log, cwd=folder, **own_user()
            )
        try:
            asyncio.run(answering(folder, server))
            yield folder
        finally:
            server.send_signal(signal.SIGINT)  # "fast": ends open sessions
            server.wait(30)
    finally:
        shutil.rmtree(folder)


async def answering(folder: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            await execute(folder, "SELECT 1")
            return
        except (OSError, asyncpg.CannotConnectNowError):
            assert server.poll() is None, (folder / "log").read_text()
            await asyncio.sleep(0.1)
    raise AssertionError((folder / "log").read_text())


async def execute(folder: Path, statement: str) -> None:
    connection = await asyncpg.connect(host=str(folder), user="tests", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def postgres_url(postgres_server: Path) -> Iterator[str]:
    """An empty database of the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    asyncio.run(execute(postgres_server, f"CREATE DATABASE {name}"))
    yield f"postgresql://tests@/{name}?host={postgres_server}"
    asyncio.run(execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:  # noqa: F811
    """An empty Redis."""
    return redis_server.url
