"""Sets up or changes one connection: form, queues, test, and saving beside the window."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from kmp_desktop.app.connection_form import Refusal, new_id, refusals
from kmp_desktop.app.import_settings import ImportedSettings
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.qt import connection_saver
from kmp_desktop.qt.connection_saver import Saved, StoredSecrets
from kmp_desktop.qt.connection_tester import ConnectionTester
from kmp_desktop.qt.dialogs.connection_form import ConnectionForm
from kmp_desktop.qt.dialogs.connection_test_panel import ConnectionTestPanel
from kmp_desktop.qt.dialogs.error_dialog import ErrorContent
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.dialogs.import_settings_dialog import ImportSettingsDialog
from kmp_desktop.qt.dialogs.queue_dialog import QueueDialog
from kmp_desktop.qt.dialogs.queue_list import QueueList
from kmp_desktop.qt.dialogs.safety_fields import SafetyFields
from kmp_desktop.qt.dialogs.verbs import Verb
from kmp_desktop.qt.dialogs.words_fields import WordsFields
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.screen_room import room_for
from kmp_desktop.qt.services import Services
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.banner import Banner
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import label


class ConnectionDialog(FramedDialog):
    """``profile`` with an empty id is a new one: its id is made from its name when it is saved first.

    Signals:
        saved(Saved): the connection is on disk; the dialog closes.
    """

    saved = Signal(object)

    def __init__(
        self,
        profile: ConnectionProfile,
        services: Services,
        lane: BackgroundTasks,
        tester: ConnectionTester,
        prompts: Prompts,
        taken_ids: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("connectionDialog", tr("Connection"), parent)
        self._id = profile.id
        self._taken_ids = taken_ids
        px = Theme.current().px
        self.setMinimumSize(px(760), px(560))
        self._services, self._lane, self._tester, self._prompts = services, lane, tester, prompts
        self._saved: Saved | None = None
        self._title = label(role="title", name="connectionTitle")
        self._fill_head()
        if profile.managed:
            words = tr("Your administrator set up this connection.")
            detail = tr("User name, password, own certificate and your name are yours; the rest is fixed.")
            self.body.addWidget(Banner("info", words, detail))
        self._form = ConnectionForm(profile, prompts)
        self._queues = QueueList(profile.queues)
        self._safety = SafetyFields(profile)
        self._words = WordsFields(profile)
        self._import.setEnabled(not profile.managed)
        self._queues.setEnabled(not profile.managed)
        self._safety.setEnabled(not profile.managed)
        self._words.setEnabled(not profile.managed)
        self._test = ConnectionTestPanel(tester, self._asked)
        self._tabs = QTabWidget()
        self._tabs.setObjectName("connectionTabs")
        self._tabs.setDocumentMode(True)
        form = _scrolled(self._form, self._test)
        self._bar = form.verticalScrollBar()
        self._bar.rangeChanged.connect(self._on_room_changed)
        self._follows_test = False
        self._tabs.addTab(form, tr("Connection"))
        self._tabs.addTab(_scrolled(self._queues), "")
        self._tabs.addTab(_scrolled(self._safety), tr("Safety"))
        self._tabs.addTab(_scrolled(self._words), tr("Words"))
        self.body.addWidget(self._tabs, 1)
        self._fill_foot()
        self._form.changed.connect(self._on_typed)
        self._queues.changed.connect(self._on_changed)
        self._queues.opened.connect(self._on_queue_opened)
        self._safety.changed.connect(self._on_changed)
        self._words.changed.connect(self._on_changed)
        self._test.finished.connect(self._on_changed)
        self.finished.connect(self._on_finished)
        connection_saver.look(services, lane, profile, self._on_stored, self._on_not_stored)
        self._opened_with = self.profile()
        self._on_changed()
        self._form.focus_first()
        room = room_for(self).height()
        self.resize(px(1000), min(px(900), round(room * 0.9)))

    def show_queues(self) -> None:
        """Begin with the list of queues."""
        self._tabs.setCurrentIndex(1)

    @Slot()
    def import_settings(self) -> ImportSettingsDialog:
        """Ask for settings of another Kafka program."""
        dialog = ImportSettingsDialog(self._lane, self._prompts, self)
        dialog.used.connect(self._on_imported)
        dialog.open()
        return dialog

    def profile(self) -> ConnectionProfile:
        """What form and list say now."""
        said = self._words.said(self._safety.said(self._form.profile()))
        return replace(said, id=self._id, queues=self._queues.queues())

    def reject(self) -> None:
        """Close without saving; what was typed is not dropped before somebody has said so."""
        if self.profile() == self._opened_with and self._form.typed() == Secrets():
            super().reject()
            return
        content = ErrorContent(
            icon_name="warning",
            title=tr("Close without saving?"),
            sentence=tr("What you typed or changed in this connection would be lost."),
            unchanged=tr("The connection is as it was before."),
            advice="",
            verbs=(Verb.DROP_CHANGES, Verb.KEEP_EDITING),
            escape=Verb.KEEP_EDITING,
            tone="warn",
        )
        self._prompts.show(self, content, self._on_asked_to_close)

    def _fill_head(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        self._import = Button(tr("Import settings …"), "importSettingsButton")
        self._import.clicked.connect(self.import_settings)
        self._export = Button(tr("Save as file …"), "exportProfileButton")
        self._export.setToolTip(tr("A profile file for others. It holds no password."))
        self._export.clicked.connect(self._on_export)
        head.addWidget(self._import)
        head.addWidget(self._export)
        self.body.addLayout(head)

    def _fill_foot(self) -> None:
        row = self.foot.row
        self._note = label(tone="muted", name="saveNote", wrap=True)
        cancel = Button(tr("Cancel"), "cancelConnectionButton")
        cancel.clicked.connect(self.reject)
        self._save = Button(tr("Save"), "saveConnectionButton", "primary")
        self._save.setDefault(True)
        self._save.clicked.connect(self._on_save)
        row.addWidget(self._note, 1)
        row.addWidget(cancel)
        row.addWidget(self._save)

    def _refusals(self) -> tuple[Refusal, ...]:
        others = (self._form.refusal(), self._words.refusal())
        return (*refusals(self._form.profile()), *(each for each in others if each is not None))

    @Slot(object)
    def _on_asked_to_close(self, verb: Verb) -> None:
        if verb is Verb.DROP_CHANGES:
            super().reject()

    def _asked(self) -> tuple[ConnectionProfile, Queue | None, Secrets] | None:
        if self._refusals():
            return None
        self._follows_test = True
        return self.profile(), self._queues.current(), self._form.typed()

    @Slot(object)
    def _on_queue_opened(self, dialog: QueueDialog) -> None:
        self._tester.topics_found.connect(dialog.set_topics)
        if not self._refusals():
            self._tester.ask_topics(self.profile(), self._form.typed())

    @Slot(int, int)
    def _on_room_changed(self, _: int, lowest: int) -> None:
        """The steps of a test come at the end of the form: keep the newest in sight."""
        if self._follows_test:
            self._bar.setValue(lowest)

    @Slot()
    def _on_typed(self) -> None:
        self._follows_test = False
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        found = self._refusals()
        profile = self.profile()
        self._form.mark(found[0].field if found else None)
        self._title.setText(one_line(profile.name) or tr("New connection"))
        self._tabs.setTabText(1, tr("Queues ({n})", n=len(profile.queues)))
        self._test.set_possible(not found)
        self._save.setEnabled(not found)
        self._export.setEnabled(not found)
        if found:
            note = say(found[0].why)
        elif self._test.has_failed:
            note = tr("You can save now and fix this later.")
        elif not profile.queues:
            note = tr("Add a queue, too: without one there is nothing to open.")
        else:
            note = ""
        self._note.setText(note)

    @Slot()
    def _on_save(self) -> None:
        self._save.setEnabled(False)
        self._id = self._id or new_id(self.profile().name, self._taken_ids)
        connection_saver.save(
            self._services, self._lane, self.profile(), self._form.typed(), self._on_saved, self._on_failed
        )

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        self._saved = saved
        if saved.secrets_error is None:
            self.accept()
            return
        verbs = (Verb.CANCEL, Verb.USE_FOR_TODAY, Verb.TRY_AGAIN)
        self._prompts.show_error(self, saved.secrets_error, self._on_locked, verbs)

    @Slot()
    def _on_export(self) -> None:
        name = self._id or new_id(self.profile().name, self._taken_ids)
        kinds = tr("Profile files (*.kmp-profile)")
        self._prompts.save_file(self, tr("Save as profile file"), f"{name}.kmp-profile", kinds, self._write)

    def _write(self, path: str) -> None:
        profile = self.profile()
        profile = replace(profile, id=profile.id or new_id(profile.name, self._taken_ids))

        def work() -> str:
            self._services.profiles.write_file(path, (profile,))
            return path

        self._lane.run(work, self._on_written, self._on_not_written)

    @Slot(object)
    def _on_written(self, path: str) -> None:
        self._note.setText(tr("Saved as {file}. It holds no password.", file=path))

    @Slot(object)
    def _on_not_written(self, error: UserFacingError) -> None:
        self._prompts.show_error(self, error, verbs=(Verb.CLOSE,))

    @Slot(object)
    def _on_imported(self, made: ImportedSettings) -> None:
        self._form.take(made)
        for queue in made.profile.queues:
            self._queues.add(queue)

    @Slot(object)
    def _on_locked(self, verb: Verb) -> None:
        if verb is Verb.TRY_AGAIN:
            self._on_save()
        elif verb is Verb.USE_FOR_TODAY:
            self.accept()
        else:
            self._save.setEnabled(True)

    @Slot(object)
    def _on_failed(self, error: UserFacingError) -> None:
        self._save.setEnabled(True)
        self._prompts.show_error(self, error, self._on_error_answered)

    @Slot(object)
    def _on_error_answered(self, verb: Verb) -> None:
        if verb is Verb.TRY_AGAIN:
            self._on_save()

    @Slot(object)
    def _on_stored(self, stored: StoredSecrets) -> None:
        self._form.set_stored(stored)

    @Slot(object)
    def _on_not_stored(self, error: UserFacingError) -> None:
        self._note.setText(say(error.happened))

    @Slot(int)
    def _on_finished(self) -> None:
        self._tester.stop()
        if self._saved is not None:  # also when the window was closed after the file was written
            self.saved.emit(self._saved)


def _scrolled(*widgets: QWidget) -> QScrollArea:
    """A tab whose content scrolls."""
    px = Theme.current().px
    inside = QWidget()
    inside.setObjectName("scrollContents")
    box = QVBoxLayout(inside)
    box.setContentsMargins(0, px(16), px(12), px(8))
    box.setSpacing(px(16))
    for nth, each in enumerate(widgets):
        box.addWidget(each, 1 if len(widgets) == 1 and not nth else 0)
    if len(widgets) > 1:
        box.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
