"""Everything that can be wrong outside: a clear message, the right exit code, nothing written, no secret."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from tests.cluster.running import Cluster
from tests.e2e.cli_queue import CliQueue, Done, environment, run

READ = AclOperation.READ
TOPIC, GROUP = ResourceType.TOPIC, ResourceType.GROUP


@pytest.fixture
def both(three: CliQueue) -> Callable[..., list[Done]]:
    """Run print and apply with the same options; apply must have written nothing."""

    def run_both(*options: str, bootstrap: str = "") -> list[Done]:
        done = [
            three.print(*options, bootstrap=bootstrap),
            three.apply({(0, 0): "merge", (0, 1): "purge"}, *options, bootstrap=bootstrap),
        ]
        assert ([], [], None) == (three.retried(), three.tombstones(), three.committed())
        for each in done:
            assert each.err.startswith("kmp-desktop: "), each.err
            assert "What to do: " in each.err
            assert "Not changed: " in each.err
        return done

    return run_both


def _settings(
    folder: Path, cluster: Cluster, user: str, password: str, protocol: str = "SASL_PLAINTEXT"
) -> Path:
    file = folder / "client.properties"
    file.write_text(
        f"security.protocol={protocol}\n"
        "sasl.mechanism=SCRAM-SHA-512\n"
        "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required "
        f'username="{user}" password="{password}";\n'
        f"ssl.truststore.location={cluster.ca_file}\nssl.truststore.type=PEM\n",
        encoding="utf-8",
    )
    return file


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _all_4(done: list[Done]) -> str:
    """Both ended with 4, and apply with its last line; what they said."""
    assert [4, 4] == [each.code for each in done], [each.err for each in done]
    assert ("", "not_committed") == (done[0].out, json.loads(done[1].out)["outcome"])
    return done[0].err + done[1].err


def test_a_broker_that_is_not_there(both: Callable[..., list[Done]]) -> None:
    address = f"127.0.0.1:{_free_port()}"
    assert address in _all_4(both(bootstrap=address))


def test_a_host_that_is_not_there(both: Callable[..., list[Done]]) -> None:
    _all_4(both(bootstrap="no-such-host.invalid:9092"))


def test_a_port_where_something_else_answers(both: Callable[..., list[Done]], registry: str) -> None:
    _all_4(both(bootstrap=registry.split("/")[2]))


@pytest.mark.parametrize("servers", ["127.0.0.1", "127.0.0.1:http", ":::"])
def test_servers_that_are_no_address(both: Callable[..., list[Done]], servers: str) -> None:
    done = both(bootstrap=servers)
    assert [True, True] == [each.code in (2, 4) for each in done], [each.err for each in done]


def test_tls_against_a_plain_port(both: Callable[..., list[Done]]) -> None:
    _all_4(both("-o", "security.protocol=SSL"))


def test_a_plain_connection_against_tls(both: Callable[..., list[Done]], secured: Cluster) -> None:
    _all_4(both(bootstrap=secured.ssl))


def test_a_certificate_that_nobody_trusts(both: Callable[..., list[Done]], secured: Cluster) -> None:
    _all_4(both("-o", "security.protocol=SSL", bootstrap=secured.ssl))


def test_a_certificate_file_that_is_not_there(both: Callable[..., list[Done]], secured: Cluster) -> None:
    options = ("-o", "security.protocol=SSL", "-o", "ssl.ca.location=/none.pem")
    done = both(*options, bootstrap=secured.ssl)
    assert [2, 2] == [each.code for each in done], [each.err for each in done]
    assert "/none.pem" in done[0].err


def test_tls_with_the_right_certificate_works(three: CliQueue, secured: Cluster) -> None:
    done = three.print(
        "-o", "security.protocol=SSL", "-o", f"ssl.ca.location={secured.ca_file}", bootstrap=secured.ssl
    )
    assert (0, 3) == (done.code, len(done.lines)), done.err


def test_a_wrong_password(both: Callable[..., list[Done]], secured: Cluster, tmp_path: Path) -> None:
    file = _settings(tmp_path, secured, "admin", "wrong-hunter2")
    said = _all_4(both("-O", str(file), bootstrap=secured.sasl))
    assert "hunter2" not in said


def test_a_sign_in_where_none_is_wanted(
    both: Callable[..., list[Done]], secured: Cluster, tmp_path: Path
) -> None:
    file = _settings(tmp_path, secured, "admin", secured.users["admin"])
    _all_4(both("-O", str(file)))


def test_no_sign_in_where_one_is_wanted(both: Callable[..., list[Done]], secured: Cluster) -> None:
    _all_4(both(bootstrap=secured.sasl))


def test_a_queue_topic_that_does_not_exist(three: CliQueue) -> None:
    three.queue_topic = "no-such-topic"
    shown, applied = three.print(), three.apply({(0, 0): "merge"})
    assert "no-such-topic" in _all_4([shown, applied])


@pytest.mark.parametrize("decision", ["merge"])
def test_a_retry_topic_that_does_not_exist(three: CliQueue, decision: str) -> None:
    three.retry_topic = "no-such-topic"
    done = three.apply({(0, 0): decision})
    assert (4, "not_committed", True) == (done.code, done.last["outcome"], "no-such-topic" in done.err)
    assert ([], None) == (three.tombstones(), three.committed())


@pytest.mark.parametrize("name", ["bad topic", "a/b", "x" * 250])
def test_a_topic_name_that_cannot_be(three: CliQueue, name: str) -> None:
    three.queue_topic = name
    done = three.print()
    assert done.code in (2, 4), done.err
    assert done.err.startswith("kmp-desktop: ")


@pytest.mark.parametrize("option", ["no.such.setting=1", "socket.timeout.ms=soon", "security.protocol=TLS"])
def test_a_setting_that_does_not_exist(both: Callable[..., list[Done]], option: str) -> None:
    done = both("-o", option)
    assert [2, 2] == [each.code for each in done], [each.err for each in done]
    assert option.partition("=")[0] in done[0].err


def test_a_password_on_the_command_line(both: Callable[..., list[Done]]) -> None:
    done = both("-o", "sasl.password=hunter2")
    assert [2, 2] == [each.code for each in done]
    assert ("hunter2" in done[0].err, "-O FILE" in done[0].err) == (False, True)


@pytest.mark.parametrize("content", [None, "=x", "sasl.jaas.config=Krb5LoginModule required;"])
def test_a_settings_file_that_cannot_be_used(
    both: Callable[..., list[Done]], tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "bad.properties"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    done = both("-O", str(file))
    assert [2, 2] == [each.code for each in done], [each.err for each in done]


@pytest.mark.skipif(os.name != "posix", reason="a file where the folder should be")
def test_a_data_folder_that_cannot_be_written(three: CliQueue, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    plan = three.plan({(0, 0): "merge"})
    command = three.apply_command(plan, "--json", "--data-dir", str(tmp_path / "file" / "below"))
    done = run(command)
    assert (4, "not_committed") == (done.code, done.last["outcome"])
    assert str(tmp_path / "file") in done.err
    assert ([], None) == (three.retried(), three.committed())


def test_a_missing_right_is_named(three: CliQueue, secured: Cluster, tmp_path: Path) -> None:
    settings = ("-O", str(_settings(tmp_path, secured, "clerk", secured.users["clerk"])))
    shown = three.print(*settings, bootstrap=secured.sasl)
    assert (4, "", True) == (shown.code, shown.out, three.queue_topic in shown.err)

    _grant(secured, (TOPIC, three.queue_topic, READ), (GROUP, three.group, READ))
    shown = three.print(*settings, bootstrap=secured.sasl)
    assert (0, 3) == (shown.code, len(shown.lines)), shown.err
    applied = three.apply({(0, 0): "merge"}, *settings, bootstrap=secured.sasl)
    assert (4, "not_committed") == (applied.code, applied.last["outcome"])
    assert "Not changed: " in applied.err
    assert ([], [], None) == (three.retried(), three.tombstones(), three.committed())


def _grant(cluster: Cluster, *rights: tuple[ResourceType, str, AclOperation]) -> None:
    """Give the clerk rights on this test's own topics and groups; they may stay."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap, "log_level": 0})
    bindings = [
        AclBinding(kind, name, ResourcePatternType.LITERAL, "User:clerk", "*", what, AclPermissionType.ALLOW)
        for kind, name, what in rights
    ]
    for future in admin.create_acls(bindings).values():
        future.result(30)


def test_the_password_is_in_no_file_and_in_no_output_and_not_in_argv(
    three: CliQueue, secured: Cluster, tmp_path: Path
) -> None:
    password = secured.users["admin"]
    file = _settings(tmp_path, secured, "admin", password, "SASL_SSL")
    plan = three.plan({(0, 0): "merge", (0, 1): "purge"})
    options = ("-O", str(file), "-o", "debug=security,broker,protocol")
    command = three.apply_command(plan, *options, bootstrap=secured.sasl_ssl)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        argv = Path(f"/proc/{process.pid}/cmdline")
        seen = argv.read_bytes() if argv.exists() else b""
        out, err = process.communicate()
    assert 0 == process.returncode, err
    shown = three.print(*options, bootstrap=secured.sasl_ssl)
    assert (0, 1) == (shown.code, len(shown.lines)), shown.err
    assert password not in seen.decode() + out + err + shown.out + shown.err
    files = [each for each in three.data_folder().rglob("*") if each.is_file()]
    assert [] == [str(each) for each in files if password.encode() in each.read_bytes()]
    assert [] != [each for each in files if each.name == "kmp-desktop.log"]
