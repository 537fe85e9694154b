"""What one should know about a record before deciding: at most two banners, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kmp_desktop.core.payload import Undecodable
from kmp_desktop.core.view import RecordDetails
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.banner import Banner, BannerKind
from kmp_desktop.qt.widgets.buttons import LinkButton
from kmp_desktop.qt.widgets.chip import ChipState

_AT_MOST = 2


@dataclass(frozen=True, slots=True)
class Hint:
    """One banner; ``shows_related``: with a button that shows the records with the same key."""

    kind: BannerKind
    icon_name: str
    title: str
    text: str = ""
    shows_related: bool = False


def hints(details: RecordDetails, chip: ChipState) -> list[Hint]:
    """What applies to a record, the worst first."""
    return list(_hints(details, chip))


def _hints(details: RecordDetails, chip: ChipState) -> Iterator[Hint]:
    if chip == "elsewhere":
        yield Hint("warn", "users", tr("Someone else decided this record"))
    if details.unfaithful:
        text = tr("It can be discarded or skipped. {reason}", reason=one_line(details.unfaithful))
        yield Hint("warn", "warning", tr("This record cannot be retried"), text)
    if details.newer_same_key:
        yield Hint("warn", "key", tr("A newer record has the same key"), shows_related=True)
    if details.came_back:
        words = trn(
            details.came_back,
            "This record came back {n} time after a retry",
            "This record came back {n} times after a retry",
        )
        yield Hint("warn", "arrow-counter-clockwise", words)
    if details.is_pointer:
        topic = one_line(details.is_pointer, 300)
        yield Hint("info", "info", tr("Only a pointer: the original is still in “{topic}”", topic=topic))
    if isinstance(details.payload, Undecodable):
        text = tr("Retry passes it on unchanged, Discard removes it.")
        yield Hint("info", "info", tr("You can still decide"), text)
    if details.value_is_null:
        yield Hint("info", "info", tr("A delete message: it has no content on purpose"))


class HintBanners(QWidget):
    """Signals.

    related_wanted: show the records with the same key.
    """

    related_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: list[Hint] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(Theme.current().px(8))
        self.hide()

    @property
    def shown(self) -> tuple[Hint, ...]:
        """What is shown."""
        return tuple(self._shown)

    def show_hints(self, found: list[Hint]) -> None:
        """Show the first of these."""
        found = found[:_AT_MOST]
        self.setVisible(bool(found))
        if found == self._shown:
            return
        self._shown = found
        clear_layout(self._box)
        for hint in found:
            actions = []
            if hint.shows_related:
                button = LinkButton(tr("Show"), "showNewerButton")
                button.clicked.connect(self.related_wanted)
                actions.append(button)
            self._box.addWidget(Banner(hint.kind, hint.title, hint.text, actions, hint.icon_name))
