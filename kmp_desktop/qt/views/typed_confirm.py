"""The one serious question: on a production system the number of discards has to be typed."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from kmp_desktop.core.profile import Environment
from kmp_desktop.qt.i18n import number, tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.badge import EnvironmentBadge, environment_token
from kmp_desktop.qt.widgets.card import Card, spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label, set_tone

_FIELD_WIDTH = 96


class TypedConfirmCard(Card):
    """Asks for the number of discards.

    Signals:
        changed(): ``confirmed`` may be different now.
    """

    changed = Signal()

    def __init__(self, environment: Environment, parent: QWidget | None = None) -> None:
        super().__init__("typedConfirmCard", parent=parent)
        self._environment = environment
        self._count = 0
        self._title = label("", "bold", wrap=True)
        self._edit = QLineEdit()
        self._edit.setObjectName("typedConfirmEdit")
        self._edit.setFixedWidth(Theme.current().px(_FIELD_WIDTH))
        self._edit.textChanged.connect(self._on_typed)
        self._sign = IconLabel("check-circle", "ok")
        self._answer = label("", name="typedConfirmAnswer")
        head = QHBoxLayout()
        spaced(head, 0, 10)
        head.addWidget(EnvironmentBadge(environment, "typedConfirmBadge"))
        head.addWidget(self._title, 1)
        ask = label(tr("To confirm, type the number of records to discard."), wrap=True)
        ask.setBuddy(self._edit)
        line = QHBoxLayout()
        spaced(line, 0, 10)
        line.addWidget(self._edit)
        line.addWidget(self._sign)
        line.addWidget(self._answer, 1)
        self.box.addLayout(head)
        self.box.addWidget(ask)
        self.box.addLayout(line)
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def confirmed(self) -> bool:
        """Whether the number that stands there is the right one."""
        return bool(self._count) and _read(self._edit.text()) == self._count

    def ask(self, count: int) -> None:
        """Ask for another number; what was typed stays and is compared anew."""
        self._count = count
        self._title.setText(trn(count, "{n} record will be discarded", "{n} records will be discarded"))
        self._edit.setAccessibleName(tr("Number of records to discard: {n}", n=count))
        self._say()

    def forget(self) -> None:
        """Nothing is typed: every review asks anew."""
        self._edit.clear()

    @Slot()
    def _on_typed(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        fits = self.confirmed
        self._sign.set_icon("check-circle" if fits else "circle", "ok" if fits else "muted")
        self._answer.setText(tr("matches") if fits else tr("Type {n}", n=self._count))
        set_tone(self._answer, "ok" if fits else "muted")

    @Slot()
    def _on_theme_changed(self) -> None:
        theme = Theme.current()
        colour = theme.color(environment_token(self._environment)).name()
        self.setStyleSheet(f"#typedConfirmCard {{ border: 2px solid {colour}; }}")
        self._edit.setFixedWidth(theme.px(_FIELD_WIDTH))


def _read(typed: str) -> int | None:
    """The number that was typed, with or without the locale's separators."""
    plain = typed.strip()
    if plain.isdecimal():
        return int(plain)
    value, understood = QLocale().toLongLong(plain)
    return int(value) if understood and plain == number(int(value)) else None
