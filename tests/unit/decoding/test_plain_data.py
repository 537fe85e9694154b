"""Content as plain data: nothing loses a digit, and JSON can hold it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.payload import Node, NodeKind, Nothing, Payload, Plain, Tree, Undecodable
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.plain_data import ordinal, to_plain, why_undecodable
from kmp_desktop.decoding.rendering import rendered

DECODER = ContentDecoder(None)


def plain(source: str) -> object:
    """The plain data of a JSON text."""
    return to_plain(DECODER.decode(source.encode()))


def number(spelled: str) -> object:
    """The plain data of a number, also of one that JSON cannot spell."""
    return to_plain(Tree(Node("", NodeKind.NUMBER, spelled), "", "Avro"))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", 0),
        ("-17", -17),
        ("9007199254740991", 2**53 - 1),
        ("-9007199254740991", -(2**53) + 1),
        ("9007199254740992", "9007199254740992"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9" * 5000, "9" * 5000),
        ("129.90", 129.9),
        ("1e5", 1e5),
        ("1E-7", 1e-7),
        ("1999999999999999.99", "1999999999999999.99"),
        ("0.30000000000000004441", "0.30000000000000004441"),
        ("1e999", "1e999"),
        ("1e99999999999999999999", "1e99999999999999999999"),
    ],
)
def test_a_number_that_a_double_would_round_is_text(written: str, number: object) -> None:
    found = plain(f"[{written}]")
    assert [number] == found
    assert isinstance(found, list)
    assert type(number) is type(found[0])


@pytest.mark.parametrize("spelled", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_have_is_text(spelled: str) -> None:
    assert spelled == number(spelled)


def test_all_kinds_of_values_are_kept() -> None:
    source = '{"o":{"e":{}},"l":[[],"x"],"t":true,"f":false,"z":null,"s":"true"}'
    assert json.loads(source) == plain(source)


def test_a_name_that_occurs_again_is_counted() -> None:
    assert {"a": 1, "a (2nd)": 2, "b": 0, "a (3rd)": 3} == plain('{"a":1,"a":2,"b":0,"a":3}')


def test_a_counted_name_never_hides_one_that_is_really_so_called() -> None:
    assert {"a": 1, "a (2nd)": 3, "a (3rd)": 2} == plain('{"a":1,"a (2nd)":3,"a":2}')
    assert {"a": 1, "a (2nd)": 2, "a (2nd) (2nd)": 3} == plain('{"a":1,"a":2,"a (2nd)":3}')


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (22, "22nd"),
        (113, "113th"),
    ],
)
def test_counting_is_said_in_english(n: int, said: str) -> None:
    assert said == ordinal(n)


@pytest.mark.parametrize(
    ("node", "data"),
    [
        (Node("", NodeKind.BYTES, "00ff"), "00ff"),
        (Node("", NodeKind.BYTES, "32be", logical="129.90"), "129.90"),
        (Node("", NodeKind.NUMBER, "1795437483221", logical="2026-11-23T12:38:03.221Z"), 1_795_437_483_221),
    ],
)
def test_bytes_are_hex_decimals_exact_and_times_raw(node: Node, data: object) -> None:
    assert data == to_plain(Tree(node, "", "Avro"))


@pytest.mark.parametrize(
    ("payload", "data"),
    [
        (Plain("hello"), "hello"),
        (Nothing(null=True), None),
        (Nothing(null=False), ""),
        (Undecodable(()), None),
    ],
)
def test_what_is_no_tree_is_text_or_nothing(payload: Payload, data: object) -> None:
    assert data == to_plain(payload)


def test_only_what_cannot_be_shown_has_a_reason() -> None:
    assert (
        "JSON: The first byte is ff; JSON cannot start with it.\nPlain text: 1 byte is not valid text."
        == why_undecodable(DECODER.decode(b"\xff"))
    )
    assert why_undecodable(DECODER.decode(b"{}")) is None
    assert why_undecodable(DECODER.decode(None)) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON)
def test_a_tree_written_out_is_the_same_content(value: object) -> None:
    shown = DECODER.decode(json.dumps(value).encode())
    assert isinstance(shown, Tree)
    assert value == json.loads(_without_guesses(shown.root))


def _without_guesses(root: Node) -> str:
    """Written out, with times that are only a guess left as they are."""

    def bare(node: Node) -> Node:
        return Node(node.name, node.kind, node.value, tuple(bare(child) for child in node.children))

    return rendered(bare(root))


def test_a_tree_is_written_out_over_several_lines() -> None:
    root = Node(
        "",
        NodeKind.OBJECT,
        children=(
            Node("n", NodeKind.NUMBER, "NaN"),
            Node("b", NodeKind.BYTES, "00ff"),
            Node("d", NodeKind.BYTES, "05", logical="0.05"),
            Node("t", NodeKind.NUMBER, "5", logical="1970-01-01T00:00:00.005Z"),
            Node("l", NodeKind.LIST, children=(Node("0", NodeKind.STRING, 'ß"'), Node("1", NodeKind.OBJECT))),
        ),
    )
    assert (
        '{\n  "n": "NaN",\n  "b": "00ff",\n  "d": "0.05",\n  "t": "1970-01-01T00:00:00.005Z",\n'
        '  "l": [\n    "ß\\"",\n    {}\n  ]\n}'
    ) == rendered(root)
