"""Avro data written by fastavro and read by the program."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

import fastavro
import pytest

from kmp_desktop.core.payload import Tree
from kmp_desktop.decoding.avro import AvroSchemas
from kmp_desktop.decoding.refusal import NotThisFormat
from tests.unit.decoding.given_schemas import avro


def written(schema: Any, value: Any) -> bytes:
    """A value as fastavro writes it."""
    target = io.BytesIO()
    fastavro.schemaless_writer(target, _parsed(json.dumps(schema)), value)
    return target.getvalue()


def read_by_fastavro(schema: Any, data: bytes) -> Any:
    """A value as fastavro reads it."""
    return fastavro.schemaless_reader(io.BytesIO(data), _parsed(json.dumps(schema)), None)


@cache
def _parsed(schema: str) -> Any:
    return fastavro.parse_schema(json.loads(schema))


def read(schema: Any, data: bytes, *references: Any) -> Tree:
    """The tree of some data."""
    texts = [json.dumps(each) for each in references]
    return AvroSchemas().read(avro(1, json.dumps(schema), *texts), data, 0)


def refusal(schema: Any, data: bytes) -> str:
    """Why data is not of a schema."""
    with pytest.raises(NotThisFormat) as raised:
        read(schema, data)
    return str(raised.value.reason)
