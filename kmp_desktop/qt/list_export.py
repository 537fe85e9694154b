"""Writes the list of records to a file: some hundred rows asked for, written, and then the next."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.app.export_file import LongExport
from kmp_desktop.app.list_text import ListFormat, ListText
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.core.view import Reply, Rows, RowsWanted
from kmp_desktop.qt.dialogs.export_dialog import ExportChoice, ExportDialog
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.toast import ToastMessage

_TOGETHER = 500
_serials = count(1)  # 0 is what the table asks


class ListExport(QObject):
    """One export, from the question to the file; lives as long as its dialog. GUI thread.

    ``shown`` and ``selected`` are row numbers in the order of the list; what is decided meanwhile is
    told as it is when its row is written.

    Signals:
        toast_wanted(ToastMessage): how it ended.
    """

    toast_wanted = Signal(object)

    def __init__(
        self,
        session: QueueSession,
        columns: tuple[PayloadColumn, ...],
        shown: array[int],
        selected: array[int],
        dialog: ExportDialog,
        prompts: Prompts,
        lane: BackgroundTasks,
    ) -> None:
        super().__init__(dialog)
        self._session, self._columns = session, columns
        self._shown, self._selected = shown, selected
        self._dialog, self._prompts, self._lane = dialog, prompts, lane
        self._rows = shown
        self._at = 0
        self._written = 0
        self._serial = -1  # of the rows that are waited for
        self._text = ListText(ListFormat.CSV, columns)
        self._file: LongExport | None = None
        dialog.chosen.connect(self._on_chosen)
        dialog.finished.connect(self._on_finished)
        session.replied.connect(self._on_replied)
        session.restarted.connect(self._on_restarted)
        session.state_changed.connect(self._on_state)
        self._failed_before = session.state.phase is SessionPhase.FAILED

    @Slot(object)
    def _on_chosen(self, choice: ExportChoice) -> None:
        self._rows = self._selected if choice.selected else self._shown
        self._text = ListText(choice.kind, self._columns)
        csv = choice.kind is ListFormat.CSV
        kinds = tr("CSV files (*.csv)") if csv else tr("JSON lines (*.jsonl)")
        name = f"{self._session.queue.queue_topic}.{choice.kind.value}"
        self._prompts.save_file(self._dialog, tr("Export the list"), name, kinds, self._on_file)

    def _on_file(self, path: str) -> None:
        if path and self._file is None:
            self._file = LongExport(Path(path))
            self._dialog.show_progress(0, len(self._rows))
            self._write(self._text.begin)

    def _write(self, content: Callable[[], str]) -> None:
        """``content`` is made in the background, too: the window has other things to do."""
        if self._file is not None:
            self._lane.run(partial(_add, self._file, content), self._on_written, self._on_failed)

    def _on_written(self, _nothing: None) -> None:
        if self._file is None:
            return
        self._dialog.show_progress(self._at, len(self._rows))
        rows = tuple(self._rows[self._at : self._at + _TOGETHER])
        if rows:
            self._at += len(rows)
            self._serial = next(_serials)
            self._session.ask(RowsWanted(rows, self._serial))
        else:
            self._lane.run(self._file.finish, self._on_done, self._on_failed)

    @Slot(object)
    def _on_replied(self, reply: Reply) -> None:
        if isinstance(reply, Rows) and reply.serial == self._serial:
            self._serial = -1
            self._written += len(reply.rows)
            decision = self._session.book.get
            lines = [(row, decision(row.id)) for row in reply.rows]
            self._write(partial(self._text.lines, lines))

    def _on_done(self, path: Path | None) -> None:
        if path is None:
            return
        said = trn(
            self._written,
            "{n} record exported to {file}",
            "{n} records exported to {file}",
            file=one_line(path.name, 80),
        )
        self._end(ToastMessage(said, icon_name="check-circle"))

    def _on_failed(self, error: UserFacingError) -> None:
        words = [say(error.happened), say(error.more) if error.more is not None else ""]
        self._end(ToastMessage(" ".join(each for each in words if each), icon_name="warning"))

    @Slot()
    def _on_restarted(self) -> None:
        """The numbers of the rows mean nothing any more."""
        said = tr("The queue was read anew meanwhile; no file was written. Export the list again.")
        self._end(ToastMessage(said, icon_name="warning"))

    @Slot(object)
    def _on_state(self, state: SessionState) -> None:
        """What failed just now, e.g. the process behind the queue, may answer no more."""
        if state.phase is SessionPhase.FAILED and not self._failed_before:
            said = tr("The queue does not answer any more; no file was written.")
            self._end(ToastMessage(said, icon_name="warning"))

    def _end(self, message: ToastMessage) -> None:
        self.toast_wanted.emit(message)
        self._dialog.close()

    @Slot()
    def _on_finished(self) -> None:
        """Whatever closed the dialog: what is not in its place by now is dropped."""
        file, self._file, self._serial = self._file, None, -1
        if file is not None:
            file.give_up()
            self._lane.run(file.drop, _nothing, _nothing)


def _add(file: LongExport, content: Callable[[], str]) -> None:
    file.add(content())


def _nothing(_answer: object) -> None:
    """Nobody waits for it."""
