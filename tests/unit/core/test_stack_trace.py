"""Reading stack traces: chains of causes, messages over several lines, the company's own frames."""

from __future__ import annotations

import pytest

from kmp_desktop.core.stack_trace import is_own, read_stack_trace, split_class

NESTED = b"""com.shop.OrderFailed: order 7
\tat com.shop.Orders.cancel(Orders.java:12)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: com.shop.LookupFailed: customer 9
\tat com.shop.Customers.find(Customers.java:3)
\t... 2 more
Caused by: java.net.ConnectException: refused
\tat java.base/sun.nio.ch.Net.connect(Net.java:1)
\tat app//com.shop.http.Client.get(Client.java:88)
\t... 3 more
"""


def chain(trace: bytes) -> list[tuple[str, str]]:
    """(class, message) of every exception in the chain."""
    return [(thrown.name, thrown.message) for thrown in read_stack_trace(trace).chain]


def test_the_chain_goes_from_the_outermost_to_the_deepest() -> None:
    assert [
        ("com.shop.OrderFailed", "order 7"),
        ("com.shop.LookupFailed", "customer 9"),
        ("java.net.ConnectException", "refused"),
    ] == chain(NESTED)


def test_the_first_own_frame_is_looked_for_from_the_deepest_exception_up() -> None:
    assert read_stack_trace(NESTED).own_frame == "com.shop.http.Client.get"
    outer = NESTED.replace(b"app//com.shop.http.Client", b"org.apache.http.Client")
    assert read_stack_trace(outer).own_frame == "com.shop.Customers.find"


def test_a_trace_of_frameworks_alone_has_no_own_frame() -> None:
    assert read_stack_trace(NESTED.replace(b"com.shop.", b"org.apache.")).own_frame == ""


def test_suppressed_exceptions_and_their_causes_are_ignored() -> None:
    trace = b"""com.shop.Failed: outer
\tat org.apache.kafka.Poll.run(Poll.java:1)
\tSuppressed: com.shop.CloseFailed: never mind
\t\tat com.shop.Suppressed.close(Suppressed.java:5)
\tCaused by: com.shop.NotThis: no
\t\tat com.shop.Suppressed.again(Suppressed.java:6)
Caused by: java.io.IOException: disk full
\tat java.io.Write.write(Write.java:2)
"""
    assert [("com.shop.Failed", "outer"), ("java.io.IOException", "disk full")] == chain(trace)
    assert read_stack_trace(trace).own_frame == ""


def test_a_message_may_go_on_over_several_lines() -> None:
    trace = b"""com.shop.Failed: first
 at [Source: line 1, column 39]

Caused by lightning
\tat com.shop.A.b(A.java:1)
Caused by: com.shop.Deeper: x
y
"""
    assert [
        ("com.shop.Failed", "first\n at [Source: line 1, column 39]\n\nCaused by lightning"),
        ("com.shop.Deeper", "x\ny"),
    ] == chain(trace)


def test_exceptions_without_message_or_frames_are_read() -> None:
    assert [("com.shop.Failed", ""), ("java.io.EOFException", "")] == chain(
        b"com.shop.Failed\nCaused by: java.io.EOFException\n\tat a.B.c(B.java:1)\n"
    )


HOSTILE = "boom\n\tat evil.A1.b(A.java:1)\nCaused by: evil.X1: never\n\tat evil.F1.m(F.java:1)\nend"


def test_a_known_message_is_never_taken_for_causes_or_frames() -> None:
    trace = f"com.shop.Failed: {HOSTILE}\n\tat com.shop.Real.run(Real.java:1)\n".encode()
    read = read_stack_trace(trace, (("com.shop.Failed", HOSTILE),))
    assert ([("com.shop.Failed", HOSTILE)], "com.shop.Real.run", True) == (
        [(thrown.name, thrown.message) for thrown in read.chain],
        read.own_frame,
        read.certain,
    )


def test_a_cause_right_behind_the_message_of_a_cause_is_not_certain() -> None:
    trace = NESTED.replace(b"refused", b"refused\nCaused by: evil.X1: never")
    read = read_stack_trace(trace)
    assert (["com.shop.OrderFailed", "com.shop.LookupFailed", "java.net.ConnectException"], False) == (
        [thrown.name for thrown in read.chain],
        read.certain,
    )


def test_frames_before_the_end_of_a_message_are_part_of_it() -> None:
    trace = NESTED.replace(b"refused", b"refused\n\tat evil.F1.m(F.java:1)\nsaid the server")
    assert read_stack_trace(trace).own_frame == "com.shop.http.Client.get"


def test_a_trace_with_windows_line_ends_is_read() -> None:
    assert chain(NESTED) == chain(NESTED.replace(b"\n", b"\r\n"))


def test_a_trace_that_breaks_off_tells_what_is_left_of_it() -> None:
    cut = NESTED[: NESTED.index(b"Caused by: java.net")]
    assert ["com.shop.OrderFailed", "com.shop.LookupFailed"] == [name for name, _ in chain(cut)]


@pytest.mark.parametrize("text", [b"", b"\n", b"Caused by: ", b"no trace at all", b"\xff\xfe", b"at x.y(z)"])
def test_what_is_no_trace_has_no_chain(text: bytes) -> None:
    assert [] == chain(text)


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        (b"com.shop.Orders$$SpringCGLIB$$0.cancel", "com.shop.Orders.cancel"),
        (b"com.shop.Orders$$EnhancerBySpringCGLIB$$1a2b3c.cancel", "com.shop.Orders.cancel"),
        (b"com.shop.Orders.lambda$cancel$17", "com.shop.Orders.lambda$cancel"),
        (b"com.shop.Orders$Line.<init>", "com.shop.Orders$Line.<init>"),
        (b"shop-api@1.2/com.shop.Orders.cancel", "com.shop.Orders.cancel"),
    ],
)
def test_a_frame_loses_what_every_build_numbers_anew(frame: bytes, name: str) -> None:
    assert name == read_stack_trace(b"com.shop.Failed: x\n\tat " + frame + b"(Orders.java:3)\n").own_frame


@pytest.mark.parametrize(
    ("written", "split"),
    [
        ("com.shop.Failed: why", ("com.shop.Failed", "why")),
        ("com.shop.Failed", ("com.shop.Failed", "")),
        ("ValueError: bad", ("ValueError", "bad")),
        ("Customer: not found", ("", "Customer: not found")),
        ("stock would become negative: -3", ("", "stock would become negative: -3")),
        ("a.b and more", ("", "a.b and more")),
        ("", ("", "")),
    ],
)
def test_a_class_before_a_message_is_told_from_a_sentence(written: str, split: tuple[str, str]) -> None:
    assert split == split_class(written)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("com.shop.Failed", True),
        ("javafly.Failed", True),
        ("java.lang.Error", False),
        ("org.springframework.x.Y", False),
        ("io.smallrye.x.Y", False),
        ("", False),
    ],
)
def test_classes_of_frameworks_are_not_the_companys_own(name: str, own: bool) -> None:
    assert own == is_own(name)


def test_many_empty_lines_are_gone_through_once() -> None:
    # Were each of them looked at from every line before it, this would take a minute.
    found = read_stack_trace(b"com.shop.OrderFailed: order 7" + b"\n \t" * 80_000 + b"end")
    assert ["com.shop.OrderFailed"] == [thrown.name for thrown in found.chain]
