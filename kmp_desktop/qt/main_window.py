"""The window: which page is shown, and what leads from one to the next."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.profile import Secrets
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.connection_saver import Saved
from kmp_desktop.qt.connections import Connections, SignIn, dropped_profile
from kmp_desktop.qt.dialogs.verbs import Verb
from kmp_desktop.qt.draft_rescue import DraftRescue
from kmp_desktop.qt.failures import Failures
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.list_export import ListExport
from kmp_desktop.qt.open_queue import OpenQueue
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_overview import QueueKey, QueueOverview
from kmp_desktop.qt.queue_pages import QueuePages
from kmp_desktop.qt.queue_session import Pace, QueueSession
from kmp_desktop.qt.restoring import Restoring
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.services import Services
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.history_page import HistoryPage
from kmp_desktop.qt.views.queues_page import QueuesPage
from kmp_desktop.qt.views.welcome_page import WelcomePage
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.badge import environment_word
from kmp_desktop.qt.widgets.toast import ToastMessage
from kmp_desktop.qt.window_commands import WindowCommands
from kmp_desktop.qt.window_frame import WindowFrame
from kmp_desktop.qt.window_state import WindowState


class MainWindow(QMainWindow):
    """One window; at most one queue is open in it. Closing it never waits: ``closed`` comes later.

    Signals:
        closed(): the window is gone and nothing of it runs any more; it is deleted right after.
    """

    closed = Signal()

    def __init__(
        self, services: Services, prompts: Prompts | None = None, *, pace: Pace | None = None
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self._services = services
        self._prompts = prompts or Prompts()
        self._remembered = WindowState(services.config_folder)
        self._remembered.restore_look(Theme.current())
        self._commands = Actions(self)
        self._frame = WindowFrame(self, self._commands)
        today: dict[str, Secrets] = {}
        self._overview = QueueOverview(services, today, self)
        self._lane = BackgroundTasks(self)  # for files and the password store
        self._connections = Connections(services, self._prompts, self._lane, today, self)
        self._queue = OpenQueue(
            services,
            self._overview,
            today,
            self._commands,
            self._prompts,
            self._frame.pages,
            self._remembered,
            pace,
        )
        self._failures = Failures(self._prompts, self, self._deeds())
        self._rescue = DraftRescue(self._prompts, self._lane, self)
        # What must say ``closed`` before the window does:
        self._running: set[QObject] = {self._overview, self._connections, self._lane}
        self._quitting = False
        self._may_quit_now = False
        self._start, self._welcome, self._queues = QWidget(), WelcomePage(), QueuesPage(self._overview)
        restoring = Restoring(services, self._lane, today, lambda: self._overview.profiles, self)
        self._history = HistoryPage(services.history, restoring, self._lane, self._prompts)
        for page in (self._start, self._welcome, self._queues, self._history):
            self._frame.pages.addWidget(page)
        self._connect()
        self._connect_actions()
        WindowCommands(self, self._commands, self._prompts, services.data_folder, self._regions)
        self.setAcceptDrops(True)
        self._frame.take_size(self._remembered)
        self._show_page(self._start)
        self._overview.refresh()

    # ---- what others ask for

    def open_queue(self, profile_id: str, queue_id: str) -> None:
        """Open a queue, or show it where it is open; as soon as the connections are known."""
        self._open(QueueKey(profile_id, queue_id))

    @Slot()
    def show_queues(self) -> None:
        """Show all queues (the welcome page where there is none); the open one stays open."""
        self._failures.forget()
        if self._overview.profiles:
            self._show_page(self._queues)
            self._overview.refresh()
        else:
            self._show_page(self._welcome)

    @Slot()
    def _show_history(self) -> None:
        """Show what was committed from this computer; an open queue stays open."""
        self._failures.forget()
        self._show_page(self._history)
        self._history.read()

    @property
    def session(self) -> QueueSession | None:
        """The open queue."""
        return self._queue.session

    # ---- wiring

    def _connect(self) -> None:
        self._overview.profiles_changed.connect(self._on_profiles_changed)
        self._overview.profiles_failed.connect(self._on_profiles_failed)
        self._overview.closed.connect(self._on_part_closed)
        self._connections.saved.connect(self._on_connection_saved)
        self._connections.closed.connect(self._on_part_closed)
        self._lane.closed.connect(self._on_part_closed)
        for page in (self._welcome, self._queues):
            page.open_profile_wanted.connect(self._connections.choose_file)
            page.new_connection_wanted.connect(self._connections.new)
        self._queues.open_wanted.connect(self._open)
        self._queues.edit_wanted.connect(self._edit)
        self._queues.search_wanted.connect(self._frame.top_bar.focus_search)
        self._queues.reload_wanted.connect(self._overview.refresh)
        self._history.toast_wanted.connect(self._on_toast)
        self._queue.opened.connect(self._on_opened)
        self._queue.changed.connect(self._on_queue_changed)
        self._queue.ended.connect(self._finish_quitting)
        self._frame.top_bar.back_wanted.connect(self.show_queues)
        self._frame.top_bar.search_changed.connect(self._queues.search)
        self._frame.top_bar.read_wanted.connect(self._read_again)

    def _connect_actions(self) -> None:
        actions = self._commands
        slots: tuple[tuple[QAction, Callable[[], object]], ...] = (
            (actions.open, self.show_queues),
            (actions.new_connection, self._connections.new),
            (actions.open_profile, self._connections.choose_file),
            (actions.history, self._show_history),
            (actions.refresh, self._read_again),
            (actions.stop_reading, self._stop_reading),
            (actions.export_list, self._export_list),
            (actions.close_queue, self._leave_queue),
            (actions.quit, self.close),
        )
        for action, slot in slots:
            action.triggered.connect(slot)

    def _deeds(self) -> dict[Verb, Callable[[], None]]:
        """What the verbs of an error of the open queue do."""
        return {
            Verb.BACK_TO_QUEUES: self._leave_queue,
            Verb.CANCEL: self._leave_queue,
            Verb.EDIT_CONNECTION: self._edit_open,
            Verb.ENTER_PASSWORD: self._enter_password,
            Verb.USE_FOR_TODAY: self._enter_password_for_today,
            Verb.TRY_AGAIN: self._start_again,
            Verb.CONTINUE_READING: self._start_again,
        }

    # ---- pages

    def _show_page(self, page: QWidget) -> None:
        if page is not self._frame.pages.currentWidget():
            self._frame.toast.dismiss()
            self._frame.pages.setCurrentWidget(page)
        self._show_frame()
        if page is self._queues:
            page.setFocus()

    def _show_frame(self) -> None:
        """Everything around the page, by what page it is."""
        page, pages = self._frame.pages.currentWidget(), self._queue.pages
        if pages is not None and page in pages.pages:
            session = pages.session
            self._frame.show_queue(session, records=page is pages.triage)
            environment = environment_word(session.profile.environment)
            name, connection = one_line(session.queue.name), one_line(session.profile.name)
            title = tr("{queue} ({connection}, {environment}) – KMP Desktop")
            self.setWindowTitle(title.format(queue=name, connection=connection, environment=environment))
        elif page is self._history:
            self._frame.show_history()
            self.setWindowTitle(tr("History – KMP Desktop"))
        elif page is self._queues:
            self._frame.show_queues()
            self.setWindowTitle(tr("Queues – KMP Desktop"))
        else:
            self._frame.show_nothing()
            self.setWindowTitle(tr("KMP Desktop"))
        self._allow_actions()

    def _allow_actions(self) -> None:
        actions, pages = self._commands, self._queue.pages
        page = self._frame.pages.currentWidget()
        if pages is None:
            actions.allow_none(tr("Open a queue first"))
        elif page is not pages.triage:
            actions.allow_none(tr("Go back to the records first"))
            actions.allow(actions.close_queue)
        else:
            phase = pages.session.state.phase
            reading = phase is SessionPhase.READING
            readable = phase in (SessionPhase.READY, SessionPhase.FAILED)
            actions.allow(actions.close_queue)
            actions.allow(actions.stop_reading, "" if reading else tr("Nothing is being read"))
            actions.allow(actions.refresh, "" if readable else tr("The queue is being read"))
        if page is self._queues:
            actions.allow(actions.refresh)

    @Slot()
    def _on_queue_changed(self) -> None:
        pages = self._queue.pages
        if pages is None:
            return
        shown = self._frame.pages.currentWidget()
        if shown in pages.pages and shown is not pages.current:
            self._show_page(pages.current)
        elif shown in pages.pages:
            self._show_frame()
        if shown in pages.pages:
            self._show_failure()

    def _show_failure(self) -> None:
        session = self._queue.session
        if session is not None:
            failed = session.state.phase is SessionPhase.FAILED
            self._failures.show(session.state.error if failed else None)
            self._rescue.look_at(session)

    # ---- queues

    @Slot(object)
    def _open(self, key: QueueKey) -> None:
        if self._quitting:
            return
        self._queue.open(key)
        self._say_what_is_unknown()
        if self._queue.pages is not None:
            self._show_page(self._queue.pages.current)
            self._show_failure()

    def _say_what_is_unknown(self) -> None:
        wanted = self._queue.wanted
        if wanted is None or not self._overview.is_known or self._overview.find(wanted) is not None:
            return
        self._queue.give_up_waiting()
        text = tr("There is no queue “{queue}” of a connection “{connection}” here.")
        shown = text.format(queue=one_line(wanted.queue_id), connection=one_line(wanted.profile_id))
        self._on_toast(ToastMessage(shown, icon_name="warning"))

    @Slot(object)
    def _on_opened(self, pages: QueuePages) -> None:
        pages.to_queues.connect(self.show_queues)
        pages.edit_connection.connect(self._edit_open)
        pages.toast_wanted.connect(self._on_toast)
        self._show_page(pages.current)

    @Slot()
    def _leave_queue(self) -> None:
        """Close the open queue and show the others."""
        self._close_queue()
        self.show_queues()

    def _close_queue(self) -> None:
        self._failures.forget()
        self._rescue.forget()
        self._frame.toast.dismiss()
        self._queue.close()

    @Slot()
    def _start_again(self) -> None:
        if self._queue.session is not None:
            self._queue.session.start()

    @Slot()
    def _read_again(self) -> None:
        if self._frame.pages.currentWidget() is self._queues:
            self._overview.refresh()
        elif self._queue.session is not None:
            self._queue.session.read_again()

    @Slot()
    def _stop_reading(self) -> None:
        if self._queue.session is not None:
            self._queue.session.stop_reading()

    @Slot()
    def _export_list(self) -> None:
        pages = self._queue.pages
        if pages is not None:
            model, selection = pages.triage.model, pages.triage.selection
            shown, selected = array("I", model.rows), array("I", selection.rows())
            dialog = self._prompts.export_list(self, len(shown), len(selected))
            export = ListExport(
                *(pages.session, model.payload, shown, selected, dialog, self._prompts, self._lane)
            )
            export.toast_wanted.connect(self._on_toast)

    @Slot(object)
    def _on_toast(self, message: ToastMessage) -> None:
        self._frame.toast.show_message(message)

    # ---- connections

    @Slot()
    def _on_profiles_changed(self) -> None:
        profiles = self._overview.profiles
        self._connections.set_known(profiles)
        self._queue.open_wanted()
        self._say_what_is_unknown()
        page = self._frame.pages.currentWidget()
        if page in (self._start, self._welcome, self._queues):
            self._show_page(self._queues if profiles else self._welcome)

    @Slot(object)
    def _on_profiles_failed(self, error: UserFacingError) -> None:  # noqa: ARG002 - the page shows it
        if self._frame.pages.currentWidget() in (self._start, self._welcome):
            self._show_page(self._queues)

    @Slot(str)
    def _edit(self, profile_id: str) -> None:
        for profile in self._overview.profiles:
            if profile.id == profile_id:
                self._connections.edit(profile, queues=not profile.queues)

    @Slot()
    def _edit_open(self) -> None:
        if self._queue.session is not None:
            self._edit(self._queue.session.profile.id)

    @Slot(object)
    def _on_connection_saved(self, saved: Saved) -> None:
        self._overview.put(saved.profile)
        self._overview.refresh()
        session = self._queue.session
        if session is not None and session.profile.id == saved.profile.id:
            self._failures.forget()
            self._queue.reopen()

    def _enter_password(self) -> None:
        self._ask_password(today_only=False)

    def _enter_password_for_today(self) -> None:
        self._ask_password(today_only=True)

    def _ask_password(self, *, today_only: bool) -> None:
        if self._queue.session is not None:
            profile = self._queue.session.profile
            self._connections.ask_password(profile, self._on_signed_in, today_only=today_only)

    def _on_signed_in(self, signed_in: SignIn | None) -> None:
        if signed_in is None:
            self._leave_queue()
        else:
            self._queue.reopen()

    def _regions(self) -> list[QWidget]:
        page = self._frame.pages.currentWidget()
        regions = getattr(page, "regions", None)
        return [self._frame.top_bar, *(regions() if regions is not None else [page])]

    # ---- size, drops and closing

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        self._frame.fit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take profile files, where connections are shown."""
        if dropped_profile(event.mimeData()) and self._frame.pages.currentWidget() in (
            self._welcome,
            self._queues,
        ):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a profile file."""
        path = dropped_profile(event.mimeData())
        if path:
            event.acceptProposedAction()
            self._connections.read_file(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Never waits: the window hides, and closes when everything behind it has ended."""
        if self._may_quit_now:
            event.accept()
            return
        event.ignore()
        session = self._queue.session
        if session is not None and session.state.phase is SessionPhase.COMMITTING and not self._quitting:
            self._prompts.quit_during_commit(self, self._on_quit_answered)
        elif not self._quitting:
            self._quit()

    @Slot(object)
    def _on_quit_answered(self, verb: Verb) -> None:
        if verb is Verb.QUIT_ANYWAY:
            self._quit()

    def _quit(self) -> None:
        self._quitting = True
        self._remembered.save_window(self)
        self._remembered.save_look(Theme.current())
        self.hide()
        self._close_queue()
        self._overview.close()
        self._connections.close()
        self._lane.close()

    @Slot()
    def _on_part_closed(self) -> None:
        self._running.discard(self.sender())
        self._finish_quitting()

    @Slot()
    def _finish_quitting(self) -> None:
        if self._quitting and not self._running and not self._queue.still_ending and not self._may_quit_now:
            self._may_quit_now = True
            self.close()
            self.closed.emit()
            self.deleteLater()
