"""What narrows the list besides group and search; it takes effect at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.view import (
    NO_FILTERS,
    FieldFilter,
    Filters,
    GroupBy,
    Groups,
    GroupsWanted,
    Having,
)
from kmp_desktop.qt.dialogs.fields import FormGrid, line_edit, side_by_side
from kmp_desktop.qt.i18n import number, say, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.record_list import Asking
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.chip import chip_word
from kmp_desktop.qt.widgets.choices import CheckBox
from kmp_desktop.qt.widgets.combo import ComboBox

SERIAL = -1
"""Of the questions that the popup asks: nobody else's have it."""

_AFTER_LAST_KEY_MS = 250
_LONGEST = 60  # characters of a choice
_KINDS = (GroupBy.MESSAGE, GroupBy.REPORTER, GroupBy.STEP, GroupBy.DAY)
_TRIES = (2, 3, 5, 10)
Chip = tuple[str, str]
"""(key, words) of a filter that is set."""


class FilterPopup(QFrame):
    """Choices below the filter button. Closes by a click beside it, or by Esc.

    Signals:
        changed(Filters): another choice.
    """

    changed = Signal(object)

    def __init__(self, session: Asking, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("filterPopup")
        self.setProperty("ground", "plain")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(tr("Filters"))
        self._session = session
        self._filling = False
        self._columns: tuple[PayloadColumn, ...] = ()
        self._make_fields()
        self._arrange()
        self._later = QTimer(self, singleShot=True, interval=_AFTER_LAST_KEY_MS)
        self._later.timeout.connect(self._on_changed)
        self.filters = NO_FILTERS

    def open_at(self, place: QPoint) -> None:
        """Show it, its upper right corner there, with the choices that there are now."""
        for kind in _KINDS:
            self._session.ask(GroupsWanted(kind, SERIAL))
        self.adjustSize()
        self.move(place.x() - self.width(), place.y())
        self.show()
        self._decision.setFocus(Qt.FocusReason.PopupFocusReason)

    def take(self, answer: Groups) -> None:
        """The groups there are; other people's answers are left."""
        if answer.serial != SERIAL:
            return
        choices = [(each.key, say(each.label)) for each in answer.groups]
        if answer.group_by is GroupBy.DAY:
            choices.sort()
        for kind, box in self._boxes():
            if kind is answer.group_by:
                self._fill(box, choices)

    def set_columns(self, columns: tuple[PayloadColumn, ...], partitions: int) -> None:
        """The fields of the content that can be asked for, and how many parts the queue has."""
        self._columns = columns
        self._fill(self._field, [(str(nth), each.label) for nth, each in enumerate(columns)])
        self._fill(self._part, [(str(part), number(part)) for part in range(partitions)])

    def remove(self, key: str) -> None:
        """Take one filter back."""
        box = {each.objectName(): each for each in self.findChildren(ComboBox)}.get(key)
        if box is not None:
            box.setCurrentIndex(0)
        elif key == self._hint.objectName():
            self._hint.setChecked(False)

    @Slot()
    def clear(self) -> None:
        """Take all filters back."""
        self._filling = True
        for box in self.findChildren(ComboBox):
            box.setCurrentIndex(0)
        self._hint.setChecked(False)
        self._value.clear()
        self._filling = False
        self._on_changed()

    def chips(self) -> list[Chip]:
        """What is set, in words."""
        boxes = (
            (self._decision, tr("Decision")),
            (self._message, tr("Message")),
            (self._reporter, tr("Reported by")),
            (self._step, tr("Failing step")),
            (self._from, tr("Failed from")),
            (self._to, tr("Failed to")),
            (self._tries, tr("Tries at least")),
            (self._part, tr("Part")),
        )
        chips = [
            (box.objectName(), tr("{name}: {value}", name=name, value=box.currentText()))
            for box, name in boxes
            if box.currentData()
        ]
        if self._hint.isChecked():
            chips.append((self._hint.objectName(), tr("With a hint")))
        if self.filters.field is not None:
            words = (self._field.currentText(), self._having.currentText(), self._value.text().strip())
            chips.append((self._field.objectName(), one_line(" ".join(each for each in words if each), 80)))
        return chips

    # ---- building

    def _make_fields(self) -> None:
        self._decision = self._box("filterDecision")
        decisions = (None, Decision.MERGE, Decision.PURGE, Decision.SKIP)
        self._fill(self._decision, [(str(each), chip_word(each)) for each in decisions])
        self._message = self._box("filterMessage")
        self._reporter = self._box("filterReporter")
        self._step = self._box("filterStep")
        self._from, self._to = self._box("filterFrom"), self._box("filterTo")
        self._tries = self._box("filterTries")
        self._fill(self._tries, [(str(each), number(each)) for each in _TRIES])
        self._part = self._box("filterPart")
        self._hint = CheckBox(tr("Only with a hint"), "filterHint")
        self._hint.toggled.connect(self._on_changed)
        self._field = self._box("filterField")
        self._having = ComboBox("filterHaving")
        for having, words in (
            (Having.IS, tr("is")),
            (Having.CONTAINS, tr("contains")),
            (Having.EMPTY, tr("is empty")),
        ):
            self._having.addItem(words, having.value)
        self._having.setAccessibleName(tr("How the field is compared"))
        self._having.currentIndexChanged.connect(self._on_changed)
        self._value: QLineEdit = line_edit("filterValue", tr("Value"))
        self._value.setAccessibleName(tr("Value"))
        self._value.textChanged.connect(self._on_typed)

    def _arrange(self) -> None:
        px = Theme.current().px
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(16), px(16), px(16))
        box.setSpacing(px(12))
        grid = FormGrid()
        grid.add(tr("Decision"), self._decision)
        grid.add(tr("Message"), self._message)
        grid.add(tr("Reported by"), self._reporter)
        grid.add(tr("Failing step"), self._step)
        grid.add(tr("Failed from"), self._from)
        grid.add(tr("Failed to"), self._to)
        grid.add(tr("Tries at least"), self._tries)
        grid.add(tr("Part"), self._part)
        grid.add(tr("Content"), side_by_side(self._field, self._having), self._field)
        box.addLayout(grid)
        box.addWidget(self._value)
        box.addWidget(self._hint)
        foot = QHBoxLayout()
        foot.addStretch(1)
        clear = Button(tr("Clear filters"), "clearFiltersButton", "quiet")
        clear.clicked.connect(self.clear)
        foot.addWidget(clear)
        box.addLayout(foot)
        self.setMinimumWidth(px(380))

    def _box(self, name: str) -> ComboBox:
        box = ComboBox(name)
        box.addItem(tr("Any"), "")
        box.currentIndexChanged.connect(self._on_changed)
        return box

    def _boxes(self) -> tuple[tuple[GroupBy, ComboBox], ...]:
        return (
            (GroupBy.MESSAGE, self._message),
            (GroupBy.REPORTER, self._reporter),
            (GroupBy.STEP, self._step),
            (GroupBy.DAY, self._from),
            (GroupBy.DAY, self._to),
        )

    def _fill(self, box: ComboBox, choices: Sequence[Chip]) -> None:
        """Other choices; what is chosen stays chosen if it is still there."""
        chosen = box.currentData()
        before, self._filling = self._filling, True
        while box.count() > 1:
            box.removeItem(1)
        for key, words in choices:
            if key:
                box.addItem(one_line(words, _LONGEST), key)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        self._filling = before
        if not self._filling and box.currentData() != chosen:
            self._on_changed()

    # ---- what people choose

    @Slot()
    def _on_typed(self) -> None:
        self._later.start()

    @Slot()
    def _on_changed(self) -> None:
        self._later.stop()
        self._value.setEnabled(self._having.currentData() != Having.EMPTY.value)
        found = self._chosen()
        if not self._filling and found != self.filters:
            self.filters = found
            self.changed.emit(found)

    def _chosen(self) -> Filters:
        decision, tries, part = (box.currentData() for box in (self._decision, self._tries, self._part))
        first, last = self._from.currentData(), self._to.currentData()
        return replace(
            NO_FILTERS,
            decisions=frozenset((_decision(decision),)) if decision else frozenset(),
            message_type=self._message.currentData() or None,
            reporter=self._reporter.currentData() or None,
            step=self._step.currentData() or None,
            failed_from=_begin(first, 0) if first else None,
            failed_before=_begin(last, 1) if last else None,
            tries_at_least=int(tries) if tries else None,
            partition=int(part) if part else None,
            with_hint=self._hint.isChecked(),
            field=self._chosen_field(),
        )

    def _chosen_field(self) -> FieldFilter | None:
        column, value = self._field.currentData(), self._value.text().strip()
        having = Having(self._having.currentData())
        if not column or (not value and having is not Having.EMPTY):
            return None
        return FieldFilter(int(column), having, "" if having is Having.EMPTY else value)


def _decision(chosen: str) -> Decision | None:
    return None if chosen == str(None) else Decision(chosen)


def _begin(day: str, days_later: int) -> int:
    """The beginning of a day on this computer's clock, in epoch milliseconds."""
    moment = datetime.fromisoformat(day) + timedelta(days=days_later)
    return int(moment.astimezone().timestamp() * 1000)
