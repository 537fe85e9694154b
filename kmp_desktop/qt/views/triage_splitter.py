"""The three columns of the triage page and how wide they are at which width of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.failure_group_panel import STRIP, FailureGroupPanel

# From which width on (pixels of the design): groups, inspector.
_LAYOUTS = ((1600, 288, 480), (1320, 268, 400), (1100, 252, 372), (0, 0, 340))
_PANEL_AT_LEAST, _PANEL_AT_MOST = 180, 480
_MIDDLE_AT_LEAST = 360
_INSPECTOR_AT_LEAST = 280
_LOW = 640  # window height below which the groups become a strip


class TriageSplitter(QSplitter):
    """Sizes that a person gave win until the window reaches another layout."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("triageSplitter")
        self._layout_at: int | None = None
        self._strip_by_width = False
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)

    def put_together(self, panel: FailureGroupPanel, middle: QWidget, inspector: QWidget) -> None:
        """Once. The parts are best made as children of this: each change of parent styles them all anew."""
        self._panel = panel
        for part in (panel, middle, inspector):
            self.addWidget(part)
        for nth in (1, 2):
            self.handle(nth).setObjectName(f"triageSplitterHandle{nth}")
        self.setStretchFactor(0, 0)
        self.setStretchFactor(1, 1)
        self.setStretchFactor(2, 0)
        px = Theme.current().px
        middle.setMinimumWidth(px(_MIDDLE_AT_LEAST))
        inspector.setMinimumWidth(px(_INSPECTOR_AT_LEAST))
        self._fresh = self.saveState()
        panel.collapsed_changed.connect(self._on_collapsed)
        self._on_collapsed(panel.collapsed)

    def fit(self, width: int, height: int) -> None:
        """The page has this size now."""
        px = Theme.current().px
        at = next(nth for nth, (least, _, _) in enumerate(_LAYOUTS) if width >= px(least))
        before, self._layout_at = self._layout_at, at
        if at == before:
            return
        _, groups, inspector = _LAYOUTS[at]
        self._strip(narrow=not groups or height < px(_LOW) - px(120))
        restored = before is None and self.saveState() != self._fresh
        if not restored:
            left = px(STRIP) if self._panel.collapsed else px(groups)
            self.setSizes([left, max(1, width - left - px(inspector) - 2), px(inspector)])

    def _strip(self, *, narrow: bool) -> None:
        """Groups are a strip where there is no room, and come back where there is."""
        if narrow and not self._panel.collapsed:
            self._strip_by_width = True
            self._panel.set_collapsed(True)
        elif not narrow and self._strip_by_width:
            self._strip_by_width = False
            self._panel.set_collapsed(False)

    @Slot(object)
    def _on_collapsed(self, collapsed: bool) -> None:
        px = Theme.current().px
        self._panel.setMinimumWidth(px(STRIP if collapsed else _PANEL_AT_LEAST))
        self._panel.setMaximumWidth(px(STRIP if collapsed else _PANEL_AT_MOST))
        if not collapsed and self._layout_at is not None:
            sizes = self.sizes()
            wanted = px(_LAYOUTS[self._layout_at][1] or 252)
            self.setSizes([wanted, max(1, sizes[0] + sizes[1] - wanted), sizes[2]])
