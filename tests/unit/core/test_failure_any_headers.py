"""Whatever the headers hold, reading them gives an answer and never an exception."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core import (
    failure_connect,
    failure_flat,
    failure_share_group,
    failure_smallrye,
    failure_spring,
    failure_streams,
)
from kmp_desktop.core.failure import (
    FailureReason,
    failure_of,
    group_key,
    is_failure_header,
    known_number,
    label,
)
from kmp_desktop.core.record import DeadLetter, Header, RecordId

_KNOWN = sorted(
    failure_spring.NAMES
    | failure_connect.NAMES
    | failure_streams.NAMES
    | failure_share_group.NAMES
    | failure_smallrye.NAMES
    | failure_flat.NUMBERS
    | {"error", "exception", "error_type", "x-exception-message", "error_timestamp", "attempts", "dlq-stack"}
)
_PIECES = st.sampled_from(
    [
        b"\nCaused by: ",
        b"\n\tSuppressed: ",
        b"\n\tat ",
        b"\n\t... 3 more",
        b"java.lang.",
        b"com.shop.Failed",
        b": ",
        b"(A.java:1)",
        b"$$Proxy7.a$1",
        b"Listener method 'void a.B.c(D)' threw exception; ",
        b"0001-01-01T00:00:00+23:59",
        b"9999-12-31T23:59:59-23:59",
        b"99999999999999999999",
        b"\xff",
        b"\x00",
        "ß{}".encode(),
    ]
)
_VALUES = st.none() | st.binary(max_size=40) | st.lists(_PIECES, max_size=12).map(b"".join)
_HEADERS: st.SearchStrategy[list[Header]] = st.lists(
    st.tuples(st.sampled_from(_KNOWN) | st.text(max_size=30), _VALUES), max_size=40
)


@given(_HEADERS, st.none() | st.binary(max_size=3), st.none() | st.binary(max_size=3))
def test_any_headers_have_a_reason_a_group_and_a_label(
    headers: list[Header], key: bytes | None, value: bytes | None
) -> None:
    reason = failure_of(DeadLetter(RecordId(0, 0), key, value, tuple(headers), 5))
    assert isinstance(reason, FailureReason)
    assert reason.came_back >= 0
    assert str(label(reason))
    assert group_key(reason).count("|") >= 2
    assert str(reason.step or "-")
    assert isinstance(reason.stack_trace, str)
    for number in (reason.tries, reason.first_sent, reason.origin and reason.origin.offset):
        assert number is None or number >= 0


@given(st.text(), _VALUES)
def test_any_name_is_a_failure_header_or_not(name: str, value: bytes | None) -> None:
    assert is_failure_header(name) in (True, False)
    assert known_number(name, value) is None or name in _KNOWN
