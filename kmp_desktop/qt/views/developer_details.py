"""Class names, topics, offsets and stack traces: closed until somebody wants them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from kmp_desktop.core.view import RecordDetails
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.views.wrapped_text import WrappedText
from kmp_desktop.qt.visible_text import lines, one_line
from kmp_desktop.qt.widgets.buttons import LinkButton
from kmp_desktop.qt.widgets.card import Card, separator
from kmp_desktop.qt.widgets.labels import label

_FIRST_LINES = 4


def developer_facts(details: RecordDetails, queue_topic: str) -> list[tuple[str, str]]:
    """(name, value) of what is known; nothing is listed empty."""
    facts = details.facts
    found = [
        (tr("Exception"), facts.exception),
        (tr("Root cause"), facts.root_cause),
        (tr("Listener"), facts.listener),
        (tr("Consumer group"), facts.consumer_group),
        (tr("Came from"), _coordinates(facts.came_from)),
        (tr("This record"), _place(queue_topic, str(details.id.partition), str(details.id.offset))),
        (tr("Key"), _key(details)),
        (tr("Written"), _written(details)),
    ]
    if details.unfaithful:
        found.append((tr("Cannot be copied"), details.unfaithful))
    return [(name, one_line(value)) for name, value in found if value]


def _coordinates(came_from: str) -> str:
    """``topic/partition/offset`` in words; a topic's name holds no slash."""
    topic, _, rest = came_from.partition("/")
    partition, _, offset = rest.partition("/")
    return _place(topic, partition, offset) if offset else came_from


def _place(topic: str, partition: str, offset: str) -> str:
    return tr(
        "{topic}, partition {partition}, offset {offset}", topic=topic, partition=partition, offset=offset
    )


def _key(details: RecordDetails) -> str:
    if details.key_bytes is None:
        return tr("none")
    size = trn(details.key_bytes, "{n} byte", "{n} bytes")
    return tr("{key} ({size})", key=details.key_shown, size=size)


def _written(details: RecordDetails) -> str:
    if details.timestamp <= 0:
        return ""
    return tr("{time} ({type})", time=when.utc(details.timestamp), type=details.timestamp_type)


class DeveloperDetails(QWidget):
    """A link that opens the panel, and the panel."""

    def __init__(self, queue_topic: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue_topic = queue_topic
        self._details: RecordDetails | None = None
        self._whole_trace = False
        px = Theme.current().px
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(px(6))
        head = QHBoxLayout()
        self._toggle = LinkButton(tr("Details for your developers"), "developerDetails", "caret-right")
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._on_toggled)
        self._copy = LinkButton(tr("Copy all"), "copyDetailsButton", "copy")
        self._copy.clicked.connect(self._on_copy)
        head.addWidget(self._toggle)
        head.addStretch(1)
        head.addWidget(self._copy)
        box.addLayout(head)
        self.panel = Card("developerDetailsPanel", margin=10)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(px(12))
        self._grid.setVerticalSpacing(px(4))
        self.panel.box.addLayout(self._grid)
        self._line = separator()
        self._trace_title = label("", "small", tone="muted")
        self._trace = WrappedText("stackTrace", "fixed")
        self._trace.setAccessibleName(tr("Stack trace"))
        self._more = LinkButton("", "showAllLinesButton")
        self._more.clicked.connect(self._on_more)
        for part in (self._line, self._trace_title, self._trace):
            self.panel.box.addWidget(part)
        self.panel.box.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.panel)
        self._on_toggled(False)

    def show_details(self, details: RecordDetails) -> None:
        """Fill in another record; open or closed stays as it is."""
        self._details = details
        self._whole_trace = False
        if self._toggle.isChecked():
            self._fill()

    def as_text(self) -> str:
        """Everything as plain text, for a ticket."""
        if self._details is None:
            return ""
        found = [f"{name}: {value}" for name, value in developer_facts(self._details, self._queue_topic)]
        return "\n".join([*found, "", *self._details.facts.stack_trace]).rstrip() + "\n"

    @Slot(bool)
    def _on_toggled(self, opened: bool) -> None:
        self._toggle.icon_name = "caret-down" if opened else "caret-right"
        self._toggle.update()
        self._copy.setVisible(opened)
        if opened:
            self._fill()
        self.panel.setVisible(opened)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.as_text())

    @Slot()
    def _on_more(self) -> None:
        self._whole_trace = not self._whole_trace
        self._fill_trace()

    def _fill(self) -> None:
        if self._details is None:
            return
        clear_layout(self._grid)
        for row, (name, value) in enumerate(developer_facts(self._details, self._queue_topic)):
            self._grid.addWidget(label(name, "small", tone="muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            text = WrappedText(role="fixed")
            text.setAccessibleName(name)
            text.set_text(value)
            self._grid.addWidget(text, row, 1)
        self._fill_trace()

    def _fill_trace(self) -> None:
        trace = self._details.facts.stack_trace if self._details is not None else ()
        has_more = len(trace) > _FIRST_LINES
        for part in (self._line, self._trace_title, self._trace):
            part.setVisible(bool(trace))
        self._more.setVisible(has_more)
        shown = trace if self._whole_trace else trace[:_FIRST_LINES]
        total = len(trace)
        if has_more and not self._whole_trace:
            title = tr("Stack trace, first {first} of {n} lines", first=_FIRST_LINES, n=total)
        else:
            title = trn(total, "Stack trace, {n} line", "Stack trace, {n} lines")
        self._trace_title.setText(title)
        self._trace.set_text(lines("\n".join(shown)))
        self._more.setText(tr("Show fewer lines") if self._whole_trace else tr("Show all lines"))
        self._more.updateGeometry()
