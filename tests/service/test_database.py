import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable

from ray_app.errors import ConfigError
from ray_app.storage.database import Database, DatabaseUnavailable, alembic_config
from ray_app.storage.jobs import JobStore, list_query
from ray_app.storage.jobs_values import JobQuery, JobStatus, Viewer
from ray_app.storage.options import DatabaseOptions
from ray_app.storage.tables import jobs, metadata

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ANN = Viewer(owner="owner7")
NOBODY = Viewer(owner=None)
ADMIN = Viewer(owner=None, admin=True)

OPENS = """
import asyncio, sys
from ray_app.storage.database import Database
from ray_app.storage.options import DatabaseOptions
async def main():
    database = await Database.open(DatabaseOptions(url=sys.argv[1]))
    print(await database.ping())
    await database.close()
asyncio.run(main())
"""


@pytest.fixture
async def database(database_url):
    database = await Database.open(DatabaseOptions(url=database_url))
    yield database
    await database.close()


def test_several_processes_may_open_an_empty_database_at_once(database_url):
    opening = [
        subprocess.Popen([sys.executable, "-c", OPENS, database_url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    complaints = [process.communicate(timeout=60)[1] for process in opening]

    assert [process.returncode for process in opening] == [0, 0, 0], complaints


async def test_migrations_make_what_the_tables_say(database):
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.check(alembic_config(sync)))
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())

    assert set(names) == set(metadata.tables) | {"alembic_version"}


async def test_migrations_can_be_undone_and_done_again(database):
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == ["alembic_version"]
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))
        await connection.run_sync(lambda sync: command.check(alembic_config(sync)))


async def test_a_newer_programs_database_is_refused(database, database_url):
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(ConfigError, match="9999"):
        await Database.open(DatabaseOptions(url=database_url))


async def test_a_transaction_that_raises_changes_nothing(database):
    async def break_off():
        async with database.write() as connection:
            await connection.execute(text("DELETE FROM alembic_version"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    async with database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


async def test_writers_at_once_take_turns(database, database_url):
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (0)"))

    async def add():
        async with database.write() as connection:
            n = await connection.scalar(text(f"SELECT n FROM counter {lock}"))
            await connection.execute(text(f"UPDATE counter SET n = {n + 1}"))

    lock = "FOR UPDATE" if database_url.startswith("postgresql") else ""  # SQLite's writers hold the whole file
    await asyncio.gather(*(add() for _ in range(20)))

    async with database.read() as connection:
        assert await connection.scalar(text("SELECT n FROM counter")) == 20


async def test_readers_do_not_wait_for_a_writer(database):
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM jobs"))
        async with asyncio.timeout(5):
            assert (await JobStore(database).list(JobQuery(viewer=ADMIN))).jobs == ()


async def test_tasks_that_are_cancelled_leave_no_lock_and_no_half_transaction(database):
    async def add(n):
        async with database.write() as connection:
            await connection.execute(text(f"INSERT INTO pairs VALUES ({n})"))
            await connection.execute(text(f"INSERT INTO pairs VALUES ({n})"))

    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE pairs (n INTEGER)"))
    for delay_ms in range(0, 30):
        task = asyncio.create_task(add(delay_ms))
        await asyncio.sleep(delay_ms / 5000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5):
            await add(100 + delay_ms)

    async with database.read() as connection:
        rows = await connection.execute(text("SELECT n, count(*) FROM pairs GROUP BY n"))
        counts = {n: count for n, count in rows}
    assert set(counts.values()) == {2}
    assert set(range(100, 130)) <= set(counts)


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/none/jobs.db"])
async def test_a_database_that_is_not_there_is_told(url):
    with pytest.raises(DatabaseUnavailable):
        await Database.open(DatabaseOptions(url=url))


async def test_a_wrong_user_is_told(postgres_url):
    with pytest.raises(DatabaseUnavailable, match="stranger"):
        await Database.open(DatabaseOptions(url=postgres_url.replace("tests@", "stranger@")))


async def test_a_lost_connection_is_told_once_and_then_replaced(postgres_url):
    database = await Database.open(DatabaseOptions(url=postgres_url))
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    other = await Database.open(DatabaseOptions(url=postgres_url))

    async def lose_it():
        async with database.write() as connection:
            async with other.read() as ending:
                await ending.execute(text(end_all))
            await connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        await lose_it()
    assert await database.ping() < 5
    await database.close()
    await other.close()


async def test_a_full_pool_is_told(postgres_url):
    database = await Database.open(DatabaseOptions(url=postgres_url, pool_size=1, max_overflow=0, pool_timeout_s=0.1))
    async with database.read():
        with pytest.raises(DatabaseUnavailable, match="QueuePool"):
            await database.ping()
    await database.close()


async def test_a_file_that_another_process_holds_is_told(tmp_path):
    url = f"sqlite:///{tmp_path}/jobs.db"
    one = await Database.open(DatabaseOptions(url=url))
    other = await Database.open(DatabaseOptions(url=url, busy_timeout_s=0.1))
    async with one.write():
        with pytest.raises(DatabaseUnavailable, match="locked"):
            async with other.write():
                raise AssertionError
    await one.close()
    await other.close()


@pytest.fixture
async def full(database):
    """20,000 jobs of two months, fifty owners and nobody, nearly all over."""
    statuses = [JobStatus.COMPLETED] * 17 + [JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.RUNNING]
    fresh = dict(
        kind="process", name="x", priority=0, max_concurrent=1, settings={}, total=1, ok=1, failed=0, cancelled=0
    )
    rows = [
        fresh
        | {
            "id": f"{n:032x}",
            "owner": f"owner{n % 51}" if n % 51 else None,
            "status": statuses[n * 7 % 20],
            "created_at": NOW - timedelta(minutes=4.3 * n),
        }
        for n in range(20_000)
    ]
    async with database.write() as connection:
        await connection.execute(jobs.insert(), rows)
        await connection.execute(text("ANALYZE"))
    return database


class Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement):
        self.statement = statement


@compiles(Explain)
def _explain(element, compiler, **options):
    words = "EXPLAIN QUERY PLAN" if compiler.dialect.name == "sqlite" else "EXPLAIN"
    return f"{words} {compiler.process(element.statement, **options)}"


async def plan(database, query) -> str:
    async with database.read() as connection:
        rows = (await connection.execute(Explain(list_query(query)))).all()
    return "\n".join(str(row[-1]) for row in rows)


async def test_lists_of_jobs_are_index_scans(full):
    last = (await JobStore(full).list(JobQuery(viewer=ANN, limit=10))).next
    week = NOW - timedelta(days=7)
    queries = {
        "mine": JobQuery(viewer=ANN),
        "mine, further": JobQuery(viewer=ANN, cursor=last),
        "nobody's": JobQuery(viewer=NOBODY),
        "mine by status": JobQuery(viewer=ANN, status=JobStatus.FAILED),
        "mine by status, further": JobQuery(viewer=ANN, status=JobStatus.FAILED, cursor=last),
        "all": JobQuery(viewer=ADMIN),
        "all by status": JobQuery(viewer=ADMIN, status=JobStatus.RUNNING),
        "the last seven days by status": JobQuery(viewer=ADMIN, status=JobStatus.FAILED, created_from=week),
    }

    plans = {name: await plan(full, query) for name, query in queries.items()}

    for name, found in plans.items():
        assert "USING INDEX" in found or "Index Scan" in found, (name, found)
        assert "TEMP B-TREE" not in found, (name, found)
        assert "Seq Scan" not in found, (name, found)
    for name in ("mine", "mine, further", "nobody's", "all"):
        assert "Sort" not in plans[name], (name, plans[name])  # PostgreSQL may sort the few that a status leaves
