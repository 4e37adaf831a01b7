import logging
import stat
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from starlette.datastructures import Headers

from ray_app.errors import ConfigError
from ray_app.serving.auth import LOOK_S, ApiKeys, Caller, KeyRecord, add_to_file, check_allowed, new_key, require
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.security_options import SecurityOptions


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "keys.yaml"


@pytest.fixture
def add(path):
    def add(name, *scopes, expires=None):
        key, record = new_key(name, frozenset(scopes or {"user"}), expires)
        add_to_file(path, record)
        return key

    return add


def ask(keys, **headers):
    return keys.caller(Headers({name.replace("_", "-"): value for name, value in headers.items()}))


def refused(keys, **headers):
    with pytest.raises(Problem) as caught:
        ask(keys, **headers)
    assert caught.value.code is ServiceCode.UNAUTHORIZED
    assert caught.value.headers == {"WWW-Authenticate": "Bearer"}
    return str(caught.value)


def test_a_key_is_taken_from_either_header(path, add):
    add("bob")
    key = add("ann", "admin")
    keys, ann = ApiKeys(path), Caller(name="ann", scopes=frozenset({"admin"}))

    assert ask(keys, X_API_Key=key) == ann
    assert ask(keys, Authorization=f"bearer {key}") == ann
    assert ask(keys, Authorization=f"Bearer {key}", X_API_Key=key) == ann
    assert ask(keys, Authorization="Basic YTpi", X_API_Key=key) == ann  # a proxy's own password


def test_what_is_no_valid_key_is_refused(path, add):
    key = add("ann")
    keys = ApiKeys(path)

    assert refused(keys) == refused(keys, Authorization="Basic YTpi") == "this needs an API key"
    for wrong in (key[:-1], key + "x", key.upper(), "schlüssel", yaml.safe_load(path.read_text())[0]["sha256"]):
        assert refused(keys, X_API_Key=wrong) == "this key is not valid"
    assert "different keys" in refused(keys, X_API_Key=key, Authorization=f"Bearer {key}x")


def test_a_key_ends_when_it_says(path, add):
    now = datetime.now(UTC)
    old, new = add("ann", expires=now - timedelta(seconds=1)), add("ann", expires=now + timedelta(hours=1))
    keys = ApiKeys(path)

    assert "expired" in refused(keys, X_API_Key=old)
    assert ask(keys, X_API_Key=new).name == "ann"


def test_without_keys_everybody_is_an_admin(path):
    keys = ApiKeys.load(SecurityOptions(auth="off", keys_file=path))

    caller = ask(keys)

    assert caller.name is None
    require(caller, "user")
    require(caller, "admin")


def test_an_admin_may_what_a_user_may_and_not_the_other_way_round():
    user, admin = (Caller(name="ann", scopes=frozenset({scope})) for scope in ("user", "admin"))

    require(admin, "user")
    require(user, "user")
    with pytest.raises(Problem, match="scope admin") as caught:
        require(user, "admin")
    assert caught.value.code is ServiceCode.FORBIDDEN


def test_a_changed_file_is_read_again_at_most_once_a_second(path, add, clock):
    old = add("ann")
    keys = ApiKeys(path, clock)
    path.unlink()
    new = add("bob")

    assert ask(keys, X_API_Key=old).name == "ann"
    clock.now += LOOK_S
    assert ask(keys, X_API_Key=new).name == "bob"
    refused(keys, X_API_Key=old)


@pytest.mark.parametrize("text", ["- name: [", "- name: ann", "keys", "", None])
def test_a_broken_file_leaves_the_keys_and_is_told_once(path, add, clock, caplog, text):
    key = add("ann")
    keys = ApiKeys(path, clock)
    path.unlink() if text is None else path.write_text(text)

    for _ in range(3):
        clock.now += LOOK_S
        assert ask(keys, X_API_Key=key).name == "ann"
    assert [record.levelno for record in caplog.records] == [logging.ERROR]

    path.write_text("[]")
    clock.now += LOOK_S
    refused(keys, X_API_Key=key)


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ({"name": "10.0.0.1"}, "0.name"),  # or this key would be counted with an address
        ({"name": "a/b"}, "0.name"),
        ({"scopes": []}, "0.scopes"),
        ({"scopes": ["root"]}, "0.scopes"),
        ({"sha256": "secret"}, "0.sha256"),
        ({"created": "2026-01-01T00:00:00"}, "0.created"),
        ({"key": "secret"}, "0.key"),
    ],
)
def test_a_file_that_is_wrong_is_refused_without_telling_what_stands_in_it(path, add, entry, where):
    add("ann")
    (good,) = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump([good | entry]))

    with pytest.raises(ConfigError, match=where) as caught:
        ApiKeys(path)
    assert "secret" not in str(caught.value)


def test_bad_yaml_is_told_by_line_only(path, add):
    add("ann")
    path.write_text(path.read_text() + "secret: [\n")

    with pytest.raises(ConfigError, match=r"no YAML \(line \d+\)") as caught:
        ApiKeys(path)
    assert "secret" not in str(caught.value)


def test_keys_are_needed_and_there_is_no_file(path):
    with pytest.raises(ConfigError, match="No such file"):
        ApiKeys.load(SecurityOptions(keys_file=path))


def test_the_file_is_for_its_owner_only_and_holds_no_key(path, add):
    key = add("ann")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key not in path.read_text()
    assert [one.name for one in path.parent.iterdir()] == ["keys.yaml"]


def test_adding_a_key_keeps_what_stands_in_the_file(path, add):
    first = add("ann", "user", "admin")
    path.write_text(f"# by hand\n{path.read_text().rstrip()}")
    second = add("bob")
    keys = ApiKeys(path)

    assert path.read_text().startswith("# by hand\n- name: ann\n  scopes:\n  - admin\n  - user\n")
    assert (ask(keys, X_API_Key=first).name, ask(keys, X_API_Key=second).name) == ("ann", "bob")


@pytest.mark.parametrize("text", ["- name: [", "{}: 1", "- {}", "[]"])
def test_nothing_is_added_to_a_broken_file(path, text):
    path.parent.mkdir()
    path.write_text(text)

    with pytest.raises(ConfigError):
        add_to_file(path, new_key("ann")[1])
    assert path.read_text() == text


def test_nothing_is_added_to_a_list_of_another_style(path, add):
    add("ann")
    text = yaml.safe_dump(yaml.safe_load(path.read_text()), default_flow_style=True)
    path.write_text(text)

    with pytest.raises(ConfigError, match="takes a list with `- ` before each"):
        add("bob")
    assert path.read_text() == text


def test_a_link_to_the_file_stays_one(path, tmp_path, add):
    add("ann")
    link = tmp_path / "link.yaml"
    link.symlink_to(path)

    add_to_file(link, new_key("bob")[1])

    assert link.is_symlink()
    assert [one["name"] for one in yaml.safe_load(path.read_text())] == ["ann", "bob"]


def test_a_folder_that_cannot_be_made_is_a_wrong_setting(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="cannot be"):
        add_to_file(tmp_path / "file" / "keys.yaml", new_key("ann")[1])


def test_keys_are_long_and_never_alike():
    made = {new_key("ann")[0] for _ in range(100)}

    assert len(made) == 100
    assert all(len(key) == len("rocr_") + 43 for key in made)  # 256 bits in base64


def test_a_new_key_needs_a_name_that_can_be_one():
    with pytest.raises(ConfigError, match="name"):
        new_key("a b")


def test_a_record_does_not_show_its_digest():
    record = new_key("ann")[1]

    assert isinstance(record, KeyRecord)
    assert record.sha256 not in repr(record)


def test_production_is_open_only_where_that_is_said_aloud():
    off = SecurityOptions(auth="off")

    with pytest.raises(ConfigError, match="i_know_this_is_open"):
        check_allowed("production", off)
    check_allowed("development", off)
    check_allowed("production", SecurityOptions())
    check_allowed("production", off.model_copy(update={"i_know_this_is_open": True}))
