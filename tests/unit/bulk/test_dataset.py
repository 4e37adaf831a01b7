import pytest

from ray_app.bulk import dataset
from ray_app.bulk.manifest import ROWS
from ray_app.bulk.places import Place
from ray_app.bulk.rows import to_table
from ray_app.bulk.summary import balance
from ray_app.errors import LedgerUnbalanced


def rows(**statuses):
    return [{"image_id": name, "path": f"/{name}", "page": 1, "status": status} for name, status in statuses.items()]


def stage(attempt, name, table, commit="X.parquet"):
    for folder in ("rows", "checkpoint"):
        (attempt / folder).make_folder()
    (attempt / "rows" / f"{name}-0.parquet").write_rows(table)
    (attempt / "checkpoint" / commit.replace("X", name)).write(b"")


def content(out):
    table = dataset.index(out)
    ids = table.column("image_id").to_pylist()
    assert len(set(ids)) == len(ids)
    return dict(zip(ids, table.column("status").to_pylist(), strict=True))


@pytest.fixture
def out(tmp_path):
    return Place.at(str(tmp_path))


def test_committed_rows_arrive_and_uncommitted_ones_do_not(out):
    attempts = out / "_run" / "attempts"
    stage(attempts / "one", "a", to_table(rows(x="ok")))
    stage(attempts / "one", "b", to_table(rows(y="ok")), commit="X.pending.parquet")
    assert dataset.recover(out, attempts, 10) == 1
    assert content(out) == {"x": "ok"}
    assert attempts.folders() == []


def test_small_files_become_large_ones(out):
    attempts = out / "_run" / "attempts"
    for name in "abcd":
        stage(attempts / "one", name, to_table(rows(**{f"{name}{number}": "ok" for number in range(3)})))
    dataset.recover(out, attempts, 6)
    assert [dataset.row_count(part) for part in dataset.parts(out)] == [6, 6]


def test_a_row_read_again_takes_the_old_ones_place(out):
    attempts = out / "_run" / "attempts"
    stage(attempts / "one", "a", to_table(rows(x="failed", y="ok")))
    dataset.recover(out, attempts, 10)
    stage(attempts / "two", "b", to_table(rows(x="ok", z="ok")))
    dataset.recover(out, attempts, 10)
    assert content(out) == {"x": "ok", "y": "ok", "z": "ok"}


class Killed(Exception):
    pass


@pytest.mark.parametrize("moment", range(12))
def test_publishing_may_be_cut_off_anywhere(out, monkeypatch, moment):
    attempts = out / "_run" / "attempts"
    stage(attempts / "one", "a", to_table(rows(x="failed", y="failed", v="ok")))
    dataset.recover(out, attempts, 10)
    stage(attempts / "two", "b", to_table(rows(x="ok", z="ok")))
    stage(attempts / "two", "c", to_table(rows(y="ok", w="ok")))
    steps = iter(range(100))

    def cut(function):
        def cutting(*arguments):
            if next(steps) == moment:
                raise Killed
            return function(*arguments)

        return cutting

    with monkeypatch.context() as patch:
        patch.setattr(Place, "write_rows", cut(Place.write_rows))
        patch.setattr(Place, "remove", cut(Place.remove))
        patch.setattr(Place, "move_to", cut(Place.move_to))
        try:
            dataset.recover(out, attempts, 3)
        except Killed:
            assert set(content(out)) >= {"x", "y", "v"}
    dataset.recover(out, attempts, 3)
    assert content(out) == {"x": "ok", "y": "ok", "z": "ok", "w": "ok", "v": "ok"}


def manifest(**statuses):
    return to_table(rows(**statuses)).select(["image_id", "path", "page", "status"])


def test_what_has_a_row_is_not_to_do_unless_it_failed_and_is_retried(out):
    (out / "part.parquet").write_rows(to_table(rows(x="ok", y="failed")))
    wanted, done = manifest(x="pending", y="pending", z="pending"), dataset.index(out)
    assert dataset.todo(wanted, done, retry_failed=False).column("image_id").to_pylist() == ["z"]
    assert dataset.todo(wanted, done, retry_failed=True).column("image_id").to_pylist() == ["y", "z"]


def test_a_balanced_ledger_passes_and_an_unbalanced_one_is_loud(out):
    wanted = manifest(x="pending", y="pending")
    (out / "part.parquet").write_rows(to_table(rows(x="ok", y="failed")))
    assert balance(out, wanted).num_rows == 2
    (out / "part.parquet").write_rows(to_table(rows(x="ok")))
    with pytest.raises(LedgerUnbalanced, match="1 without a row, such as /y"):
        balance(out, wanted)
    (out / "more.parquet").write_rows(to_table(rows(x="ok", y="odd", q="ok")))
    with pytest.raises(LedgerUnbalanced, match=r"1 rows of no input.*1 rows that repeat an id.*odd"):
        balance(out, wanted)


def test_rows_of_no_input_are_pruned(out):
    (out / "a.parquet").write_rows(to_table(rows(x="ok", y="ok")))
    (out / "b.parquet").write_rows(to_table(rows(z="ok")))
    dataset.prune(out, manifest(x="pending"))
    assert content(out) == {"x": "ok"}
    assert len(dataset.parts(out)) == 1


def test_failures_are_listed_by_path_and_page(out):
    table = [
        row | {"error_code": "c", "error_message": "m", "error_advice": "a"} for row in rows(z="failed", b="failed")
    ]
    (out / "a.parquet").write_rows(to_table([*table, *rows(k="ok")]))
    assert [failure["path"] for failure in dataset.failures(out)] == ["/b", "/z"]
    assert dataset.failures(out)[0]["code"] == "c"


def test_the_manifests_decided_rows_fit_the_schema():
    assert set(ROWS.names) <= set(to_table([]).column_names)
