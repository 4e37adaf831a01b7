"""The jobs' database: SQLite or PostgreSQL behind one door, its tables brought up to date when it is opened.

Gives transactions; knows the differences between the two, and nothing of what the tables mean.
"""

import asyncio
import fcntl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy import exc as sql_errors
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ray_app.errors import ConfigError, RecipeOcrError
from ray_app.storage.options import DatabaseOptions

MIGRATION_LOCK = 4_870_251_907
"""Name of PostgreSQL's advisory lock under which tables are changed; any number that nobody else uses."""


class DatabaseUnavailable(RecipeOcrError):
    """The database cannot be reached, or did not answer in time; what was under way has changed nothing."""


class Database:
    """An open database; one in each process, shared by its tasks. ``open`` makes it, ``close`` ends it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        # SQLite admits one writer and lets others sleep and try again, up to 0.1 s each time; in line they wait less.
        self._line = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    async def open(cls, options: DatabaseOptions) -> Self:
        """Connects, and brings the tables up to date; any number of processes may do so at once.

        Raises:
            DatabaseUnavailable: it cannot be reached.
            ConfigError: a newer version of this program has changed its tables.
        """
        url = _url(options)
        database = cls(_engine(url, options))
        try:
            with _told():
                async with _alone(url):
                    await database._prepare()
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Gives a connection in a transaction that changes nothing.

        Raises:
            DatabaseUnavailable: it cannot be reached, or is too busy.
        """
        with _told():
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Gives a connection in a transaction, kept when the block ends, undone when it raises.

        Raises:
            DatabaseUnavailable: it cannot be reached, or is too busy.
        """
        with _told():
            async with self._line or nullcontext(), self._engine.connect() as connection:
                await connection.execution_options(writes=True)
                async with connection.begin():
                    yield connection

    async def ping(self) -> float:
        """Returns how long the database took to answer, in seconds.

        Raises:
            DatabaseUnavailable: it did not.
        """
        started = time.monotonic()
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))
        return time.monotonic() - started

    async def close(self) -> None:
        """Closes all connections."""
        await self._engine.dispose()

    async def _prepare(self) -> None:
        if self._engine.dialect.name == "sqlite":
            async with self._engine.connect() as connection:
                # Readers then never wait for a writer; it is a property of the file, set once.
                await connection.run_sync(lambda sync: _cursor(sync, "PRAGMA journal_mode = WAL"))
        async with self.write() as connection:
            if self._engine.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            try:
                await connection.run_sync(upgrade)
            except CommandError as error:
                raise ConfigError(f"the database is of another version of this program: {error}") from None


def upgrade(connection: Connection) -> None:
    """Brings the tables up to date, in the connection's transaction."""
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Returns what Alembic's commands need to work on this connection."""
    config = Config()
    config.set_main_option("script_location", "ray_app.storage:migrations")
    config.attributes["connection"] = connection
    return config


def _url(options: DatabaseOptions) -> URL:
    url = make_url(options.url)
    if url.drivername == "sqlite":
        file = Path(url.database or "").expanduser().absolute()
        return url.set(drivername="sqlite+aiosqlite", database=str(file))
    return url.set(drivername="postgresql+asyncpg")


def _engine(url: URL, options: DatabaseOptions) -> AsyncEngine:
    if url.drivername == "sqlite+aiosqlite":
        engine = create_async_engine(url, connect_args={"timeout": options.busy_timeout_s})
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    return create_async_engine(
        url,
        pool_size=options.pool_size,
        max_overflow=options.max_overflow,
        pool_timeout=options.pool_timeout_s,
        pool_pre_ping=options.pool_pre_ping,
        pool_recycle=options.pool_recycle_s,
        connect_args={
            "timeout": options.pool_timeout_s,
            # A process that stops in the middle of a transaction must not hold others up for ever.
            "server_settings": {"idle_in_transaction_session_timeout": "60000", "jit": "off"},
        },
    )


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's connection, adapted
    connection.isolation_level = None  # the driver would begin transactions at moments of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # A killed process loses nothing; a power cut may take the last transactions, never the file.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and then writes would fail, not wait, when another wrote in between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _cursor(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


@asynccontextmanager
async def _alone(url: URL) -> AsyncIterator[None]:
    """One process at a time opens a file; PostgreSQL keeps order by itself."""
    if url.drivername != "sqlite+aiosqlite":
        yield
        return
    file = Path(str(url.database))
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_name(f"{file.name}.lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sql_errors.IntegrityError, sql_errors.ProgrammingError, sql_errors.DataError):
        raise  # what was asked is wrong, not whom it was asked of
    except (OSError, sql_errors.DBAPIError, sql_errors.TimeoutError) as error:
        raise DatabaseUnavailable(f"the database does not answer: {getattr(error, 'orig', None) or error}") from error
