"""One queue of a connection: its two topics and the group that remembers what is decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from kmp_desktop.app.connection_form import Field, new_id, queue_refusals, suggested_group
from kmp_desktop.core.payload import MAX_PAYLOAD_COLUMNS, PayloadColumn, dotted, path_of
from kmp_desktop.core.profile import Queue
from kmp_desktop.qt.dialogs.fields import FormGrid, line_edit, set_wrong, side_by_side
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import label, set_tone


class QueueDialog(FramedDialog):
    """Add or edit a queue.

    Signals:
        done_with(Queue): saved; not sent when cancelled.
    """

    done_with = Signal(object)

    def __init__(
        self, queue: Queue | None, taken_ids: Collection[str], parent: QWidget | None = None
    ) -> None:
        super().__init__("queueDialog", tr("Queue"), parent)
        self.setMinimumWidth(Theme.current().px(600))
        self._queue = queue or Queue("", "", "", "", "")
        self._taken = taken_ids
        self._suggested = suggested_group(self._queue.queue_topic)
        title = tr("Edit the queue") if queue else tr("Add a queue")
        self.body.addWidget(label(title, "dialog_title"))
        self._name = line_edit("queueNameEdit", tr("Order handling – failed messages"))
        self._description = line_edit("queueDescriptionEdit", tr("What is in it, for your colleagues"))
        self._topic = line_edit("queueTopicEdit", "orders.events.dlq")
        self._retry = line_edit("retryTopicEdit", tr("empty: nothing can be retried"))
        self._group = line_edit("groupEdit")
        example = "customer.name"
        self._columns = [
            (line_edit(f"columnFieldEdit{n}", example), line_edit(f"columnLabelEdit{n}", tr("its heading")))
            for n in range(1, MAX_PAYLOAD_COLUMNS + 1)
        ]
        grid = FormGrid()
        grid.add(tr("Name"), self._name)
        grid.add(tr("Description"), self._description)
        grid.add(tr("Dead letter topic"), self._topic)
        grid.add(tr("Retry topic"), self._retry)
        grid.add(tr("Group"), self._group)
        for n, (field, heading) in enumerate(self._columns, 1):
            grid.add(tr("Column {n} from the content", n=n), side_by_side(field, heading), field)
            field.setToolTip(tr("The name of a field; one inside another with a dot: customer.name"))
            heading.setAccessibleName(tr("Heading of column {n}", n=n))
        self.body.addLayout(grid)
        note = tr("Without a column here the list chooses fields of the content that tell messages apart.")
        self.body.addWidget(label(note, tone="muted", wrap=True))
        self._topics = label(tone="muted", name="topicsLabel", wrap=True)
        self.body.addWidget(self._topics)
        note = tr("Everybody who works on this queue uses the same group. It remembers what is decided.")
        self.body.addWidget(label(note, tone="muted", wrap=True))
        self.body.addStretch(1)
        self._fill_foot()
        self._fill(self._queue)
        fields = (field for field, _ in self._columns)
        for edit in (self._name, self._description, self._retry, self._group, *fields):
            edit.textChanged.connect(self._on_changed)
        self._topic.textChanged.connect(self._on_topic_changed)
        self._on_changed()
        self._name.setFocus()

    @Slot(object)
    def set_topics(self, names: tuple[str, ...]) -> None:
        """Offer these topics of the cluster: a part of a name finds them."""
        for edit in (self._topic, self._retry):
            completer = QCompleter(list(names), edit)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setMaxVisibleItems(12)
            edit.setCompleter(completer)
        words = trn(
            len(names),
            "{n} topic on the server: type a part of its name, or press ↓.",
            "{n} topics on the server: type a part of a name, or press ↓.",
        )
        self._topics.setText(words if names else tr("This account sees no topics on the server."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """↓ in an empty field shows all topics."""
        focused = self.focusWidget()
        completer = focused.completer() if isinstance(focused, QLineEdit) else None
        if event.key() == Qt.Key.Key_Down and completer is not None:
            completer.setCompletionPrefix(focused.text() if isinstance(focused, QLineEdit) else "")
            completer.complete()
            return
        super().keyPressEvent(event)

    def queue(self) -> Queue:
        """What the form says now."""
        name = self._name.text().strip()
        return replace(
            self._queue,
            id=self._queue.id or new_id(name, self._taken),
            name=name,
            description=self._description.text().strip(),
            queue_topic=self._topic.text().strip(),
            retry_topic=self._retry.text().strip(),
            group=self._group.text().strip(),
            columns=tuple(
                PayloadColumn(path_of(field.text()) or (field.text().strip(),), heading.text().strip())
                for field, heading in self._columns
                if field.text().strip()
            ),
        )

    def event(self, event: QEvent) -> bool:
        """Sentences that come later take room of their own: Qt would take it from the fields."""
        asked = event.type() == QEvent.Type.LayoutRequest
        handled = super().event(event)  # after the one that deletes the dialog nothing of it may be touched
        layout = self.layout() if asked else None
        if layout is not None:
            needed = layout.totalHeightForWidth(self.width())
            if needed > self.height():
                self.resize(self.width(), needed)
        return handled

    def _fill(self, queue: Queue) -> None:
        self._name.setText(queue.name)
        self._description.setText(queue.description)
        self._topic.setText(queue.queue_topic)
        self._retry.setText(queue.retry_topic)
        self._group.setText(queue.group)
        for (field, heading), column in zip(self._columns, queue.columns, strict=False):
            field.setText(dotted(column.path))
            heading.setText(column.label)

    def _fill_foot(self) -> None:
        self._why_not = label(tone="muted", name="queueRefusal", wrap=True)
        cancel = Button(tr("Cancel"), "cancelQueueButton")
        cancel.clicked.connect(self.reject)
        self._save = Button(tr("Use this queue"), "saveQueueButton", "primary")
        self._save.setDefault(True)
        self._save.clicked.connect(self._on_save)
        self.foot.row.addWidget(self._why_not, 1)
        self.foot.row.addWidget(cancel)
        self.foot.row.addWidget(self._save)

    def _on_topic_changed(self) -> None:
        suggestion = suggested_group(self._topic.text().strip())
        if self._group.text() in ("", self._suggested):  # a group of one's own stays
            self._group.setText(suggestion)
        self._suggested = suggestion
        self._on_changed()

    def _on_changed(self) -> None:
        found = queue_refusals(self.queue())
        fields = {
            Field.QUEUE_NAME: self._name,
            Field.QUEUE_TOPIC: self._topic,
            Field.RETRY_TOPIC: self._retry,
            Field.GROUP: self._group,
            Field.COLUMN: self._columns[0][0],
        }
        wrong = {each.field for each in found}
        for field, edit in fields.items():
            set_wrong(edit, field in wrong and bool(edit.text()))
        for edit, _ in self._columns:
            set_wrong(edit, bool(edit.text().strip()) and not path_of(edit.text()))
        self._why_not.setText(say(found[0].why) if found else "")
        loud = bool(found) and bool(fields[found[0].field].text())
        set_tone(self._why_not, "error" if loud else "muted")
        self._save.setEnabled(not found)

    def _on_save(self) -> None:
        self.done_with.emit(self.queue())
        self.accept()
