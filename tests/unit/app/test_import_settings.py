"""Settings of Java clients and command lines of the older tool become connections, or it is said why not."""

from __future__ import annotations

import json
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.app.import_settings import ImportedSettings, import_file, import_text
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets, Security
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.store.java_stores import UnreadableStore, trusted_certificates
from tests.cluster.certificates import authority
from tests.cluster.processes import JAVA

FILES = sorted((Path(__file__).parents[2] / "data" / "client-settings").glob("*.properties"))
_PASSWORD = "canary-store"
_IN_A_CONTAINER = """docker run --rm -it -v "$(pwd)/":/data flyeralarm/kafka-merge-purge \\
  --bootstrap-servers=kafka:9092 --group desk -t --property=security.protocol=SSL \\
  -aA -n=false merge-all orders.dlq orders.retry"""


def found_in(made: ImportedSettings) -> dict[str, Any]:
    """As the expectations beside the files say it; a connection's usual values are left out."""
    connection = {
        each.name: dict(value) if each.name == "settings" else str(value)
        for each in fields(ConnectionProfile)
        if each.name not in ("id", "name") and (value := getattr(made.profile, each.name)) != each.default
    }
    kinds = zip(("kafka", "registry", "key"), made.secrets.values(), strict=True)
    return {
        "connection": connection,
        "secrets": {kind: value for kind, value in kinds if value},
        "dropped": {each.name: str(each.what) for each in made.notes if not each.used},
        **({} if made.problem is None else {"problem": str(made.problem)}),
    }


def keytool(*arguments: str) -> None:
    tool = Path(JAVA).with_name("keytool")
    subprocess.run([tool, "-noprompt", *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("file", FILES, ids=[each.stem for each in FILES])
def test_a_file_becomes_the_expected_connection_or_says_why_not(file: Path) -> None:
    made = import_file(str(file))

    assert json.loads(file.with_suffix(".expect.json").read_text(encoding="utf-8")) == found_in(made)
    assert file.stem == made.profile.name or made.problem is not None


@pytest.mark.parametrize("file", FILES, ids=[each.stem for each in FILES])
def test_no_secret_of_a_file_is_in_its_notes_or_its_connection(file: Path) -> None:
    made = import_file(str(file))

    assert "canary" not in repr(made)
    client_settings(made.profile, made.secrets, "test")


def test_there_are_files_of_every_style() -> None:
    assert len(FILES) >= 25


@pytest.mark.parametrize("kind", ["JKS", "PKCS12"])
def test_the_certificates_of_a_truststore_of_java_are_taken_out(tmp_path: Path, kind: str) -> None:
    pem = authority("Company authority").certificates()
    other = authority("Another authority").certificates()
    store = tmp_path / f"trust.{kind.lower()}"
    for name, content in (("one", pem), ("two", other)):
        file = tmp_path / f"{name}.pem"
        file.write_bytes(content)
        keytool(
            *("-importcert", "-alias", name, "-file", str(file), "-keystore", str(store)),
            *("-storetype", kind, "-storepass", _PASSWORD),
        )

    made = import_text(
        f"security.protocol=SSL\nssl.truststore.location={store}\n"
        f"ssl.truststore.type={kind}\nssl.truststore.password={_PASSWORD}\n"
    )

    certificates = made.profile.ca_pem.split("-----END CERTIFICATE-----\n")[:-1]
    assert {pem.decode(), other.decode()} == {f"{each}-----END CERTIFICATE-----\n" for each in certificates}
    assert "" == made.profile.ca_file
    if kind == "PKCS12":
        with pytest.raises(UnreadableStore):
            trusted_certificates(str(store), "wrong")
    content = store.read_bytes()
    store.write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableStore):
        trusted_certificates(str(store), _PASSWORD)


@given(st.binary(max_size=200))
def test_no_truststore_whatever_its_bytes_does_more_than_be_unreadable(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.jks"
    for each in (content, b"\xfe\xed\xfe\xed\x00\x00\x00\x02" + content):
        file.write_bytes(each)
        with pytest.raises(UnreadableStore):
            trusted_certificates(str(file), "")


@pytest.mark.parametrize(
    "line",
    [
        "kafka-merge-purge -b kafka:9092 -g desk -o security.protocol=SSL ask orders.dlq orders.retry",
        _IN_A_CONTAINER,
        "java -jar kmp.jar -b=kafka:9092 -gdesk -csecurity.protocol=SSL ask orders.dlq orders.retry",
        './gradlew run --args="-b kafka:9092 -g desk -p security.protocol=SSL ask orders.dlq orders.retry"',
    ],
)
def test_a_command_line_of_the_older_tool_becomes_a_connection_with_its_queue(line: str) -> None:
    made = import_text(line)

    queue = Queue("orders-dlq", "orders.dlq", "orders.dlq", "orders.retry", "desk")
    assert ("kafka:9092", Security.SSL, (queue,)) == (
        made.profile.servers,
        made.profile.security,
        made.profile.queues,
    )
    assert None is made.problem


def test_a_command_line_reads_the_file_it_names_and_wins_over_it(tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    file.write_text("bootstrap.servers=old:9092\nsecurity.protocol=SSL\n", encoding="utf-8")

    made = import_text(f"kafka-merge-purge -O {file} -b new:9092 -g desk print orders.dlq")
    missing = import_text(f"kafka-merge-purge -O {file}2 -b new:9092 -g desk print orders.dlq")

    assert ("new:9092", Security.SSL) == (made.profile.servers, made.profile.security)
    assert "" == made.profile.queues[0].retry_topic
    assert ["the file cannot be read here: No such file or directory"] == [
        str(each.what) for each in missing.notes if not each.used
    ]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("", "No setting of a Kafka client was found in it."),
        ("Dear colleague, here are the settings", "No setting of a Kafka client was found in it."),
        ("=x", "This is no properties file: line 1: there is no name before the =."),
        ("ask me tomorrow", "No setting of a Kafka client was found in it."),
    ],
)
def test_a_text_without_settings_says_so(said: str, problem: str) -> None:
    assert problem == str(import_text(said).problem)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    made = import_file(str(tmp_path / "none.properties"))
    assert "No such file or directory" in str(made.problem)


_names = st.sampled_from(
    [
        *("sasl.jaas.config", "bootstrap.servers", "sasl.mechanism", "ssl.truststore.location"),
        *("schema.registry.url", "basic.auth.user.info", "ssl.keystore.location", "spring.kafka."),
        *("ssl.truststore.type", "sasl.oauthbearer.token.endpoint.url", "security.protocol", "consumer."),
    ]
)
_pieces = st.sampled_from(
    [
        *("OAuthBearerLoginModule required", "x.PlainLoginModule", "username='", 'password="', "${a:b}"),
        *("SASL_SSL", "OAUTHBEARER", "AWS_MSK_IAM", "GSSAPI", "/etc/x.jks", "http://a@b/", "kafka:1", "\\"),
        *("-b", "-g", "ask", "print", "kafka-merge-purge", "-o", "\n", "=", "'", '"', "--args="),
    ]
)  # fmt: skip


@given(st.lists(st.tuples(_names, st.lists(_pieces | st.text(max_size=5), max_size=6)), max_size=8))
def test_whatever_is_pasted_nothing_is_raised(lines: list[tuple[str, list[str]]]) -> None:
    said = "\n".join(f"{name}={' '.join(pieces)}" for name, pieces in lines)
    for each in (said, said.replace("\n", " ")):
        assert import_text(each).secrets is not None


@given(st.text(max_size=300))
def test_whatever_text_is_pasted_nothing_is_raised(said: str) -> None:
    assert Secrets is type(import_text(said).secrets)
