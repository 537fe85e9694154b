"""The real window as a process of its own, worked by commands (JSON, one a line) as a person would.

Run as ``python -m tests.faults.window_actor ORDER`` (JSON) with the names of topics, group and data
folder. ``fault`` as for ``tests.faults.actor``, or ``close:PLACE``: the window is closed, quitting
anyway, at the end of a step of the commit or when a function of ``engine_actor`` begins;
``cancel:PLACE``: the button that stops what is running is pressed there. What strikes does so in the
process behind the queue, which is this program's own without a fault.
Every answer is one line of JSON; in the last one ``closed`` is true.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QRadioButton

from kmp_desktop import bootstrap
from kmp_desktop.qt.main_window import MainWindow
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.queue_session import open_sessions
from kmp_desktop.qt.views.result_page import ResultPage
from kmp_desktop.qt.views.triage_page import TriagePage
from tests.driving import Driver
from tests.faults.engine_actor import STOPPED, Meeting

_PROFILE, _QUEUE = "p", "q"
_KEYS = {"merge": Qt.Key.Key_M, "purge": Qt.Key.Key_P, "skip": Qt.Key.Key_S}
_CLOSES_S = 60.0


def main(order: dict[str, Any]) -> int:
    """Show the window and obey until it is closed."""
    folder = Path(order["folder"])
    _write_profile(order, folder)
    application = QApplication(sys.argv[:1])
    fault = str(order.get("fault", ""))
    if fault:
        command = (sys.executable, "-m", "tests.faults.engine_actor", fault, str(folder))
        bootstrap.engine_command = lambda: command
    window = bootstrap.start(["--data-dir", str(folder)])
    window.resize(1440, 900)
    person = _Person(window)
    what = fault.partition(":")[0]
    if what in ("close", "cancel"):
        meeting = Meeting(folder)
        meeting.prepare()
        person.interruption = interruption = _Interruption(
            window, close_anyway if what == "close" else press_stop
        )
        Thread(target=meeting.answer, args=(interruption.come,), daemon=True).start()
    person.answer(ready=True)
    while not person.is_gone:
        person.obey(json.loads(sys.stdin.readline()))
    # As the program ends, whose event loop destroys the closed window before the application goes.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    bootstrap.end_process_if_threads_hang(0)
    del application
    return 0


def _write_profile(order: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    queue = {"id": _QUEUE, "name": "Faults", "description": ""}
    queue |= {each: order[each] for each in ("queue_topic", "retry_topic", "group")}
    connection = {"id": _PROFILE, "name": "Faults", "environment": "development", "security": "PLAINTEXT"}
    connection |= {"servers": order["bootstrap"], "registry_url": order.get("registry", ""), "person": "p"}
    connection["queues"] = [queue]  # type: ignore[assignment]
    document = {"format": "kmp-desktop connections", "version": 1, "connections": [connection]}
    path = folder / "connections.json"
    if not path.exists():
        path.write_text(json.dumps(document), encoding="utf-8")


class _Person:
    """Does in the window what a command says, and tells what is seen."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._driver = Driver(window, 150.0)
        self.is_gone = False
        self.interruption: _Interruption | None = None
        window.closed.connect(self._on_closed)

    def obey(self, command: dict[str, Any]) -> None:
        """Do one thing and answer."""
        what: Callable[..., dict[str, Any]] = getattr(self, f"_do_{command.pop('do')}")
        self.answer(**what(**command))

    def answer(self, **told: Any) -> None:
        """One line."""
        print(json.dumps({**told, "closed": self.is_gone}), flush=True)

    def _on_closed(self) -> None:
        self.is_gone = True

    # Commands

    def _do_open(self) -> dict[str, Any]:
        """Open the queue; wait until it was read, or a question or an error is shown."""
        self._driver.wait(lambda: self.is_gone or self._driver.shows("queuesPage"), "the queues are shown")
        if not self.is_gone:  # somebody may close the window as soon as it connects
            self._driver.click(f"openQueueButton_{_PROFILE}_{_QUEUE}")
        return self._do_look()

    def _do_look(self) -> dict[str, Any]:
        """What is shown once nothing is being read: the page, and the records offered in the table."""
        self._driver.wait(lambda: self.is_gone or self._is_settled(), "the queue was read")
        if self.is_gone:
            return {"page": "", "records": [], "says": []}
        return {"page": self._page(), "records": self._shown(), "says": self._says()}

    def _do_look_again(self) -> dict[str, Any]:
        """As ``look``, once the process behind the queue was started again."""
        session = open_sessions()[0]
        self._driver.wait(lambda: session.state.engine_ended_at, "the end of the process is noticed")
        return self._do_look()

    def _do_take_over(self, choice: str) -> dict[str, Any]:
        """Answer the question what counts as done: ``before``, ``start`` or ``look``."""
        self._driver.wait_for_page("takeOverPage")
        if choice == "look":
            self._driver.click("takeOverLookOnly")
        else:
            button = self._driver.find(
                "takeOverBefore" if choice == "before" else "takeOverStart", QRadioButton
            )
            if button.isVisible():
                button.click()
            self._driver.click("takeOverConfirm")
        self._driver.wait(lambda: self._page() != "takeOverPage", "the question is answered")
        return self._do_look()

    def _do_decide(self, plan: list[list[Any]]) -> dict[str, Any]:
        """Decide records by letters: [partition, offset, decision]."""
        model = self._driver.table.model()
        assert isinstance(model, RecordTableModel)
        session = open_sessions()[0]
        for partition, offset, decision in plan:
            rows = [each for each in model.rows if session.record_id(each) == (partition, offset)]
            position = model.position_of(rows[0])
            assert position is not None
            self._driver.click_row(position)
            self._driver.press("recordTable", _KEYS[decision])
        return {"staged": len(session.book.staged)}

    def _do_commit(self) -> dict[str, Any]:
        """Review and commit; the result page as it is shown first."""
        self._do_review()
        return self._do_commit_reviewed()

    def _do_commit_reviewed(self) -> dict[str, Any]:
        """Commit what is on the review page."""
        self._driver.click("commitButton")
        return self._do_result()

    def _do_review(self) -> dict[str, Any]:
        """Go to the review page."""
        self._driver.press("recordTable", Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self._driver.wait_for_page("reviewPage")
        return {}

    def _do_result(self) -> dict[str, Any]:
        """The result page, or nothing when the window was closed meanwhile."""
        QApplication.processEvents()
        self._driver.wait(lambda: self.is_gone or self._page() == "resultPage", "the result is told")
        if self.is_gone:
            return {"result": ""}
        page = self._driver.find("resultPage", ResultPage)
        self._driver.wait(lambda: page.kind is not None, "the result is told")
        did = self.interruption.did if self.interruption is not None else ""
        return {"result": str(page.kind), "says": self._says(), "did": did}

    def _do_settled(self) -> dict[str, Any]:
        """The result page once it is known how a commit ended."""
        page = self._driver.find("resultPage", ResultPage)
        self._driver.wait(lambda: page.kind is not None and str(page.kind) != "unknown", "the end is known")
        return self._do_result()

    def _do_commit_again(self) -> dict[str, Any]:
        """Press the button of the result page that tries again; the next result."""
        session = open_sessions()[0]
        before = session.last_result
        self._driver.click("resultAgainButton")
        self._driver.wait(lambda: session.last_result is not before, "it was tried again")
        return self._do_result()

    def _do_press(self, name: str) -> dict[str, Any]:
        """Press a button once it is there; answers what was shown before."""
        self._driver.wait_for_page(name)
        says = self._says()
        self._driver.click(name)
        return {"page": self._page(), "says": says}

    def _do_wait_for(self, name: str) -> dict[str, Any]:
        """Wait until something of this name is shown."""
        self._driver.wait_for_page(name)
        return {"page": self._page(), "says": self._says()}

    def _do_picture(self, path: str) -> dict[str, Any]:
        """Save what it looks like."""
        self._driver.picture(Path(path))
        return {"page": self._page()}

    def _do_close(self) -> dict[str, Any]:
        """Close the window, quitting anyway when it asks."""
        if not self.is_gone:
            close_anyway(self._window)
            self._driver.wait(lambda: self.is_gone, "the window is closed", _CLOSES_S)
        return {}

    # What is seen

    def _is_settled(self) -> bool:
        if self._driver.shows("errorDialog") or self._page() == "takeOverPage":
            return True
        if any(self._driver.shows(each) for each in ("emptyState", "failedState")):
            return True
        sessions = open_sessions()
        if not sessions or str(sessions[0].state.phase) != "ready" or self._page() != "triagePage":
            return False
        # Until the list was asked for anew the table shows what came while reading, also what is decided.
        return self._driver.find("triagePage", TriagePage).records.is_answered and bool(self._shown())

    def _page(self) -> str:
        pages = ("takeOverPage", "resultPage", "reviewPage", "triagePage", "queuesPage", "welcomePage")
        return next((each for each in pages if self._driver.shows(each)), "")

    def _shown(self) -> list[list[int]]:
        if self._page() != "triagePage" or self._driver.shows("emptyState") or not open_sessions():
            return []
        session, model = open_sessions()[0], self._driver.table.model()
        assert isinstance(model, RecordTableModel)
        return sorted([*session.record_id(each)] for each in model.rows)

    def _says(self) -> list[str]:
        """Every text that can be read."""
        seen: list[str] = []
        for top in QApplication.topLevelWidgets():
            if top.isVisible():
                labels = [each.text() for each in top.findChildren(QLabel) if each.isVisible()]
                texts = [each.toPlainText() for each in top.findChildren(QPlainTextEdit) if each.isVisible()]
                seen += [each for each in (*labels, *texts) if each]
        return seen


def close_anyway(window: MainWindow) -> str:
    """Close the window; when it asks because a commit is running, quit anyway. GUI thread only."""
    window.close()
    driver = Driver(window)
    if driver.shows("errorDialog"):
        driver.click("quitAnywayButton")
    return "closed"


def press_stop(window: MainWindow) -> str:
    """Press the button that stops the commit, if it is still offered. GUI thread only."""
    driver = Driver(window)
    if not driver.shows("stopCommitButton"):
        return "not offered"
    driver.click("stopCommitButton")
    return STOPPED


class _Interruption(QObject):
    """Something that a person does in the window; the worker goes on when that was done."""

    asked = Signal()

    def __init__(self, window: MainWindow, act: Callable[[MainWindow], str]) -> None:
        super().__init__()
        self._window = window
        self._act = act
        self._done = Event()
        self.did = ""
        self.asked.connect(self._on_asked, Qt.ConnectionType.QueuedConnection)

    def come(self) -> str:
        """Any thread but the GUI's; returns, when it is done, what was done."""
        self.asked.emit()
        assert self._done.wait(30), "the window did not answer"
        return self.did

    @Slot()
    def _on_asked(self) -> None:
        self.did = self._act(self._window)
        self._done.set()


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
