"""How careful the window is with a connection: the tab “Safety”."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.choices import CheckBox
from kmp_desktop.qt.widgets.labels import label

_MOST = 1_000_000


class SafetyFields(QWidget):
    """From how many discards on a number must be typed, and looking only.

    Signals:
        changed(): something was typed or chosen.
    """

    changed = Signal()

    def __init__(self, profile: ConnectionProfile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        spaced(box, 0, 12)
        row = QHBoxLayout()
        spaced(row, 0, 12)
        self._confirm = QSpinBox()
        self._confirm.setObjectName("confirmDiscardsSpin")
        self._confirm.setRange(0, _MOST)
        self._confirm.setSpecialValueText(tr("never"))
        self._confirm.setValue(profile.confirm_discards_from)
        self._confirm.setFixedWidth(Theme.current().px(140))
        words = label(tr("Ask to type the number from so many discards on"), "strong")
        words.setBuddy(self._confirm)
        self._confirm.setAccessibleName(words.text())
        row.addWidget(words)
        row.addWidget(self._confirm)
        row.addStretch(1)
        box.addLayout(row)
        self._read_only = CheckBox(tr("Look only: nothing can be decided or committed"), "readOnlyCheck")
        self._read_only.setChecked(profile.read_only)
        box.addWidget(self._read_only)
        note = tr("Everybody who gets this connection as a profile file gets these settings, too.")
        box.addWidget(label(note, tone="muted", wrap=True))
        box.addStretch(1)
        self._confirm.valueChanged.connect(self.changed)
        self._read_only.toggled.connect(self.changed)

    def said(self, profile: ConnectionProfile) -> ConnectionProfile:
        """The connection with what the tab says."""
        return replace(
            profile, confirm_discards_from=self._confirm.value(), read_only=self._read_only.isChecked()
        )
