"""What rows need of a content, on the short way for JSON and on the long way for all else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.payload import Tree
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.engine.content import ContentReader, scalar_at, scalars
from tests.unit.decoding.avro_data import written
from tests.unit.decoding.given_schemas import GivenSchemas, avro, framed

READER = ContentReader(ContentDecoder(None))
ORDER = {
    "type": "record",
    "name": "OrderCanceled",
    "namespace": "com.shop",
    "fields": [
        {"name": "orderId", "type": "string"},
        {"name": "total", "type": "long"},
        {"name": "note", "type": ["null", "string"]},
        {
            "name": "customer",
            "type": {"type": "record", "name": "C", "fields": [{"name": "vip", "type": "boolean"}]},
        },
    ],
}


def fields(value: bytes) -> dict[tuple[str, ...], str]:
    """Every scalar of a value."""
    return dict(scalars(READER.read(value).root))


def test_numbers_stay_as_they_are_written() -> None:
    value = b'{"big": 9007199254740993127, "price": 129.90, "e": 1e5, "minus": -0}'
    assert [("big", "9007199254740993127"), ("price", "129.90"), ("e", "1e5"), ("minus", "-0")] == [
        (path[0], shown) for path, shown in fields(value).items()
    ]


def test_fields_are_found_three_names_deep_and_lists_are_not_entered() -> None:
    value = b'{"a": {"b": {"c": 1, "d": {"e": 2}}}, "l": [{"x": 1}], "t": true, "n": null, "s": ""}'
    assert {("a", "b", "c"): "1", ("t",): "true", ("n",): "", ("s",): ""} == fields(value)


def test_a_field_is_read_by_its_path() -> None:
    root = READER.read(b'{"a": {"b": "x"}, "l": [1], "n": null}').root
    assert "x" == scalar_at(root, ("a", "b"))
    assert "" == scalar_at(root, ("n",))
    assert [None] * 4 == [scalar_at(root, path) for path in (("a",), ("l",), ("a", "x"), ("a", "b", "c"))]


def test_an_avro_content_has_the_same_fields() -> None:
    value = {"orderId": "ORD001", "total": 12, "note": None, "customer": {"vip": True}}
    reader = ContentReader(ContentDecoder(GivenSchemas(avro(7, json.dumps(ORDER)))))
    content = reader.read(framed(7, written(ORDER, value)))
    assert "com.shop.OrderCanceled" == content.type_name
    assert {("orderId",): "ORD001", ("total",): "12", ("note",): "", ("customer", "vip"): "true"} == dict(
        scalars(content.root)
    )
    assert "true" == scalar_at(content.root, ("customer", "vip"))
    assert None is scalar_at(content.root, ("customer", "name"))


@pytest.mark.parametrize(
    ("value", "readable"),
    [
        (None, True),
        (b"", True),
        (b"plain words", True),
        (b"[broken", True),
        (b'{"a": NaN}', True),
        (b'{"a": "\xff"}', False),
        (b"\x00\x00\x00\x00\x07\x01", False),
        (b"[" * 100_000, True),
    ],
)
def test_every_value_is_read_without_an_exception(value: bytes | None, readable: bool) -> None:
    assert readable == READER.read(value).readable


def test_content_that_waits_for_the_registry_says_so() -> None:
    down = ContentReader(ContentDecoder(GivenSchemas(down=True)))
    unknown = ContentReader(ContentDecoder(GivenSchemas()))
    value = framed(7, b"\xff\xff")
    assert (False, True) == (down.read(value).readable, down.read(value).waits_for_registry)
    assert (False, False) == (unknown.read(value).readable, unknown.read(value).waits_for_registry)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), _JSON, max_size=4), st.booleans())
def test_the_short_way_finds_what_the_tree_shows(value: dict[str, object], ascii_only: bool) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    payload = ContentDecoder(None).decode(data)
    if isinstance(payload, Tree):
        shown = {path: text for path, text in scalars(payload.root) if path}
        assert shown == fields(data)
