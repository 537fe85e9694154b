"""What one value of the content says on the screen, and what it copies."""

from __future__ import annotations

import json
from dataclasses import dataclass

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.visible_text import edges_shown, one_line

BRANCHES = frozenset({NodeKind.OBJECT, NodeKind.LIST})
LONG = 120  # characters of a text from which on its length is told
_HEX_SHOWN = 32  # bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """The value, its colour token, and what stands quietly beside it."""

    text: str
    tone: str
    beside: str = ""
    opens: bool = False  # there is more behind it: Enter or double click shows it

    def words(self) -> str:
        """Both, for searching and for assistive technology."""
        return f"{self.text} {self.beside}" if self.beside else self.text


def shown(node: Node) -> Shown:
    """How a node is shown in one line."""
    if node.kind is NodeKind.OBJECT:
        count = len(node.children)
        return Shown(trn(count, "{n} field", "{n} fields"), "muted")
    if node.kind is NodeKind.LIST:
        count = len(node.children)
        return Shown(trn(count, "{n} entry", "{n} entries"), "muted")
    if node.kind is NodeKind.NULL:
        return Shown(tr("empty (null)"), "json_null")
    if node.kind is NodeKind.BYTES:
        return _bytes(node)
    return _scalar(node)


def _scalar(node: Node) -> Shown:
    if node.logical_ms is not None:
        moment = when.moment(node.logical_ms, when.now_ms(), seconds=True)
        raw = one_line(node.value)
        beside = tr("{raw} (read as time)", raw=raw) if node.guessed_time else raw
        return Shown(moment or raw, "text", beside)
    if node.logical:
        return Shown(one_line(node.logical), "json_number", one_line(node.value))
    if node.kind is NodeKind.STRING:
        return _string(node.value)
    return Shown(one_line(node.value), "json_number" if node.kind is NodeKind.NUMBER else "text")


def _string(value: str) -> Shown:
    if not value:
        return Shown(tr("empty text"), "json_null")
    text = edges_shown(value)
    if _contains_json(value):
        return Shown(text, "json_text", tr("contains JSON"), opens=True)
    if len(value) > LONG:
        beside = trn(len(value), "{n} character", "{n} characters")
        return Shown(text, "json_text", beside, opens=True)
    return Shown(text, "json_text")


def _bytes(node: Node) -> Shown:
    size = len(node.value) // 2
    pairs = [node.value[at : at + 2] for at in range(0, min(len(node.value), 2 * _HEX_SHOWN), 2)]
    text = " ".join(pairs) + (" …" if size > _HEX_SHOWN else "")
    beside = trn(size, "{n} byte", "{n} bytes")
    return Shown(node.logical or text or tr("empty"), "json_number", beside, opens=size > _HEX_SHOWN)


def tooltip(node: Node) -> str:
    """What there is to know beyond the line: the exact time, the raw value, the branch."""
    lines = []
    if node.logical_ms is not None:
        lines.append(when.exact(node.logical_ms))
    if node.logical or node.logical_ms is not None:
        lines.append(tr("As sent: {value}", value=one_line(node.value, 400)))
    elif node.kind is NodeKind.STRING:
        lines.append(edges_shown(node.value, 400))
    if node.branch:
        lines.append(tr("Kind: {branch}", branch=one_line(node.branch, 200)))
    return "\n".join(lines)


def ordinal(nth: int) -> str:
    """2nd, 3rd, 4th ..."""
    special = {2: tr("2nd"), 3: tr("3rd")}
    return special.get(nth) or tr("{n}th", n=nth)


def copied_value(node: Node) -> str:
    """The value as it was sent; branches as JSON."""
    return as_json(node) if node.kind in BRANCHES else node.value


def as_json(node: Node) -> str:
    """JSON text of a node: numbers as they were written, duplicate names kept."""
    out: list[str] = []
    # What is still to be written: text as it is, or a node with its depth. No recursion: content
    # may be nested deeper than Python's stack.
    todo: list[str | tuple[Node, int]] = [(node, 0)]
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            out.append(each)
        else:
            todo.extend(reversed(_written(*each)))
    return "".join(out)


def _written(node: Node, depth: int) -> list[str | tuple[Node, int]]:
    if node.kind not in BRANCHES:
        return [_scalar_json(node)]
    is_object = node.kind is NodeKind.OBJECT
    opening, closing = ("{", "}") if is_object else ("[", "]")
    if not node.children:
        return [opening + closing]
    inner = "\n" + "  " * (depth + 1)
    parts: list[str | tuple[Node, int]] = [opening]
    for nth, child in enumerate(node.children):
        name = f"{json.dumps(child.name, ensure_ascii=False)}: " if is_object else ""
        parts += [("," if nth else "") + inner + name, (child, depth + 1)]
    return [*parts, "\n" + "  " * depth + closing]


def _scalar_json(node: Node) -> str:
    if node.kind is NodeKind.NULL:
        return "null"
    if node.kind in (NodeKind.NUMBER, NodeKind.BOOLEAN):
        return node.value
    return json.dumps(node.value, ensure_ascii=False)


def _contains_json(value: str) -> bool:
    """Whether a text is JSON by its looks; only what opens it finds out whether it really is."""
    ends = value.strip()
    return len(ends) > 2 and (ends[0], ends[-1]) in (("{", "}"), ("[", "]")) and '"' in ends
