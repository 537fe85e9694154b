"""From the command line to a connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmp_desktop.cli.arguments import QueueArguments
from kmp_desktop.cli.connection import connection_of
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import Mechanism, Queue, Secrets, Security


def _arguments(*options: str, files: tuple[Path, ...] = (), registry: str = "") -> QueueArguments:
    return QueueArguments(
        "kafka:9092", "kmp-orders", "q", "r", properties=files, options=options, registry=registry
    )


def _file(folder: Path, content: str, name: str = "client.properties") -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def test_without_settings_it_is_a_plain_connection() -> None:
    connection = connection_of(_arguments())
    profile = connection.profile
    assert ("kafka:9092", Security.PLAINTEXT, ()) == (profile.servers, profile.security, profile.settings)
    assert Queue("queue", "q", "q", "r", "kmp-orders") == connection.queue
    assert Secrets() == connection.secrets


def test_what_the_profile_has_a_field_for_goes_there_and_the_rest_into_settings(tmp_path: Path) -> None:
    certificates = _file(tmp_path, "", "ca.pem")
    file = _file(
        tmp_path,
        "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.username=clerk\nsasl.password=hunter2\n"
        f"ssl.ca.location={certificates}\nsocket.keepalive.enable=true\n"
        "schema.registry.url=https://r\nbasic.auth.user.info=reader:pass:word\n",
    )
    connection = connection_of(_arguments(files=(file,)))
    profile = connection.profile
    assert (Security.SASL_SSL, Mechanism.PLAIN, "clerk", str(certificates)) == (
        profile.security,
        profile.mechanism,
        profile.user,
        profile.ca_file,
    )
    assert ("https://r", "reader") == (profile.registry_url, profile.registry_user)
    assert Secrets("hunter2", "pass:word") == connection.secrets
    assert (("socket.keepalive.enable", "true"),) == profile.settings


def test_later_files_and_options_win(tmp_path: Path) -> None:
    files = (
        _file(tmp_path, "a.b=1\nc.d=1\ne.f=1\nschema.registry.url=http://file", "one"),
        _file(tmp_path, "c.d=2\ne.f=2", "two"),
    )
    connection = connection_of(_arguments("e.f=3=x", files=files, registry="http://said"))
    assert {"a.b": "1", "c.d": "2", "e.f": "3=x"} == dict(connection.profile.settings)
    assert "http://said" == connection.profile.registry_url


def test_a_file_of_an_old_java_program_may_be_latin_1(tmp_path: Path) -> None:
    file = tmp_path / "old"
    file.write_bytes("sasl.username=Jürgen".encode("latin-1"))
    assert "Jürgen" == connection_of(_arguments(files=(file,))).profile.user


def test_what_is_not_used_is_said() -> None:
    notes = connection_of(_arguments("group.id=x")).notes
    assert ["group.id is not used: the program sets it itself."] == [str(each) for each in notes]


@pytest.mark.parametrize("name", ["sasl.password", "ssl.key.password", "basic.auth.user.info"])
def test_a_secret_in_an_option_is_taken_and_a_safer_way_is_named_without_repeating_it(name: str) -> None:
    connection = connection_of(_arguments(f"{name}=me:hunter2"))
    said = [str(each) for each in connection.notes if "-O FILE" in str(each)]
    assert (1, True, False) == (len(said), said[0].startswith(name), "hunter2" in said[0])
    assert any("hunter2" in each for each in connection.hidden())


def test_a_password_in_an_option_signs_in() -> None:
    assert Secrets("hunter2") == connection_of(_arguments("sasl.password=hunter2")).secrets


@pytest.mark.parametrize("option", ["hunter2", "=hunter2", ""])
def test_an_option_without_a_name_is_refused_and_not_repeated(option: str) -> None:
    with pytest.raises(UserFacingError, match="not KEY=VALUE") as told:
        connection_of(_arguments(option))
    assert "hunter2" not in str(told.value.happened)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            "security.protocol=TLS",
            "security.protocol: expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL",
        ),
        ("sasl.mechanism=DIGEST-MD5", "sasl.mechanism: expected one of PLAIN, SCRAM-SHA-256"),
        ("ssl.truststore.location=/etc/trust.jks", "export it as a PEM file"),
        ("ssl.ca.location=/none.pem", "ssl.ca.location: /none.pem does not exist or cannot be read"),
        ("=x", "line 1: there is no name before the ="),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(UserFacingError) as told:
        connection_of(_arguments(files=(_file(tmp_path, content),)))
    assert (ErrorCode.SETTINGS, True) == (told.value.code, why in str(told.value.happened))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError) as told:
        connection_of(_arguments(files=(tmp_path / "none",)))
    assert (ErrorCode.USAGE, True) == (told.value.code, str(tmp_path / "none") in str(told.value.happened))


@pytest.mark.parametrize("url", ["registry:8081", "ftp://r", "http://"])
def test_a_wrong_registry_address_is_told(url: str) -> None:
    with pytest.raises(UserFacingError, match="http:// or https://"):
        connection_of(_arguments(registry=url))


def test_a_password_in_the_registry_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UserFacingError) as told:
        connection_of(_arguments(registry="https://reader:hunter2@r/x"))
    assert "hunter2" not in f"{told.value.happened} {told.value.advice} {told.value.details}"


def test_nothing_shows_its_passwords_by_accident(tmp_path: Path) -> None:
    file = _file(tmp_path, "sasl.password=hunter2\nssl.key.password=hunter3\nbasic.auth.user.info=u:hunter4")
    connection = connection_of(_arguments(files=(file,)))
    assert "hunter" not in repr(connection)
    assert ("hunter2", "hunter4", "hunter3") == connection.hidden()
