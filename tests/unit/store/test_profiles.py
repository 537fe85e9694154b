"""Connections on disk: written by hand or by the program, never overwritten when not understood."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.failure_rules import MEANINGS, FailureRules, OwnWords
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.profile import (
    ConnectionProfile,
    Environment,
    Mechanism,
    Queue,
    RegistrySignIn,
    Security,
)
from kmp_desktop.store import profile_format
from kmp_desktop.store.profiles import JsonProfiles
from tests.unit.store.modes import POSIX, readable_by_others

ORDERS = Queue("orders", "Orders", "orders.dlq", "orders.retry", "kmp-orders.dlq", "Canceled orders")
SHOP = ConnectionProfile(
    id="shop",
    name="Shop “Nord”",
    servers="kafka-1:9092,kafka-2:9092",
    environment=Environment.PRODUCTION,
    security=Security.SASL_SSL,
    mechanism=Mechanism.PLAIN,
    user="clerk",
    ca_file="/etc/ssl/shop.pem",
    registry_url="https://registry.example.org/apis",
    registry_user="reader",
    person="Order desk",
    confirm_discards_from=0,
    ca_pem="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    certificate_file="/home/clerk/clerk.pem",
    key_file="/home/clerk/clerk.key",
    token_url="https://sign-in.example.org/token",
    token_scope="kafka",
    aws_region="eu-central-1",
    registry_sign_in=RegistrySignIn.OAUTH,
    registry_token_url="https://sign-in.example.org/token",
    registry_scope="registry",
    read_only=True,
    queues=(ORDERS, replace(ORDERS, id="returns", queue_topic="returns.dlq", description="")),
    settings=(("socket.keepalive.enable", "true"),),
)
PLAIN = ConnectionProfile(id="plain", name="Plain", servers="localhost:9092")
HAND_WRITTEN = Path(__file__).parents[3] / "docs" / "profile-format.md"
_SAVE = """
import sys
from pathlib import Path
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.store.profiles import JsonProfiles
for number in range(25):
    name = f"{sys.argv[2]}-{number}"
    JsonProfiles(Path(sys.argv[1])).save(ConnectionProfile(id=name, name=name, servers="h:1"))
"""


def _document(**changes: Any) -> dict[str, Any]:
    connection: dict[str, Any] = {"id": "shop", "name": "Shop", "servers": "kafka:9092"}
    return {
        "format": "kmp-desktop connections",
        "version": 1,
        "connections": [connection | changes],
    }


def _queue(**changes: Any) -> dict[str, Any]:
    return {"id": "orders", "name": "Orders", "queue_topic": "orders.dlq"} | changes


def _written(folder: Path, document: object) -> Path:
    file = folder / "connections.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def _why(folder: Path) -> str:
    with pytest.raises(UserFacingError) as told:
        JsonProfiles(folder).all()
    assert ErrorCode.PROFILE == told.value.code
    assert "This profile file cannot be used." == str(told.value.happened)
    return str(told.value.more)


def test_there_are_no_connections_at_first(tmp_path: Path) -> None:
    assert () == JsonProfiles(tmp_path / "config").all()


def test_connections_come_back_in_their_order(tmp_path: Path) -> None:
    store = JsonProfiles(tmp_path / "config")
    store.save(SHOP)
    store.save(PLAIN)
    assert (SHOP, PLAIN) == JsonProfiles(tmp_path / "config").all()


def test_saving_again_replaces_in_place_and_deleting_removes(tmp_path: Path) -> None:
    store = JsonProfiles(tmp_path)
    store.save(SHOP)
    store.save(PLAIN)
    store.save(replace(SHOP, name="Other"))
    assert ["Other", "Plain"] == [each.name for each in store.all()]
    store.delete("shop")
    store.delete("shop")
    assert (PLAIN,) == store.all()


one_line = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1).filter(
    lambda each: each == each.strip() and each
)
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
topics = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,248}", fullmatch=True)

names = one_line.map(lambda each: each.replace(".", "").strip()).filter(bool)


@given(
    st.lists(
        st.builds(
            ConnectionProfile,
            id=ids,
            name=one_line,
            servers=st.just("h:1"),
            environment=st.sampled_from(Environment),
            security=st.sampled_from(Security),
            mechanism=st.sampled_from(Mechanism),
            user=one_line | st.just(""),
            person=one_line | st.just(""),
            confirm_discards_from=st.integers(0, 10**6),
            failures=st.builds(
                FailureRules,
                st.dictionaries(one_line, st.sampled_from(sorted(MEANINGS)), max_size=3).map(
                    lambda headers: tuple(headers.items())
                ),
                st.lists(st.builds(OwnWords, one_line, one_line), max_size=3).map(tuple),
            ),
            backup_days=st.integers(0, 10**4),
            queues=st.lists(
                st.builds(
                    Queue,
                    *(ids, one_line, topics, topics | st.just(""), one_line),
                    columns=st.lists(
                        st.builds(
                            PayloadColumn,
                            st.lists(names, min_size=1, max_size=4).map(tuple),
                            one_line | st.just(""),
                        ),
                        max_size=2,
                    ).map(tuple),
                ),
                unique_by=lambda each: each.id,
                max_size=3,
            ).map(tuple),
        ),
        unique_by=lambda each: each.id,
        max_size=3,
    ).map(tuple)
)
def test_every_connection_survives_being_written_down(profiles: tuple[ConnectionProfile, ...]) -> None:
    assert profiles == profile_format.read(profile_format.write(profiles))


def test_the_example_of_the_documentation_opens(tmp_path: Path) -> None:
    example = HAND_WRITTEN.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    (tmp_path / "connections.json").write_text(example, encoding="utf-8")
    (shop, plain) = JsonProfiles(tmp_path).all()
    assert ("shop-test", 2, "kmp-orders.dlq") == (shop.id, len(shop.queues), shop.queues[0].group)
    assert (Security.PLAINTEXT, Environment.DEVELOPMENT) == (plain.security, plain.environment)


def test_the_documentation_names_every_field() -> None:
    described = HAND_WRITTEN.read_text(encoding="utf-8")
    fields = json.loads(profile_format.write((SHOP,)))["connections"][0]
    missing = [each for each in (*fields, *fields["queues"][0]) if f"`{each}`" not in described]
    assert [] == missing


def test_a_short_hand_written_connection_gets_the_usual_values(tmp_path: Path) -> None:
    _written(tmp_path, _document(queues=[_queue()]))
    (shop,) = JsonProfiles(tmp_path).all()
    expected = ConnectionProfile(
        "shop", "Shop", "kafka:9092", queues=(Queue("orders", "Orders", "orders.dlq", "", "kmp-orders.dlq"),)
    )
    assert expected == shop


def test_a_file_with_a_byte_order_mark_opens(tmp_path: Path) -> None:
    (tmp_path / "connections.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(_document()).encode())
    assert 1 == len(JsonProfiles(tmp_path).all())


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (_document(name=None), "“connections[1].name”: is missing"),
        (_document(name=7), "“connections[1].name”: expected text in quotes"),
        (_document(name="a\nb"), "“connections[1].name”: expected text in quotes, on one line"),
        (_document(name=" "), "“connections[1].name”: must not be empty"),
        (_document(id="a/b"), "“connections[1].id”: expected up to 64 letters"),
        (_document(servers="kafka"), "“connections[1].servers”: expected “host:port”"),
        (_document(environment="prod"), '“connections[1].environment”: expected one of "production", "test"'),
        (_document(security=["SSL"]), '“connections[1].security”: expected one of "PLAINTEXT", "SSL"'),
        (
            _document(confirm_discards_from="10"),
            "“connections[1].confirm_discards_from”: expected a whole number",
        ),
        (
            _document(confirm_discards_from=True),
            "“connections[1].confirm_discards_from”: expected a whole number",
        ),
        (_document(registry_url="https://u:p@host"), "“connections[1].registry_url”: expected an address"),
        (_document(registry="x"), "“connections[1].registry”: is not known here; known are id, name"),
        (_document(password="x"), "“connections[1].password”: secrets do not belong into this file"),
        (
            _document(settings={"sasl.password": "x"}),
            "“connections[1].settings.sasl.password”: secrets do not",
        ),
        (
            _document(settings={"a": None}),
            "“connections[1].settings.a”: expected text, a number, true or false",
        ),
        (
            _document(failure_headers={"x-why": "reason"}),
            "“connections[1].failure_headers.x-why”: expected one of",
        ),
        (_document(failure_words=[{"words": "x"}]), "“connections[1].failure_words[1].contains”: is missing"),
        (_document(settings=[]), "“connections[1].settings”: expected an object, in braces"),
        (_document(queues={}), "“connections[1].queues”: expected a list, in brackets"),
        (_document(queues=["x"]), "“connections[1].queues[1]”: expected an object, in braces"),
        (_document(queues=[_queue(), _queue()]), "“connections[1].queues[2].id”: “orders” is used twice"),
        (
            _document(queues=[_queue(queue_topic="a b")]),
            "“connections[1].queues[1].queue_topic”: expected a topic",
        ),
        (
            _document(queues=[_queue(columns=[{"field": "a..b"}])]),
            "“connections[1].queues[1].columns[1].field”: expected names of fields",
        ),
        (
            _document(queues=[_queue(columns=[{"field": "a"}] * 3)]),
            "“connections[1].queues[1].columns”: expected at most 2 columns",
        ),
        (_document(queues=[_queue(topic="x")]), "“connections[1].queues[1].topic”: is not known here"),
        (_document() | {"connections": [{"id": "a"}, 5]}, "“connections[1].name”: is missing"),
        (_document() | {"version": "1"}, "“version”: expected 3"),
        (_document() | {"version": True}, "“version”: expected 3"),
        ({"connections": []}, 'It does not begin with "format"'),
        ([], 'It does not begin with "format"'),
    ],
)
def test_a_mistake_is_told_by_place_and_expectation_and_the_file_stays(
    tmp_path: Path, document: object, why: str
) -> None:
    file = _written(tmp_path, document)
    before = file.read_bytes()
    assert _why(tmp_path).startswith(why)
    with pytest.raises(UserFacingError):
        JsonProfiles(tmp_path).save(SHOP)
    with pytest.raises(UserFacingError):
        JsonProfiles(tmp_path).delete("shop")
    assert before == file.read_bytes()


def test_a_key_written_twice_is_told(tmp_path: Path) -> None:
    text = json.dumps(_document()).replace('"name": "Shop"', '"name": "Shop", "name": "Other"')
    (tmp_path / "connections.json").write_text(text, encoding="utf-8")
    assert "“name” is written twice in the same place." == _why(tmp_path)


def test_the_error_never_quotes_a_password_that_was_written_into_the_file(tmp_path: Path) -> None:
    _written(tmp_path, _document(settings={"sasl.jaas.config": 'password="hunter2"'}))
    with pytest.raises(UserFacingError) as told:
        JsonProfiles(tmp_path).all()
    parts = (
        told.value.happened,
        told.value.more,
        told.value.unchanged,
        told.value.advice,
        told.value.details,
    )
    assert "hunter2" not in " ".join(str(each) for each in parts)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "It is not JSON from line 1, character 1 on."),
        (b"\0" * 40, "It is not JSON from line 1, character 1 on."),
        (b'{\n"format": "kmp-desktop connections", "vers', "It is not JSON from line 2, character 38 on."),
        (b'{"a": "\\q"}', "It is not JSON from line 1, character 8 on."),
        (b"{}\xff", "It is no text: what begins at byte 3 is not UTF-8."),
        (b"[" * 100_000, "Its brackets are nested too deeply."),
    ],
)
def test_a_damaged_file_is_put_aside_and_told_once(tmp_path: Path, content: bytes, where: str) -> None:
    (tmp_path / "connections.json").write_bytes(content)
    assert f"It is damaged. {where}" == _why(tmp_path)
    store = JsonProfiles(tmp_path)
    assert () == store.all()
    store.save(PLAIN)
    assert content == (tmp_path / "connections.damaged.json").read_bytes()
    assert (PLAIN,) == store.all()


def test_saving_over_a_damaged_file_is_refused_first(tmp_path: Path) -> None:
    (tmp_path / "connections.json").write_bytes(b"{")
    with pytest.raises(UserFacingError):
        JsonProfiles(tmp_path).save(PLAIN)
    assert b"{" == (tmp_path / "connections.damaged.json").read_bytes()


def test_a_newer_file_is_told_every_time_and_never_touched(tmp_path: Path) -> None:
    file = _written(tmp_path, _document() | {"version": 4, "something": "new"})
    before = file.read_bytes()
    assert ["It was made for a newer version."] * 2 == [_why(tmp_path), _why(tmp_path)]
    with pytest.raises(UserFacingError):
        JsonProfiles(tmp_path).save(SHOP)
    assert (before, [file.name]) == (
        file.read_bytes(),
        [each.name for each in tmp_path.iterdir() if not each.name.startswith(".")],
    )


def test_what_could_not_be_read_again_is_not_saved(tmp_path: Path) -> None:
    store = JsonProfiles(tmp_path)
    store.save(PLAIN)
    with pytest.raises(UserFacingError) as told:
        store.save(replace(SHOP, servers="no port"))
    assert (ErrorCode.PROFILE, "This connection cannot be saved.") == (
        told.value.code,
        str(told.value.happened),
    )
    assert (PLAIN,) == store.all()


def test_older_files_are_brought_up_step_by_step() -> None:
    def to_2(document: dict[str, Any]) -> dict[str, Any]:
        return document | {"connections": document["clusters"]}

    def to_3(document: dict[str, Any]) -> dict[str, Any]:
        renamed = [{**each, "servers": f"{each['host']}:9092"} for each in document["connections"]]
        kept = [{name: value for name, value in each.items() if name != "host"} for each in renamed]
        return {"format": document["format"], "connections": kept}

    old = {
        "format": "kmp-desktop connections",
        "version": 1,
        "clusters": [{"id": "shop", "name": "Shop", "host": "kafka"}],
    }
    (shop,) = profile_format.read(json.dumps(old).encode(), 3, {1: to_2, 2: to_3})
    assert ConnectionProfile("shop", "Shop", "kafka:9092") == shop


def test_a_file_of_version_1_loads_and_is_kept_when_something_is_saved(tmp_path: Path) -> None:
    file = _written(tmp_path, _document())
    before = file.read_bytes()
    store = JsonProfiles(tmp_path)

    (shop,) = store.all()
    store.save(replace(shop, read_only=True))

    assert ConnectionProfile("shop", "Shop", "kafka:9092") == shop
    assert before == (tmp_path / "connections.version-1.json").read_bytes()
    assert (replace(shop, read_only=True),) == store.all()


@pytest.mark.parametrize("pem", ["x", "-----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----ä"])
def test_a_key_never_comes_in_with_pasted_certificates(tmp_path: Path, pem: str) -> None:
    _written(tmp_path, _document(ca_pem=pem))
    assert _why(tmp_path).startswith("“connections[1].ca_pem”: expected certificates")


def test_two_windows_saving_at_once_lose_nothing(tmp_path: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", _SAVE, str(tmp_path), each]) for each in "ab"]
    assert [0, 0] == [each.wait() for each in started]
    assert 50 == len(JsonProfiles(tmp_path).all())


def test_a_file_handed_over_is_read_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "handed over.json"
    file.write_bytes(profile_format.write((SHOP, PLAIN)))
    store = JsonProfiles(tmp_path / "config")
    assert (SHOP, PLAIN) == store.read_file(str(file))
    assert () == store.all()


@pytest.mark.parametrize("content", [b"{", b"\0\1\2", b"\xff", json.dumps(_document(id=5)).encode()])
def test_a_wrong_file_handed_over_is_told_and_stays(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "handed over.json"
    file.write_bytes(content)
    with pytest.raises(UserFacingError) as told:
        JsonProfiles(tmp_path / "config").read_file(str(file))
    assert ErrorCode.PROFILE == told.value.code
    assert content == file.read_bytes()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="cannot be read") as told:
        JsonProfiles(tmp_path).read_file(str(tmp_path / "none.json"))
    assert "none.json" in str(told.value.more)


def test_a_full_disk_is_told_and_leaves_the_connections(
    tmp_path: Path, small_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    store = JsonProfiles(tmp_path)
    store.save(PLAIN)
    with small_disk(50), pytest.raises(UserFacingError) as told:
        store.save(SHOP)
    assert ErrorCode.DISK == told.value.code
    assert (PLAIN,) == store.all()


@pytest.mark.skipif(not POSIX, reason="file modes")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    JsonProfiles(tmp_path / "config").save(SHOP)
    assert [] == readable_by_others(tmp_path / "config")
