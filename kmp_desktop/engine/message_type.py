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
    """The simple name of the message, "" if nothing tells.

    In this order: Spring's class header, the CloudEvents type, the name in the schema, a field
    ``type`` or ``eventType``. A CloudEvents type stays whole, because its last part may be "v1".
    """
    spring = cloud = ""
    for name, value in record.headers:
        if name == _SPRING and value:
            spring = _text(value)
        elif name == _CLOUD_EVENTS and value:
            cloud = _text(value)
    if spring:
        return simple_name(spring)
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
            return value if scalar_at(root, ("specversion",)) else simple_name(value)
    return ""


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")[:_LONGEST]
