"""Everything that can be wrong outside: a clear message, the right exit code, nothing written, no secret."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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

from tests.cluster.processes import free_ports
from tests.cluster.running import Cluster
from tests.e2e.cli_queue import CliQueue, Done, environment, run

READ = AclOperation.READ
TOPIC, GROUP = ResourceType.TOPIC, ResourceType.GROUP


@dataclass(frozen=True, slots=True)
class Case:
    """What is said on the command line instead of what is right, and what must come of it.

    ``files`` are settings files by name; {ca}, {sasl} ... stand for what the cluster has.
    """

    name: str
    servers: str = "{bootstrap}"
    options: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    code: int = 4
    said: str = ""


SIGNED_IN = (
    "security.protocol={protocol}\nsasl.mechanism=SCRAM-SHA-512\nsasl.username=admin\nsasl.password={pw}\n"
)
CASES = (
    Case("nothing listens", "{closed}", said="{closed}"),
    Case("unknown host", "no-such-host.invalid:9092", said="no-such-host.invalid:9092"),
    Case("something else listens", "{http}", said="no Kafka server"),
    Case("no address", "kafka", code=2, said="HOST:PORT"),
    Case("no such port", "kafka:99999", code=2, said="HOST:PORT"),
    Case("tls against plain", options=("-o", "security.protocol=SSL"), said="plain"),
    Case("plain against tls", "{ssl}", said="TLS"),
    Case("unknown authority", "{ssl}", ("-o", "security.protocol=SSL"), said="certificate is not trusted"),
    Case(
        "no certificate file",
        "{ssl}",
        ("-o", "security.protocol=SSL", "-o", "ssl.ca.location=/none.pem"),
        code=2,
        said="/none.pem does not exist",
    ),
    Case(
        "wrong password",
        "{sasl}",
        ("-O", "wrong"),
        (("wrong", SIGNED_IN.format(protocol="SASL_PLAINTEXT", pw="wrong-hunter2")),),
        said="admin",
    ),
    Case(
        "sign-in where none is wanted",
        "{bootstrap}",
        ("-O", "wrong"),
        (("wrong", SIGNED_IN.format(protocol="SASL_PLAINTEXT", pw="wrong-hunter2")),),
    ),
    Case("no sign-in where one is wanted", "{sasl}", said="SASL_PLAINTEXT"),
    Case("unknown setting", options=("-o", "no.such.setting=1"), code=2, said="no.such.setting"),
    Case(
        "setting of a wrong kind", options=("-o", "fetch.wait.max.ms=soon"), code=2, said="fetch.wait.max.ms"
    ),
    Case("unknown protocol", options=("-o", "security.protocol=TLS"), code=2, said="SASL_PLAINTEXT"),
    Case("option without a value", options=("-o", "hunter2"), code=2, said="KEY=VALUE"),
    Case("no settings file", options=("-O", "none"), code=2, said="none cannot be read"),
    Case("bad settings file", options=("-O", "bad"), files=(("bad", "=x"),), code=2, said="line 1"),
    Case(
        "kerberos",
        options=("-O", "bad"),
        files=(("bad", "sasl.jaas.config=Krb5LoginModule required;"),),
        code=2,
        said="sasl.jaas.config",
    ),
    Case("registry address", options=("--registry", "registry:8081"), code=2, said="http://"),
    Case("password in the registry address", options=("--registry", "http://u:hunter2@r"), code=2, said="-O"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both commands of one case, and what they should have said."""

    shown: Done
    applied: Done
    said: str


@pytest.fixture(scope="module")
def outcomes(secured: Cluster, registry: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All cases, run side by side, because each waits for something that does not come."""
    queue = CliQueue(secured.bootstrap, tmp_path_factory.mktemp("bad-input"))
    queue.create()
    queue.write((b"ORD001", b"1"), (b"ORD002", b"2"))
    plan = queue.plan({(0, 0): "merge", (0, 1): "purge"})
    values = {
        "bootstrap": secured.bootstrap,
        "sasl": secured.sasl,
        "ssl": secured.ssl,
        "http": registry.split("/")[2],
        "closed": f"127.0.0.1:{free_ports(1)[0]}",
    }

    def both(case: Case) -> Outcome:
        folder = queue.folder / case.name.replace(" ", "-")
        folder.mkdir()
        for name, content in case.files:
            (folder / name).write_text(content, encoding="utf-8")
        options = ("--json", *case.options)
        servers = case.servers.format_map(values)
        done = [
            run(command, folder=folder)
            for command in (
                queue.print_command(*options, who=case.name, bootstrap=servers),
                queue.apply_command(plan, *options, who=case.name, bootstrap=servers),
            )
        ]
        return Outcome(done[0], done[1], case.said.format_map(values))

    with ThreadPoolExecutor(len(CASES)) as pool:
        found = dict(zip((each.name for each in CASES), pool.map(both, CASES), strict=True))
    assert ([], [], None) == (queue.retried(), queue.tombstones(), queue.committed())
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_told_what_happened_and_nothing_is_written(outcomes: dict[str, Outcome], case: Case) -> None:
    outcome = outcomes[case.name]
    for done in (outcome.shown, outcome.applied):
        assert case.code == done.code, done.err
        assert outcome.said in done.err
        assert "hunter2" not in done.err + done.out
    assert "" == outcome.shown.out
    if case.code == 4:
        assert "not_committed" == outcome.applied.last["outcome"]
    else:
        assert "" == outcome.applied.out


@pytest.mark.parametrize(
    "case", [each for each in CASES if each.said != "HOST:PORT"], ids=lambda case: case.name
)
def test_it_is_told_what_to_do(outcomes: dict[str, Outcome], case: Case) -> None:
    for done in (outcomes[case.name].shown, outcomes[case.name].applied):
        assert done.err.startswith("kmp-desktop: ")
        assert ("  Not changed: " in done.err, "  What to do: " in done.err) == (True, True), done.err


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


def test_tls_with_the_right_certificate_works(three: CliQueue, secured: Cluster) -> None:
    done = three.print(
        "-o", "security.protocol=SSL", "-o", f"ssl.ca.location={secured.ca_file}", bootstrap=secured.ssl
    )
    assert (0, 3) == (done.code, len(done.lines)), done.err


def test_a_queue_topic_that_does_not_exist(three: CliQueue) -> None:
    three.queue_topic = "no-such-topic"
    shown, applied = three.print(), three.apply({(0, 0): "merge"})
    assert (4, "", True) == (shown.code, shown.out, "“no-such-topic” does not exist" in shown.err)
    assert (4, "not_committed") == (applied.code, applied.last["outcome"])
    assert "“no-such-topic” does not exist" in applied.err


@pytest.mark.parametrize("decision", ["merge", "purge"])
def test_a_retry_topic_that_does_not_exist(three: CliQueue, decision: str) -> None:
    three.retry_topic = "no-such-topic"
    done = three.apply({(0, 0): decision})
    assert (4, "not_committed", True) == (done.code, done.last["outcome"], "no-such-topic" in done.err)
    assert ([], None) == (three.tombstones(), three.committed())


@pytest.mark.skipif(os.name != "posix", reason="a file where the folder should be")
def test_a_data_folder_that_cannot_be_written(three: CliQueue, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    plan = three.plan({(0, 0): "merge"})
    command = three.apply_command(plan, "--json", "--data-dir", str(tmp_path / "file" / "below"))
    done = run(command)
    assert (4, "not_committed") == (done.code, done.last["outcome"]), done.err
    assert str(tmp_path / "file") in done.err
    assert ([], None) == (three.retried(), three.committed())


def _grant(cluster: Cluster, *rights: tuple[ResourceType, str, AclOperation]) -> None:
    """Give the clerk rights on this test's own topics and groups; they may stay."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap, "log_level": 0})
    bindings = [
        AclBinding(kind, name, ResourcePatternType.LITERAL, "User:clerk", "*", what, AclPermissionType.ALLOW)
        for kind, name, what in rights
    ]
    for future in admin.create_acls(bindings).values():
        future.result(30)


def test_a_missing_right_is_named(three: CliQueue, secured: Cluster, tmp_path: Path) -> None:
    settings = ("-O", str(_settings(tmp_path, secured, "clerk", secured.users["clerk"])))
    shown = three.print(*settings, bootstrap=secured.sasl)
    assert (4, "", True) == (shown.code, shown.out, f"Read on topic {three.queue_topic}" in shown.err)
    _grant(
        secured,
        (TOPIC, three.queue_topic, READ),
        (GROUP, three.group, READ),
        (GROUP, f"kmp-desktop.v1.{three.queue_topic}", READ),
    )
    shown = three.print(*settings, bootstrap=secured.sasl)
    assert (0, 3) == (shown.code, len(shown.lines)), shown.err
    applied = three.apply({(0, 0): "merge"}, *settings, bootstrap=secured.sasl)
    assert (4, "not_committed") == (applied.code, applied.last["outcome"]), applied.err
    assert ("Not changed: " in applied.err, "retry" in applied.err) == (True, True), applied.err
    assert ([], [], None) == (three.retried(), three.tombstones(), three.committed())


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
