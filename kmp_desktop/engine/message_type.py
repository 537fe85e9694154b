"""What kind of message a record is: the name people know it by."""

from __future__ import annotations

import re

from kmp_desktop.core.record import DeadLetter
from kmp_desktop.engine.content import Content, scalar_at

_SPRING = "__TypeId__"
_CLOUD_EVENTS = "ce_type"
_FIELDS = ("type", "eventType")
_LONGEST = 120  # characters; longer is no name
_LAST_PART = re.compile(r"[^.$/]*$")


def message_type(record: DeadLetter, content: Content) -> str:
    """The name of the message, "" if nothing tells.

    In this order: Spring's class header, the CloudEvents type, the name in the schema, a field
    ``type`` or ``eventType``. Only class and schema names lose their package: the last part of
    "order.canceled" or "com.shop.order.canceled.v1" alone would not say what happened to what.
    """
    spring = cloud = ""
    for name, value in record.headers:
        if name == _SPRING and value:
            spring = _text(value)
        elif name == _CLOUD_EVENTS and value:
            cloud = _text(value)
    if spring:
        short = simple_name(spring)
        return short if short[:1].isupper() else spring  # a name that Spring maps to a class is no class
    if cloud:
        return cloud
    return simple_name(content.type_name) if content.type_name else _from_fields(content.root)


def simple_name(name: str) -> str:
    """``OrderCanceled`` of ``com.shop.orders.OrderCanceled``."""
    found = _LAST_PART.search(name)
    return (found.group() if found else "") or name


def _from_fields(root: object) -> str:
    for field in _FIELDS:
        value = scalar_at(root, (field,))
        if value and len(value) <= _LONGEST and value.isprintable() and not value.isdigit():
            return value
    return ""


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")[:_LONGEST]
