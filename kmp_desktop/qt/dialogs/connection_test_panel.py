"""The connection test as a list of steps, each with what it found out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from kmp_desktop.app.check_report import check_report
from kmp_desktop.core.connection_check import CheckResult, CheckState
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.qt.announce import announce
from kmp_desktop.qt.connection_tester import ConnectionTester, TestEnd, TestLine
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.when import clock_time, now_ms
from kmp_desktop.qt.widgets.buttons import Button, LinkButton
from kmp_desktop.qt.widgets.card import Card, spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label

_LOOKS = {
    CheckState.PASSED: ("check-circle", "ok"),
    CheckState.INFO: ("info", "info"),
    CheckState.WARNING: ("warning", "warn"),
    CheckState.FAILED: ("x-circle", "error"),
    CheckState.NOT_TRIED: ("circle", "muted"),
}

Asked = Callable[[], tuple[ConnectionProfile, Queue | None, Secrets] | None]


class ConnectionTestPanel(Card):
    """Button, time and steps. ``asked`` gives what is to be tested, None while the form is not valid.

    Signals:
        finished(bool): a test is over; True: every step went well.
    """

    finished = Signal(bool)

    def __init__(self, tester: ConnectionTester, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__("connectionTest", "panel", parent=parent)
        self._tester = tester
        self._asked = asked
        self._serial = 0
        self._failed = False
        self._is_running = False
        self._found: list[CheckResult] = []
        head = QHBoxLayout()
        spaced(head, 0, 12)
        head.addWidget(label(tr("Connection test"), "section"))
        hint = tr("Looks step by step whether everything works. Nothing is written.")
        self._tested = label(hint, tone="muted", name="testedLabel", wrap=True)
        self._tested.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._tested, 1)
        self._button = Button(tr("Test connection"), "testConnectionButton", "plain", "arrow-clockwise")
        self._button.clicked.connect(self._on_clicked)
        self._copy = Button(tr("Copy report"), "copyTestReportButton", "quiet", "copy")
        self._copy.clicked.connect(self._on_copy_report)
        self._copy.hide()
        head.addWidget(self._copy)
        head.addWidget(self._button)
        self.box.addLayout(head)
        self._steps = QVBoxLayout()
        spaced(self._steps, 0, 10)
        self.box.addLayout(self._steps)
        tester.reported.connect(self._on_reported)
        tester.ended.connect(self._on_ended)

    @property
    def has_failed(self) -> bool:
        """Whether the last test found something that does not work."""
        return self._failed

    def set_possible(self, possible: bool) -> None:
        """Whether there is something to test."""
        self._button.setEnabled(possible or self._is_running)

    @Slot()
    def run(self) -> None:
        """Begin a test, giving up one that runs."""
        asked = self._asked()
        if asked is None:
            return
        self._clear()
        self._failed = False
        self._is_running = True
        self._button.setText(tr("Stop the test"))
        self._tested.setText(tr("Testing …"))
        self._serial = self._tester.start(*asked)

    @Slot()
    def _on_clicked(self) -> None:
        if not self._is_running:
            self.run()
            return
        self._tester.stop()
        self._ended()
        self._tested.setText(tr("The test was stopped. Nothing was written."))

    @Slot(object)
    def _on_reported(self, line: TestLine) -> None:
        if line.serial == self._serial:
            self._failed = self._failed or line.result.state is CheckState.FAILED
            self._found.append(line.result)
            self._steps.addWidget(CheckLine(line.result))

    @Slot(object)
    def _on_ended(self, end: TestEnd) -> None:
        if end.serial != self._serial:
            return
        if end.error is not None:
            self._failed = True
            self._steps.addWidget(_could_not_begin(end.error))
        self._ended()
        said = tr("Tested today {time}. Nothing was written.", time=clock_time(now_ms()))
        self._tested.setText(said)
        announce(self, tr("The test found a problem.") if self._failed else tr("Everything works."))
        self.finished.emit(not self._failed)

    def _ended(self) -> None:
        self._is_running = False
        self._button.setText(tr("Test again"))
        self._copy.setVisible(bool(self._found))

    @Slot()
    def _on_copy_report(self) -> None:
        QGuiApplication.clipboard().setText(check_report(self._found))

    def _clear(self) -> None:
        self._found = []
        self._copy.hide()
        while (item := self._steps.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()


class CheckLine(QWidget):
    """One step: icon, title, sentence; a failed one with the administrator's request and details."""

    def __init__(self, result: CheckResult, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"checkStep_{result.step.value}")
        self._request = result.request
        icon_name, tone = _LOOKS[result.state]
        row = QHBoxLayout(self)
        spaced(row, 0, 12)
        row.addWidget(IconLabel(icon_name, tone, 18), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        spaced(words, 0, 2)
        muted = result.state is CheckState.NOT_TRIED
        bold = result.state is CheckState.FAILED
        title = label(
            say(result.title), "bold" if bold else "strong", tone="muted" if muted else "", wrap=True
        )
        words.addWidget(title)
        if result.detail is not None:
            words.addWidget(label(say(result.detail), tone="muted", wrap=True, selectable=True))
        if result.request or (result.details and result.state is CheckState.FAILED):
            self._add_buttons(words, result)
        row.addLayout(words, 1)
        self.setAccessibleName(title.text())

    def _add_buttons(self, words: QVBoxLayout, result: CheckResult) -> None:
        buttons = QHBoxLayout()
        spaced(buttons, 0, 12)
        if result.request:
            copy = Button(
                tr("Copy request for your administrator"), "copyAdminRequestButton", "plain", "copy"
            )
            copy.clicked.connect(self._on_copy)
            buttons.addWidget(copy)
        if result.details:
            self._toggle = LinkButton(tr("Details"), "checkDetailsButton", "caret-right")
            self._toggle.setCheckable(True)
            self._toggle.toggled.connect(self._on_toggled)
            buttons.addWidget(self._toggle)
        buttons.addStretch(1)
        words.addSpacing(Theme.current().px(4))
        words.addLayout(buttons)
        if result.details:
            self._details = QPlainTextEdit(result.details)
            self._details.setObjectName("checkDetails")
            self._details.setAccessibleName(tr("Details"))
            self._details.setReadOnly(True)
            self._details.setProperty("fontRole", "fixed")
            self._details.setFixedHeight(Theme.current().px(90))
            self._details.hide()
            words.addWidget(self._details)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._request)

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        self._toggle.icon_name = "caret-down" if shown else "caret-right"
        self._toggle.update()
        self._details.setVisible(shown)


def _could_not_begin(error: UserFacingError) -> QWidget:
    holder = QWidget()
    holder.setObjectName("testError")
    row = QHBoxLayout(holder)
    spaced(row, 0, 12)
    row.addWidget(IconLabel("x-circle", "error", 18), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    spaced(words, 0, 2)
    words.addWidget(label(say(error.happened), "bold", wrap=True))
    words.addWidget(label(say(error.advice), tone="muted", wrap=True))
    row.addLayout(words, 1)
    return holder
