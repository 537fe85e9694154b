"""Banners about the queue above the table, at most two at a time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kmp_desktop.app.triage_banners import Act, StateBanner
from kmp_desktop.qt.i18n import say, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.widgets.banner import Banner
from kmp_desktop.qt.widgets.buttons import IconButton, LinkButton

_AT_MOST = 2


class BannerStack(QWidget):
    """Shows what is worst; a click shows the others.

    Signals:
        acted((StateBanner, Act)): a button was clicked. Closing is done here.
    """

    acted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bannerStack")
        self._all: tuple[StateBanner, ...] = ()
        self._closed: set[str] = set()
        self._shown: list[StateBanner] = []
        self._opened = False
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(1)  # a line between two of a kind
        self.hide()

    @property
    def shown(self) -> tuple[StateBanner, ...]:
        """The banners in sight."""
        return tuple(self._shown)

    def show_banners(self, banners: Sequence[StateBanner]) -> None:
        """Show these; one that was closed stays closed while it is about the same thing."""
        self._all = tuple(banners)
        self._closed &= {banner.key for banner in banners}
        self._arrange()

    def _arrange(self) -> None:
        open_ones = [banner for banner in self._all if banner.key not in self._closed]
        if len(open_ones) <= _AT_MOST:
            self._opened = False
        shown = open_ones if self._opened else open_ones[:_AT_MOST]
        more = len(open_ones) - len(shown)
        self.setVisible(bool(shown))
        if shown == self._shown and more == self._more_shown():
            return
        self._shown = shown
        clear_layout(self._box)
        for banner in shown:
            self._box.addWidget(self._made(banner))
        if more:
            link = LinkButton(trn(more, "Show {n} more notice", "Show {n} more notices"), "moreBannersButton")
            link.setProperty("more", more)
            link.clicked.connect(self._on_more)
            row = QHBoxLayout()
            row.setContentsMargins(Theme.current().px(12), 0, 0, 0)
            row.addWidget(link)
            row.addStretch(1)
            self._box.addLayout(row)

    def _more_shown(self) -> int:
        link = self.findChild(LinkButton, "moreBannersButton")
        return int(link.property("more")) if link is not None and not link.isHidden() else 0

    def _made(self, banner: StateBanner) -> Banner:
        buttons: list[LinkButton | IconButton] = []
        for act, words in banner.acts:
            button: LinkButton | IconButton
            if act is Act.DISMISS:
                button = IconButton("x", say(words), f"{act.value}Button")
            else:
                button = LinkButton(say(words), f"{act.value}Button")
            button.setProperty("banner", banner.key)
            button.setProperty("act", act.value)
            button.clicked.connect(self._on_clicked)
            buttons.append(button)
        detail = say(banner.detail) if banner.detail is not None else ""
        made = Banner(banner.kind, say(banner.title), detail, buttons, flat=True)
        made.setObjectName(f"banner_{banner.key.replace(' ', '_')}")
        return made

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        banner = next((each for each in self._shown if each.key == sender.property("banner")), None)
        if banner is None:
            return
        act = Act(str(sender.property("act")))
        if act is Act.DISMISS:
            self._closed.add(banner.key)
            self._arrange()
        else:
            self.acted.emit((banner, act))

    @Slot()
    def _on_more(self) -> None:
        self._opened = True
        self._arrange()
