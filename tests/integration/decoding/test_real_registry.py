"""Values as the standard serializers write them, read with the schemas of a real registry."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2

from kmp_desktop.core.payload import Node, NodeKind, Tree, Undecodable
from kmp_desktop.core.ports import RegisteredSchema, SchemaSource, SchemaUnavailable
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.framing import framed_schema
from kmp_desktop.decoding.registry import ConfluentRegistry
from tests.cluster.running import Cluster
from tests.unit.decoding.given_schemas import GivenSchemas, framed
from tests.unit.decoding.trees import at, shown

NEVER_GIVEN = 2_000_000_000  # an id that no registry of a test reaches
CANCELED = {
    "type": "record",
    "name": "OrderCanceled",
    "namespace": "com.example.webshop.orders",
    "fields": [
        {"name": "orderNumber", "type": "string"},
        {"name": "canceledAt", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {
            "name": "refund",
            "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}],
        },
        {"name": "serial", "type": "long"},
    ],
}


@pytest.fixture
def client(registry: str) -> Iterator[SchemaRegistryClient]:
    """The standard client, to register and write with."""
    with SchemaRegistryClient({"url": registry}) as made:
        yield made


@pytest.fixture
def topic() -> str:
    """A name that no other test uses."""
    return f"orders-{uuid.uuid4().hex[:12]}"


def avro_value(client: SchemaRegistryClient, topic: str, schema: str | Schema, value: Any) -> bytes:
    """A value as the standard Avro serializer writes it."""
    data = AvroSerializer(client, schema)(value, SerializationContext(topic, MessageField.VALUE))
    assert isinstance(data, bytes)
    return data


def test_a_value_of_the_standard_avro_serializer_is_read(
    client: SchemaRegistryClient, topic: str, registry: str
) -> None:
    canceled = datetime(2026, 11, 23, 12, 38, 3, 221_000, tzinfo=UTC)
    value = {
        "orderNumber": "4500318719",
        "canceledAt": canceled,
        "refund": Decimal("129.90"),
        "serial": 9007199254740993,
    }
    data = avro_value(client, topic, json.dumps(CANCELED), value)
    read = ContentDecoder(ConfluentRegistry(registry)).decode(data)
    assert isinstance(read, Tree)
    assert ("Avro", "com.example.webshop.orders.OrderCanceled") == (read.format, read.type_name)
    assert Node("serial", NodeKind.NUMBER, "9007199254740993") == at(read.root, "serial")
    assert ("129.90", "bytes") == (at(read.root, "refund").logical, at(read.root, "refund").branch)
    assert 1_795_437_483_221 == at(read.root, "canceledAt").logical_ms


def test_a_schema_with_references_is_read_with_all_of_them(
    client: SchemaRegistryClient, topic: str, registry: str
) -> None:
    def register(name: str, schema: Any, *references: SchemaReference) -> SchemaReference:
        subject = f"{topic}/{name}"  # a subject that needs escaping
        client.register_schema(subject, Schema(json.dumps(schema), "AVRO", list(references)))
        return SchemaReference(f"com.shop.{name}", subject, 1)

    money = register(
        "Money",
        {
            "type": "record",
            "name": "com.shop.Money",
            "fields": [{"name": "cents", "type": "long"}],
        },
    )
    price = register(
        "Price",
        {
            "type": "record",
            "name": "com.shop.Price",
            "fields": [{"name": "net", "type": "com.shop.Money"}],
        },
        money,
    )
    line = {
        "type": "record",
        "name": "com.shop.Line",
        "fields": [{"name": "price", "type": "com.shop.Price"}, {"name": "tax", "type": "com.shop.Money"}],
    }
    schema = Schema(json.dumps(line), "AVRO", [price, money])
    data = avro_value(client, topic, schema, {"price": {"net": {"cents": 5}}, "tax": {"cents": 7}})
    read = ContentDecoder(ConfluentRegistry(registry)).decode(data)
    assert isinstance(read, Tree)
    assert [("price", [("net", [("cents", "5")])]), ("tax", [("cents", "7")])] == shown(read.root)


def test_a_value_with_a_json_schema_is_read_as_json(
    client: SchemaRegistryClient, topic: str, registry: str
) -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Order",
        "type": "object",
        "properties": {"number": {"type": "string"}},
    }
    schema_id = client.register_schema(f"{topic}-value", Schema(json.dumps(schema), "JSON"))
    value = framed(schema_id, b'{"number":"4500318719"}')
    read = ContentDecoder(ConfluentRegistry(registry)).decode(value)
    assert isinstance(read, Tree)
    assert ("JSON", [("number", "4500318719")]) == (read.format, shown(read.root))


def test_a_protobuf_value_is_read_with_all_that_its_schema_imports(
    client: SchemaRegistryClient, topic: str, registry: str
) -> None:
    def register(name: str, source: str, *references: SchemaReference) -> SchemaReference:
        subject = f"{topic}/{name}"
        client.register_schema(subject, Schema(source, "PROTOBUF", list(references)))
        return SchemaReference(name, subject, 1)

    money = register("money.proto", 'syntax = "proto3"; package shop; message Money { int64 cents = 1; }')
    price = register(
        "price.proto",
        'syntax = "proto3"; package shop; import "money.proto"; message Price { Money net = 1; }',
        money,
    )
    source = """syntax = "proto3"; package shop.orders;
    import "price.proto"; import "money.proto"; import "google/protobuf/timestamp.proto";
    message Unused {}
    message Order {
      message Line { shop.Price price = 1; Money tax = 2; google.protobuf.Timestamp at = 3; }
    }
    """
    schema = Schema(source, "PROTOBUF", [price, money])
    schema_id = client.register_schema(f"{topic}-value", schema)
    data = b"\x0a\x04\x0a\x02\x08\x05" + b"\x12\x02\x08\x07" + b"\x1a\x06\x08\xab\xe7\x90\xd8\x06"
    read = ContentDecoder(ConfluentRegistry(registry)).decode(framed(schema_id, b"\x04\x02\x00" + data))
    assert isinstance(read, Tree)
    assert ("Protobuf", "shop.orders.Order.Line") == (read.format, read.type_name)
    expected = [
        ("price", [("net", [("cents", "5")])]),
        ("tax", [("cents", "7")]),
        ("at", "2026-11-23T12:38:03Z"),
    ]
    assert expected == shown(read.root)


def test_a_protobuf_schema_that_was_registered_in_binary_is_read(
    client: SchemaRegistryClient, topic: str, registry: str
) -> None:
    kind = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="label.proto", package="shop", syntax="proto3")
    number = kind(name="number", number=1, type=kind.TYPE_STRING, label=kind.LABEL_OPTIONAL)
    file.message_type.add(name="Label").field.append(number)
    binary = base64.b64encode(file.SerializeToString()).decode()
    schema_id = client.register_schema(f"{topic}-value", Schema(binary, "PROTOBUF"))
    read = ContentDecoder(ConfluentRegistry(registry)).decode(framed(schema_id, b"\x00\x0a\x01x"))
    assert isinstance(read, Tree)
    assert ("shop.Label", [("number", "x")]) == (read.type_name, shown(read.root))


def test_a_number_the_registry_does_not_know_is_said_so(registry: str) -> None:
    read = ContentDecoder(ConfluentRegistry(registry)).decode(framed(NEVER_GIVEN, b"\x02"))
    assert isinstance(read, Undecodable)
    assert not read.registry_unavailable
    assert "The format registry does not know number 2000000000. It may have been deleted." == str(
        read.attempts[0].reason
    )


def test_an_address_beside_the_registrys_interface_is_no_registry(registry: str) -> None:
    with pytest.raises(SchemaUnavailable) as raised:
        ConfluentRegistry(registry + "/nowhere").schema(1)
    assert "is not a format registry" in str(raised.value.reason)
    assert not raised.value.unknown


def test_a_certificate_is_checked_against_the_given_file(secured: Cluster) -> None:
    # The broker's TLS listener stands in for a registry behind TLS: the handshake comes first.
    def reason(ca_file: str) -> str:
        with pytest.raises(SchemaUnavailable) as raised:
            ConfluentRegistry(f"https://{secured.ssl}", ca_file=ca_file).schema(1)
        return str(raised.value.reason)

    assert "certificate is not trusted" in reason("")
    assert "certificate is not trusted" not in reason(secured.ca_file)
    assert "No secure connection" not in reason(secured.ca_file)


@pytest.fixture(params=["registry", "in memory"])
def source(
    request: pytest.FixtureRequest, client: SchemaRegistryClient, topic: str, registry: str
) -> tuple[SchemaSource, int]:
    """A schema source and the id of the one schema that is surely in it."""
    data = avro_value(client, topic, json.dumps(CANCELED), _canceled())
    schema_id = framed_schema(data)
    assert schema_id is not None
    if request.param == "registry":
        return ConfluentRegistry(registry), schema_id
    return GivenSchemas(RegisteredSchema(schema_id, "AVRO", json.dumps(CANCELED))), schema_id


def _canceled() -> dict[str, Any]:
    return {"orderNumber": "1", "canceledAt": 0, "refund": None, "serial": 1}


def test_contract_a_known_schema_is_given_every_time(source: tuple[SchemaSource, int]) -> None:
    schemas, schema_id = source
    for _ in range(2):
        found = schemas.schema(schema_id)
        assert (schema_id, "AVRO", ()) == (found.id, found.kind, found.references)
        assert CANCELED == json.loads(found.schema)


def test_contract_an_unknown_schema_is_said_so_every_time(source: tuple[SchemaSource, int]) -> None:
    schemas, schema_id = source
    for _ in range(2):
        with pytest.raises(SchemaUnavailable) as raised:
            schemas.schema(NEVER_GIVEN)
        assert raised.value.unknown
        assert "The format registry does not know number 2000000000. It may have been deleted." == str(
            raised.value.reason
        )
    schemas.forget_failures()
    assert schema_id == schemas.schema(schema_id).id
