"""``print`` as a process on the real broker."""

from __future__ import annotations

import json
import subprocess
import sys

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from tests.e2e.cli_queue import CliQueue, decoded, environment, run

_SCHEMA = json.dumps(
    {
        "type": "record",
        "name": "Order",
        "fields": [{"name": "number", "type": "string"}, {"name": "n", "type": "long"}],
    }
)
_LOADED = """
import sys
from kmp_desktop.__main__ import main
code = main(sys.argv[1:])
qt = [name for name in sys.modules if name.split(".")[0] in ("PySide6", "shiboken6", "qtawesome")]
sys.exit(code or (99 if qt else 0))
"""


def _avro(registry: str, topic: str, value: dict[str, object]) -> bytes:
    context = SerializationContext(topic, MessageField.VALUE)
    with SchemaRegistryClient({"url": registry}) as client:
        raw = AvroSerializer(client, _SCHEMA)(value, context)
    assert isinstance(raw, bytes)
    return raw


def test_an_empty_queue_shows_nothing(queue: CliQueue) -> None:
    done = queue.print()
    assert (0, "", "") == (done.code, done.out, done.err)


def test_every_field_of_a_record_is_shown(queue: CliQueue) -> None:
    queue.write((b"ORD001", b'{"n": 12345678901234567890, "s": "\xc3\xa4"}'))
    (line,) = queue.print().lines
    assert {
        "partition": 0,
        "offset": 0,
        "timestamp": 1_790_000_000_000,
        "timestamp_type": "CreateTime",
        "key_b64": "T1JEMDAx",
        "key": "ORD001",
        "value_b64": line["value_b64"],
        "headers": [["a", "MQ=="], ["a", None], ["b", ""], ["n", "/wA="]],
        "failure": line["failure"],
        "content": {"n": "12345678901234567890", "s": "ä"},
    } == line


def test_a_failure_is_told_in_its_parts(queue: CliQueue) -> None:
    queue.write((b"ORD001", b"{}"))
    failure = queue.print().lines[0]["failure"]
    assert (None, "No reason given", "||") == (failure["family"], failure["label"], failure["group_key"])


def test_the_bytes_are_those_that_a_consumer_reads(three: CliQueue) -> None:
    shown = [(decoded(each["key_b64"]), decoded(each["value_b64"])) for each in three.print().lines]
    assert [(each.key, each.value) for each in three.held()] == shown


def test_what_cannot_be_decoded_says_why(three: CliQueue) -> None:
    line = three.print().lines[2]
    assert ("content" not in line, True) == (True, "JSON" in line["undecodable"])


def test_a_null_value_is_shown_as_null(queue: CliQueue) -> None:
    queue.write((b"ORD001", None))
    (line,) = queue.print().lines
    assert (None, None) == (line["value_b64"], line["content"])


def test_a_record_without_a_key_is_shown(kafka: str, queue: CliQueue) -> None:
    plain = CliQueue(kafka, queue.folder)
    plain.create({"cleanup.policy": "delete"})
    plain.write((None, b"{}"))
    (line,) = plain.print().lines
    assert line["key_b64"] is None


def test_avro_is_decoded_through_the_registry(queue: CliQueue, registry: str) -> None:
    value = {"number": "ORD001", "n": 7}
    queue.write((b"ORD001", _avro(registry, queue.queue_topic, value)))
    (line,) = queue.print("--registry", registry).lines
    assert value == line["content"]


def test_without_a_registry_avro_is_bytes_with_the_reason(queue: CliQueue, registry: str) -> None:
    queue.write((b"ORD001", _avro(registry, queue.queue_topic, {"number": "ORD001", "n": 7})))
    done = queue.print()
    assert (0, True) == (done.code, "undecodable" in done.lines[0])


def test_an_unknown_schema_is_bytes_with_the_reason(queue: CliQueue, registry: str) -> None:
    queue.write((b"ORD001", b"\0\x7f\xff\xff\xff\x0eORD001"))
    done = queue.print("--registry", registry)
    assert (0, True) == (done.code, "2147483647" in done.lines[0]["undecodable"])


def test_a_registry_that_is_down_changes_only_what_is_decoded(queue: CliQueue, registry: str) -> None:
    queue.write(
        (b"ORD001", _avro(registry, queue.queue_topic, {"number": "ORD001", "n": 7})), (b"ORD002", b"{}")
    )
    done = queue.print("--registry", "http://127.0.0.1:9")
    first, second = done.lines
    assert (0, {}) == (done.code, second["content"])
    assert "registry" in first["undecodable"].lower()


def test_the_readable_form_names_place_key_and_content(three: CliQueue) -> None:
    done = run(three.print_command())
    assert (0, "") == (done.code, done.err)
    assert "partition 0, offset 1, 2026-09-21 14:13:20 UTC" in done.out
    assert 'content: {"n": 1}' in done.out
    assert done.out.endswith("3 undecided records.\n")


def test_a_payload_cannot_steer_the_terminal(queue: CliQueue) -> None:
    queue.write((b"\x1b[31m", b'{"a": "\\u001b[2J", "b": "\xe2\x80\xae"}'), (b"k\x1b]0;x\x07", b"\x1b[2J"))
    done = run(queue.print_command())
    assert (0, []) == (done.code, [each for each in "\x1b\x07\u202e\x9b" if each in done.out])


def test_a_reader_that_has_enough_ends_it_quietly(queue: CliQueue) -> None:
    queue.write(*((f"key-{each}".encode(), b"x" * 2_000) for each in range(200)))
    with subprocess.Popen(
        queue.print_command("--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert '{"partition": 0, "offset": 0' in process.stdout.readline()
        process.stdout.close()
        assert "" == process.stderr.read()
    assert 0 == process.returncode


def test_qt_is_never_imported(three: CliQueue) -> None:
    arguments = three.print_command("--json")[3:]
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_printing_writes_nothing_to_the_broker(three: CliQueue) -> None:
    before = three.held(committed=False)
    three.print()
    assert (before, [], None) == (three.held(committed=False), three.retried(), three.committed())
