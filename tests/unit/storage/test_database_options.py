import pytest
from pydantic import ValidationError

from ray_app.storage.options import DatabaseOptions


@pytest.mark.parametrize("url", ["sqlite:///jobs.db", "sqlite:////var/jobs.db", "postgresql://me:word@host:5432/jobs"])
def test_files_and_postgresql_are_taken(url):
    assert DatabaseOptions(url=url).url == url


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///:memory:", "mysql://host/jobs", "postgresql+psycopg://host/jobs", "jobs.db"]
)
def test_other_databases_are_refused(url):
    with pytest.raises(ValidationError):
        DatabaseOptions(url=url)


def test_a_password_is_not_shown():
    assert "hunter2" not in repr(DatabaseOptions(url="postgresql://me:hunter2@host/jobs"))
