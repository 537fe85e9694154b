"""Opening a profile file: what is in it, and the few things that it cannot hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.profile import PASSWORD_MECHANISMS, ConnectionProfile, Queue, Secrets
from kmp_desktop.qt import connection_saver
from kmp_desktop.qt.connection_saver import Saved, StoredSecrets
from kmp_desktop.qt.connection_tester import ConnectionTester
from kmp_desktop.qt.dialogs.connection_test_panel import ConnectionTestPanel
from kmp_desktop.qt.dialogs.fields import FormGrid, line_edit, side_by_side
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.dialogs.verbs import Verb
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.screen_room import room_for
from kmp_desktop.qt.services import Services
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.badge import EnvironmentBadge
from kmp_desktop.qt.widgets.banner import Banner
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.card import Card, spaced
from kmp_desktop.qt.widgets.labels import label


class ProfileImportDialog(FramedDialog):
    """Shows the connections of a file and asks for user name and password where they are missing.

    Signals:
        saved(Saved): once for each connection, when all of them are on disk.
    """

    saved = Signal(object)

    def __init__(
        self,
        profiles: Sequence[ConnectionProfile],
        known: Sequence[ConnectionProfile],
        services: Services,
        lane: BackgroundTasks,
        tester: ConnectionTester,
        prompts: Prompts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("profileImportDialog", tr("Open profile file"), parent)
        px = Theme.current().px
        self.setMinimumSize(px(680), px(420))
        self._services, self._lane, self._tester, self._prompts = services, lane, tester, prompts
        self._saved: list[Saved] = []
        self._waiting: list[ImportCard] = []
        title = trn(
            len(profiles), "This file has {n} connection in it", "This file has {n} connections in it"
        )
        self.body.addWidget(label(title, "dialog_title", wrap=True))
        names = {each.id: each.name for each in known}
        self._cards = [ImportCard(each, names.get(each.id, ""), services, lane, tester) for each in profiles]
        self.body.addWidget(self._scrolled(), 1)
        self._fill_foot()
        for card in self._cards:
            card.changed.connect(self._on_changed)
        self.finished.connect(self._on_finished)
        self._on_changed()
        room = room_for(self).height()
        self.resize(px(760), min(px(220 + 260 * len(profiles)), round(room * 0.9)))

    def _scrolled(self) -> QScrollArea:
        inside = QWidget()
        inside.setObjectName("scrollContents")
        box = QVBoxLayout(inside)
        spaced(box, 0, 16)
        for card in self._cards:
            box.addWidget(card)
        box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area

    def _fill_foot(self) -> None:
        row = self.foot.row
        self._note = label(tone="muted", name="importNote", wrap=True)
        cancel = Button(tr("Cancel"), "cancelImportButton")
        cancel.clicked.connect(self.reject)
        words = trn(len(self._cards), "Add the connection", "Add the {n} connections")
        self._add = Button(words, "importButton", "primary")
        self._add.setDefault(True)
        self._add.clicked.connect(self._on_add)
        row.addWidget(self._note, 1)
        row.addWidget(cancel)
        row.addWidget(self._add)

    @Slot()
    def _on_changed(self) -> None:
        without_user = [card for card in self._cards if not card.is_complete]
        self._add.setEnabled(bool(self._cards) and not without_user)
        self._note.setText(tr("Give the user name.") if without_user else "")

    @Slot()
    def _on_add(self) -> None:
        self._add.setEnabled(False)
        self._waiting = list(self._cards)
        self._save_next()

    def _save_next(self) -> None:
        if not self._waiting:
            self.accept()
            return
        profile, _, typed = self._waiting[0].asked()
        connection_saver.save(self._services, self._lane, profile, typed, self._on_saved, self._on_failed)

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        self._saved.append(saved)
        del self._waiting[0]
        if saved.secrets_error is None:
            self._save_next()
        else:
            verbs = (Verb.USE_FOR_TODAY,)
            self._prompts.show_error(self, saved.secrets_error, self._on_locked, verbs)

    @Slot(object)
    def _on_locked(self, verb: Verb) -> None:  # noqa: ARG002 - there is only one
        self._save_next()

    @Slot(object)
    def _on_failed(self, error: UserFacingError) -> None:
        self._add.setEnabled(True)
        self._prompts.show_error(self, error, verbs=(Verb.CLOSE,))

    @Slot(int)
    def _on_finished(self) -> None:
        self._tester.stop()
        for saved in self._saved:
            self.saved.emit(saved)


class ImportCard(Card):
    """One connection of the file, with fields for what is missing and a test of its own.

    Signals:
        changed(): something was typed.
    """

    changed = Signal()

    def __init__(
        self,
        profile: ConnectionProfile,
        replaces: str,
        services: Services,
        lane: BackgroundTasks,
        tester: ConnectionTester,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"importCard_{profile.id}", parent=parent)
        self._profile = profile
        self._signs_in = profile.signs_in and profile.mechanism in PASSWORD_MECHANISMS
        head = QHBoxLayout()
        spaced(head, 0, 10)
        head.addWidget(label(one_line(profile.name), "title"))
        head.addWidget(EnvironmentBadge(profile.environment))
        head.addStretch(1)
        self.box.addLayout(head)
        if replaces:
            words = tr("This replaces your connection “{name}”.", name=one_line(replaces))
            self.box.addWidget(Banner("info", words))
        self.box.addWidget(label(_contents(profile), tone="muted", wrap=True, selectable=True))
        self._add_fields(profile)
        self._test = ConnectionTestPanel(tester, self.asked)
        self.box.addWidget(self._test)
        self._test.set_possible(self.is_complete)
        connection_saver.look(services, lane, profile, self._on_stored, self._on_not_stored)

    @property
    def is_complete(self) -> bool:
        """Whether it can be saved: a password may be given later, a user name may not."""
        return not self._signs_in or bool(self._user.text().strip())

    def asked(self) -> tuple[ConnectionProfile, Queue | None, Secrets]:
        """The connection with what was typed."""
        profile = replace(self._profile, user=self._user.text().strip()) if self._signs_in else self._profile
        first = profile.queues[0] if profile.queues else None
        return profile, first, self._typed()

    def _add_fields(self, profile: ConnectionProfile) -> None:
        grid = FormGrid()
        self._user = line_edit(f"importUserEdit_{profile.id}")
        self._user.setText(profile.user)
        self._password = line_edit(f"importPasswordEdit_{profile.id}", password=True)
        self._notice = label(tone="muted", name=f"importNotice_{profile.id}")
        row = side_by_side(self._password, self._notice)
        self._registry_password = line_edit(f"importRegistryPasswordEdit_{profile.id}", password=True)
        if self._signs_in and not profile.user:
            grid.add(tr("User name"), self._user)
        if self._signs_in:
            grid.add(tr("Password"), row, self._password)
        self._key_password = line_edit(f"importKeyPasswordEdit_{profile.id}", password=True)
        if profile.wants_registry_password:
            grid.add(tr("Registry password"), self._registry_password)
        if profile.certificate_file:
            grid.add(tr("Password of the key"), self._key_password)
        for edit in (self._user, self._password, self._registry_password, self._key_password):
            edit.textChanged.connect(self._on_typed)
        self.box.addLayout(grid)
        # Those not shown have no other owner.
        self._kept = (self._user, row, self._registry_password, self._key_password)

    def _typed(self) -> Secrets:
        return Secrets(self._password.text(), self._registry_password.text(), self._key_password.text())

    @Slot()
    def _on_typed(self) -> None:
        self._test.set_possible(self.is_complete)
        self.changed.emit()

    @Slot(object)
    def _on_stored(self, stored: StoredSecrets) -> None:
        for edit, is_stored in ((self._password, stored.kafka), (self._registry_password, stored.registry)):
            edit.setPlaceholderText(tr("stored; type to replace it") if is_stored else "")
        self._notice.setText(tr("in the password store") if stored.keeps else tr("only until you quit"))
        nothing_missing = not self._signs_in or (stored.kafka and self.is_complete)
        if nothing_missing and not self._password.text():
            self._test.run()

    @Slot(object)
    def _on_not_stored(self, error: UserFacingError) -> None:
        """The store is locked: saving says so."""


def _contents(profile: ConnectionProfile) -> str:
    lines = [tr("Servers: {servers}", servers=one_line(profile.servers))]
    if profile.registry_url:
        lines.append(tr("Format registry: {url}", url=one_line(profile.registry_url)))
    for queue in profile.queues:
        line = tr("Queue: {name} ({topic})", name=one_line(queue.name), topic=one_line(queue.queue_topic))
        lines.append(line)
    if not profile.queues:
        lines.append(tr("No queues"))
    return "\n".join(lines)
