"""JSON keeps the spelling, order and repetition of its source, and never breaks the program."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.decoding.json_tree import read_json
from kmp_desktop.decoding.refusal import MAX_DEPTH, MAX_NODES, NotThisFormat, TooMuch
from tests.unit.decoding.trees import at, shown


def tree(source: str) -> Node:
    """The tree of a text."""
    return read_json(source.encode())[0]


def refusal(data: bytes) -> str:
    """Why bytes are not JSON."""
    with pytest.raises(NotThisFormat) as raised:
        read_json(data)
    return str(raised.value.reason)


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "-0",
        "9007199254740993127",
        "129.90",
        "1e5",
        "1E+5",
        "-1.50e-07",
        "0.1000000000000000055511151231257827",
        "1e999",
        "1" * 6000,
    ],
)
def test_numbers_stay_exactly_as_written(number: str) -> None:
    assert Node("n", NodeKind.NUMBER, number) == at(tree(f'{{"n": {number}}}'), "n")


def test_order_and_duplicate_names_are_kept() -> None:
    assert [("b", "1"), ("a", "2"), ("b", [("c", None)])] == shown(tree('{"b":1,"a":2,"b":{"c":null}}'))


def test_every_kind_of_value_is_told_apart() -> None:
    root = tree('{"o":{},"l":[],"s":"x","n":1,"t":true,"f":false,"z":null,"e":""}')
    assert [
        ("o", NodeKind.OBJECT, ""),
        ("l", NodeKind.LIST, ""),
        ("s", NodeKind.STRING, "x"),
        ("n", NodeKind.NUMBER, "1"),
        ("t", NodeKind.BOOLEAN, "true"),
        ("f", NodeKind.BOOLEAN, "false"),
        ("z", NodeKind.NULL, "null"),
        ("e", NodeKind.STRING, ""),
    ] == [(child.name, child.kind, child.value) for child in root.children]


def test_entries_of_a_list_are_named_by_their_number() -> None:
    assert ["0", "1", "2"] == [child.name for child in tree("[5,6,[7]]").children]


@pytest.mark.parametrize("source", ["5", '"x"', "true", "null", "[]"])
def test_the_root_may_be_any_value_and_has_no_name(source: str) -> None:
    assert tree(source).name == ""


def test_the_original_text_is_given_back() -> None:
    source = '{ "b" :1.0,\n\t"a":"\\u00e9" }\n'
    assert source == read_json(source.encode())[1]


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert [("a", "1")] == shown(read_json(b'\xef\xbb\xbf{"a":1}')[0])


def test_escapes_are_shown_as_what_they_mean_but_half_characters_as_written() -> None:
    root = tree('{"\\ud83d":"\\ud83d\\ude00 \\udead \\n"}')
    assert [("\\ud83d", "\U0001f600 \\udead \n")] == shown(root)
    json.dumps(shown(root), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x00\x00\x04\xa3", "The first byte is 00; JSON cannot start with it."),
        (b"hello", "The first byte is 68; JSON cannot start with it."),
        (b'{"a":"caf\xe9"}', "Byte 10 (e9) is not valid text."),
        (b'{"a":NaN}', "It contains NaN, which is not JSON."),
        (b"[-Infinity]", "It contains -Infinity, which is not JSON."),
        (b'{"a":12,50}', "It stops being JSON at line 1, column 9."),
        (b'{"a":1}\n{"a":2}', "It stops being JSON at line 2, column 1."),
        (b'{"a":', "It stops being JSON at line 1, column 6."),
        (b"01", "It stops being JSON at line 1, column 2."),
        (b"", "It is empty."),
        (b"   ", "It stops being JSON at line 1, column 4."),
        (b'"a\tb"', "It stops being JSON at line 1, column 3."),
        (b"[1,]", "It stops being JSON at line 1, column 4."),
    ],
)
def test_what_is_no_json_is_refused_in_words(data: bytes, reason: str) -> None:
    assert reason == refusal(data)


@pytest.mark.parametrize("levels", [10_000, 600_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_deep_nesting_is_refused_and_does_not_crash(levels: int, opening: str, closing: str) -> None:
    value = opening * levels + "1" + closing * levels
    assert f"It is nested more than {MAX_DEPTH} levels deep." == refusal(value.encode())
    assert f"It is nested more than {MAX_DEPTH} levels deep." == refusal((opening * levels).encode())


def test_nesting_up_to_the_limit_is_shown() -> None:
    node = tree("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH - 1):
        (node,) = node.children
    assert Node("0", NodeKind.LIST) == node


def test_values_beside_each_other_are_no_levels_but_hide_none_either() -> None:
    beside = "[]," * MAX_DEPTH
    assert MAX_DEPTH + 1 == len(tree(f"[{beside}{'[' * (MAX_DEPTH - 1)}{']' * (MAX_DEPTH - 1)}]").children)
    too_deep = f"[{beside}{'[' * MAX_DEPTH}{']' * MAX_DEPTH}]"
    assert f"It is nested more than {MAX_DEPTH} levels deep." == refusal(too_deep.encode())


def test_brackets_inside_text_are_no_levels() -> None:
    source = '{"a":"' + "[{" * 500 + '\\"["}'
    assert [("a", "[{" * 500 + '"[')] == shown(tree(source))


def test_more_values_than_a_tree_can_show_are_too_much() -> None:
    with pytest.raises(TooMuch):
        read_json(json.dumps([0] * MAX_NODES).encode())
    assert MAX_NODES - 1 == len(read_json(json.dumps([0] * (MAX_NODES - 1)).encode())[0].children)


@pytest.mark.parametrize(
    ("name", "value", "ms"),
    [
        ("canceledAt", "1795437483221", 1_795_437_483_221),
        ("shippedOn", "1795437483", 1_795_437_483_000),
        ("event_time", "1795437483221000", 1_795_437_483_221),
        ("created_at", '"2026-11-23T13:38:03.221Z"', 1_795_441_083_221),
        ("orderDate", '"2026-11-23T13:38:03+01:00"', 1_795_437_483_000),
        ("DATETIME", '"2026-11-23T13:38:03.123456789Z"', 1_795_441_083_123),
        ("canceledAt", "5", None),
        ("canceledAt", "-1795437483221", None),
        ("canceledAt", "1795437483221.5", None),
        ("canceledAt", "9" * 30, None),
        ("canceledAt", '"soon"', None),
        ("canceledAt", '"2026-13-45T25:61:00Z"', None),
        ("orderDate", '"2026-11-23"', None),
        ("orderDate", '"2026-11-23T13:38:03"', None),
        ("orderNumber", "1795437483221", None),
        ("format", "1795437483221", None),
        ("status", '"2026-11-23T13:38:03Z"', None),
    ],
)
def test_a_plausible_time_under_a_telling_name_is_marked_as_guessed(
    name: str, value: str, ms: int | None
) -> None:
    node = at(tree(f'{{"{name}":{value}}}'), name)
    assert (ms, ms is not None) == (node.logical_ms, node.guessed_time)
    assert json.loads(f'"{node.value}"') == value.strip('"')


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=30,
)


@given(_JSON)
def test_every_json_value_has_the_tree_that_python_reads(value: object) -> None:
    assert value == _value(tree(json.dumps(value)))


def _value(node: Node) -> object:
    match node.kind:
        case NodeKind.OBJECT:
            return {child.name: _value(child) for child in node.children}
        case NodeKind.LIST:
            return [_value(child) for child in node.children]
        case NodeKind.NUMBER | NodeKind.BOOLEAN | NodeKind.NULL:
            return json.loads(node.value)
        case _:
            return node.value


@given(st.binary() | st.text(alphabet='{}[]",:\\ue0123456789-+.truefalsn \n').map(str.encode))
def test_any_bytes_are_json_exactly_where_python_says_so_too(data: bytes) -> None:
    assert _is_json(data) == _is_tree(data)


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data.decode("utf-8-sig"), parse_constant=int)
    except ValueError:
        return False
    return True


def _is_tree(data: bytes) -> bool:
    try:
        read_json(data)
    except NotThisFormat:
        return False
    return True


def test_a_string_that_never_ends_is_looked_through_once() -> None:
    refusal(b"[" * (MAX_DEPTH + 1) + b'"' + b'\\"' * 500_000)
