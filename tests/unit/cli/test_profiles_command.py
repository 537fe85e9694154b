"""``profiles`` and ``--profile``: the connections of the window, used without one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kmp_desktop.__main__ import main
from kmp_desktop.cli.arguments import ProfilesCommand, ProfilesVerb, QueueArguments, parse
from kmp_desktop.cli.connection import connection_of_profile
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import ConnectionProfile, Queue, SecretKind, SecretRef, Secrets, Security
from kmp_desktop.store import profile_format
from kmp_desktop.store.profiles import JsonProfiles
from kmp_desktop.store.secrets import SessionSecrets

_QUEUE = Queue("orders", "Orders", "orders.dlq", "orders.retry", "kmp-orders.dlq")
_SHOP = ConnectionProfile(
    *("shop", "Shop, test", "127.0.0.1:1"), security=Security.SASL_SSL, user="clerk", queues=(_QUEUE,)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    JsonProfiles(tmp_path).save(_SHOP)
    return tmp_path


def run(folder: Path, *line: str) -> int:
    return main(["--data-dir", str(folder), "profiles", *line])


def store_with(password: str) -> SecretStore:
    store = SessionSecrets()
    if password:
        store.put(SecretRef("shop", SecretKind.KAFKA), password)
    return store


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["list", "--json"], ProfilesCommand(ProfilesVerb.LIST, as_json=True)),
        (["export", "a", "b"], ProfilesCommand(ProfilesVerb.EXPORT, ("a", "b"))),
        (["import", "f.json"], ProfilesCommand(ProfilesVerb.IMPORT, file="f.json")),
        (["test", "a", "--queue", "q"], ProfilesCommand(ProfilesVerb.TEST, ("a",), queue="q")),
    ],
)
def test_what_can_be_done_with_connections(line: list[str], expected: ProfilesCommand) -> None:
    assert expected == parse(["profiles", *line]).command


def test_they_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(folder, "list")
    assert "shop: Shop, test (test), 127.0.0.1:1, queues: orders\n" == capsys.readouterr().out
    assert 0 == run(folder, "list", "--json")
    assert ("shop", ["orders"], False) == (
        (line := json.loads(capsys.readouterr().out))["id"],
        line["queues"],
        line["managed"],
    )


def test_what_is_exported_can_be_imported_elsewhere(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == run(folder, "export", "Shop, test")
    file, elsewhere = tmp_path / "handed over.json", tmp_path / "elsewhere"
    file.write_text(capsys.readouterr().out, encoding="utf-8")

    assert 0 == run(elsewhere, "import", str(file))

    assert "shop: Shop, test\n" == capsys.readouterr().out
    assert (_SHOP,) == JsonProfiles(elsewhere).all()
    assert (_SHOP,) == profile_format.read(file.read_bytes())


def test_one_that_is_not_there_is_told_with_those_that_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == run(folder, "export", "shpo")
    said = capsys.readouterr().err
    assert "There is no connection “shpo” on this computer." in said
    assert "Known are: shop." in said
    assert 2 == run(folder, "test", "shop", "--queue", "nothing")


def test_one_that_does_not_work_says_which_step_and_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 4 == run(folder, "test", "shop")
    lines = capsys.readouterr().out.splitlines()
    assert "FAILED  No server answers at 127.0.0.1:1: Check the address" in lines[0]
    assert "-       Secure connection: not tried yet" in lines


def test_a_connection_of_the_window_brings_servers_group_and_password(folder: Path) -> None:
    arguments = QueueArguments("", "", "orders.dlq", "other.retry", options=("debug=x",), profile="shop")

    made = connection_of_profile(arguments, _SHOP, lambda: store_with("canary"))

    queue = Queue("queue", "orders.dlq", "orders.dlq", "other.retry", "kmp-orders.dlq")
    assert (replace(_SHOP, queues=(queue,), settings=(("debug", "x"),)), queue, Secrets("canary")) == (
        made.profile,
        made.queue,
        made.secrets,
    )
    assert "canary" not in repr(made)


@pytest.mark.parametrize(
    ("topic", "password", "code"),
    [("orders.dlq", "", ErrorCode.SIGN_IN), ("unknown.dlq", "canary", ErrorCode.USAGE)],
)
def test_what_a_connection_of_the_window_does_not_hold_is_asked_for(
    topic: str, password: str, code: ErrorCode
) -> None:
    arguments = QueueArguments("", "", topic, profile="shop")
    with pytest.raises(UserFacingError) as told:
        connection_of_profile(arguments, _SHOP, lambda: store_with(password))
    assert code is told.value.code


@pytest.mark.parametrize(
    "line",
    [
        ["print", "q"],
        ["print", "-b", "h:1", "q"],
        ["print", "-g", "g", "q"],
        ["print", "--profile", "p", "-b", "h:1", "q"],
        ["profiles"],
        ["profiles", "test"],
    ],
)
def test_a_line_that_makes_no_sense_is_refused(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line)
    assert 2 == ended.value.code
    assert "usage: kmp-desktop" in capsys.readouterr().err
