"""The kind of message: whoever tells it."""

from __future__ import annotations

import pytest

from kmp_desktop.core.record import Header
from kmp_desktop.engine.content import Content
from kmp_desktop.engine.message_type import message_type, simple_name
from tests.unit.records import record

SPRING: Header = ("__TypeId__", b"com.shop.orders.OrderCanceled")
CLOUD: Header = ("ce_type", b"com.shop.order.canceled.v1")


@pytest.mark.parametrize(
    ("headers", "type_name", "root", "expected"),
    [
        ([CLOUD, SPRING], "com.shop.Other", {"type": "other"}, "OrderCanceled"),
        ([CLOUD], "com.shop.Other", {"type": "other"}, "com.shop.order.canceled.v1"),
        ([], "com.shop.OrderCanceled", {"type": "other"}, "OrderCanceled"),
        ([("__TypeId__", b"com.shop.Orders$Canceled")], "", None, "Canceled"),
        ([("__TypeId__", b"order.canceled")], "", None, "order.canceled"),
        ([], "", {"eventType": "order.Canceled", "x": "1"}, "order.Canceled"),
        ([], "", {"type": "order.canceled"}, "order.canceled"),
        ([], "", {"type": "OrderCanceled", "eventType": "other"}, "OrderCanceled"),
        ([], "", {"specversion": "1.0", "type": "com.shop.order.v1"}, "com.shop.order.v1"),
        ([("__TypeId__", None)], "", {"kind": "x"}, ""),
        ([], "", {"type": "3"}, ""),
        ([], "", {"type": {"name": "x"}}, ""),
        ([], "", {"type": "x" * 200}, ""),
        ([], "", {"type": "two\nlines"}, ""),
        ([], "", ["type"], ""),
        ([], "", None, ""),
    ],
)
def test_the_first_that_tells_the_type_wins(
    headers: list[Header], type_name: str, root: object, expected: str
) -> None:
    assert expected == message_type(record(0, headers=headers), Content(root, "", type_name))


def test_the_last_class_header_is_the_newest() -> None:
    headers = [SPRING, ("__TypeId__", b"com.shop.orders.OrderShipped")]
    assert "OrderShipped" == message_type(record(0, headers=headers), Content(None, ""))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.b.C", "C"), ("a.B$C", "C"), ("C", "C"), ("ends.in.", "ends.in."), ("", "")],
)
def test_the_simple_name_is_the_last_part(name: str, expected: str) -> None:
    assert expected == simple_name(name)
