"""What a person sees who has no connection yet."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.card import Card, spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label

_WIDTH = 980


class WelcomePage(QScrollArea):
    """What the program is for, how it goes, and the two ways to begin.

    Signals:
        open_profile_wanted(), new_connection_wanted()
    """

    open_profile_wanted = Signal()
    new_connection_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcomePage")
        self.setWidgetResizable(True)
        inside = QWidget()
        inside.setObjectName("scrollContents")
        around = QHBoxLayout(inside)
        column = QWidget()
        column.setMaximumWidth(Theme.current().px(_WIDTH))
        around.addStretch(1)
        around.addWidget(column, 1000)
        around.addStretch(1)
        self._fill(column)
        self.setWidget(inside)

    def _fill(self, column: QWidget) -> None:
        px = Theme.current().px
        box = QVBoxLayout(column)
        spaced(box, 28, 0)
        box.addStretch(3)
        box.addWidget(label(tr("Welcome to KMP Desktop"), "welcome", name="welcomeTitle"))
        box.addSpacing(px(8))
        purpose = tr(
            "Some messages between your services failed and were put aside. "
            "Here you see why, and decide what happens to each of them."
        )
        box.addWidget(label(purpose, "lead", tone="muted", name="welcomeText", wrap=True))
        box.addSpacing(px(24))
        box.addLayout(self._steps())
        box.addSpacing(px(24))
        box.addLayout(self._cards())
        box.addSpacing(px(16))
        note = QHBoxLayout()
        spaced(note, 0, 8)
        note.addWidget(IconLabel("lock-simple", "muted"), 0, Qt.AlignmentFlag.AlignTop)
        passwords = tr(
            "Passwords are kept in your computer's own password store. "
            "No data leaves this computer except to the servers in your profile."
        )
        note.addWidget(label(passwords, tone="muted", wrap=True), 1)
        box.addLayout(note)
        box.addStretch(4)

    def _steps(self) -> QHBoxLayout:
        steps = (
            ("tray", tr("1  Open a queue"), tr("Read what failed. Reading never changes anything.")),
            ("checks", tr("2  Decide"), tr("Retry, discard or skip. You can undo every step.")),
            (
                "paper-plane-tilt",
                tr("3  Review and commit"),
                tr("All decisions are written together, or none of them."),
            ),
        )
        row = QHBoxLayout()
        spaced(row, 0, 16)
        for icon_name, title, text in steps:
            step = QHBoxLayout()
            spaced(step, 0, 12)
            step.addWidget(IconLabel(icon_name, "accent", 20), 0, Qt.AlignmentFlag.AlignTop)
            words = QVBoxLayout()
            spaced(words, 0, 2)
            words.addWidget(label(title, "section"))
            words.addWidget(label(text, tone="muted", wrap=True))
            words.addStretch(1)
            step.addLayout(words, 1)
            row.addLayout(step, 1)
        return row

    def _cards(self) -> QHBoxLayout:
        opening = Button(tr("Open profile file …"), "welcomeOpenProfileButton", "primary")
        opening.clicked.connect(self.open_profile_wanted)
        making = Button(tr("New connection …"), "welcomeNewConnectionButton")
        making.clicked.connect(self.new_connection_wanted)
        row = QHBoxLayout()
        spaced(row, 0, 16)
        row.addWidget(
            _card(
                "file-arrow-down",
                tr("I have a profile file"),
                tr(
                    "Your administrator can send you a file that ends in .kmp-profile. "
                    "It contains everything except your password."
                ),
                opening,
            ),
            1,
        )
        row.addWidget(
            _card(
                "gear-six",
                tr("I set up the connection myself"),
                tr("You need the server address, a sign-in and the names of the two topics."),
                making,
            ),
            1,
        )
        return row


def _card(icon_name: str, title: str, text: str, button: QAbstractButton) -> Card:
    card = Card(margin=20)
    px = Theme.current().px
    card.box.addWidget(IconLabel(icon_name, "accent", 24), 0, Qt.AlignmentFlag.AlignLeft)
    card.box.addSpacing(px(4))
    card.box.addWidget(label(title, "section", wrap=True))
    card.box.addWidget(label(text, tone="muted", wrap=True))
    card.box.addSpacing(px(20))
    card.box.addStretch(1)
    card.box.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
    return card
