"""Every action of a window in one place: name, words, keys, icon, and why it is not possible now.

The window owns one ``Actions``. Pages connect to ``triggered`` and say with ``allow`` whether an action
is possible; a page that is left says ``allow_none``. Single letters and everything else that concerns
records belong to the triage page alone (``attach``): there is nothing they could hit elsewhere. What
leads to a part of that page, or on from it, works from the bar above it, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.icons import icon
from kmp_desktop.qt.theme import Theme, ThemeChoice


@dataclass(frozen=True, slots=True)
class ShortcutLine:
    """A line of the shortcuts dialog: keys in the words of this system, and what they do."""

    keys: tuple[str, ...]
    does: str


class Actions(QObject):
    """The actions of one window; GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._triage: list[QAction] = []
        self._make_queue()
        self._make_edit()
        self._make_decide()
        self._make_go()
        self._make_view()
        self._make_help()
        self.allow_none(tr("Open a queue first"))
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def triage(self) -> tuple[QAction, ...]:
        """The actions that belong to the triage page."""
        return tuple(self._triage)

    def attach(self, page: QWidget) -> None:
        """Let the keys of ``triage`` work while the focus is inside this page, and only there."""
        page.addActions(self._triage)

    def allow(self, action: QAction, why_not: str = "") -> None:
        """Make an action possible, or impossible with the reason as its tooltip."""
        action.setProperty("why_not", why_not)
        action.setEnabled(not why_not)
        self._describe(action)

    def allow_none(self, why_not: str) -> None:
        """No action of the triage page is possible, e.g. because another page is shown."""
        for action in (*self._triage, self.refresh, self.stop_reading, self.close_queue):
            self.allow(action, why_not)

    def set_text(self, action: QAction, text: str, tooltip: str = "") -> None:
        """Other words, e.g. "Review 143 decisions", and a tooltip that says more than the words."""
        action.setText(text)
        action.setProperty("tells", tooltip)
        self._describe(action)

    def fill(self, bar: QMenuBar) -> None:
        """Put everything into the menus."""
        menus = (
            ("queueMenu", tr("&Queue"), self._queue_menu()),
            ("editMenu", tr("&Edit"), self._edit_menu()),
            ("decideMenu", tr("&Decide"), self._decide_menu()),
            ("viewMenu", tr("&View"), self._view_menu()),
            ("helpMenu", tr("&Help"), (self.shortcuts, None, self.about)),
        )
        for name, title, actions in menus:
            menu = bar.addMenu(title)
            menu.setObjectName(name)
            menu.setToolTipsVisible(True)
            _fill_menu(menu, actions)
        self._add_theme_menu(bar)

    def shortcut_lines(self) -> tuple[ShortcutLine, ...]:
        """Every action that has keys, in the order of the menus."""
        lines = []
        for action in self.findChildren(QAction):
            keys = tuple(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())
            if keys:
                lines.append(ShortcutLine(keys, _plain(action)))
        return tuple(lines)

    def _make_queue(self) -> None:
        self.open = self._add("openAction", tr("Open a queue …"), "Ctrl+O", "tray")
        self.new_connection = self._add("newConnectionAction", tr("New connection …"), icon_name="plus")
        self.open_profile = self._add(
            "openProfileAction", tr("Open profile file …"), icon_name="file-arrow-down"
        )
        self.history = self._add("historyAction", tr("History"), "Ctrl+H", "clock-counter-clockwise")
        self.refresh = self._add("refreshAction", tr("Read again"), "F5", "arrow-clockwise")
        self.stop_reading = self._add("stopReadingAction", tr("Stop reading"), icon_name="x")
        self.export_list = self._add_reachable(
            "exportListAction", tr("Export the list …"), "Ctrl+Shift+E", "export"
        )
        self.close_queue = self._add("closeQueueAction", tr("Close the queue"), "Ctrl+W")
        self.quit = self._add("quitAction", tr("Quit"), "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)

    def _make_edit(self) -> None:
        add = self._add_triage
        self.undo = add("undoAction", tr("Undo"), "U Ctrl+Z", "arrow-u-up-left")
        self.redo = add("redoAction", tr("Redo"), "Shift+U Ctrl+Shift+Z", "arrow-u-up-right")
        self.copy = add("copyAction", tr("Copy"), "Ctrl+C", "copy")
        self.select_group = add("selectGroupAction", tr("Select all in this group"), "Ctrl+A", "checks")
        self.clear_selection = add("clearSelectionAction", tr("Clear selection"), "Esc")
        self.filter = add("filterAction", tr("Filter"), "Ctrl+Shift+F", "funnel")
        self.find = add("findAction", tr("Find"), "/ Ctrl+F", "magnifying-glass")

    def _make_decide(self) -> None:
        add = self._add_triage
        self.merge = add("mergeAction", tr("Retry (merge)"), "M", "arrow-bend-up-left", "retry")
        self.purge = add("purgeAction", tr("Discard (purge)"), "P", "trash", "discard")
        self.skip = add("skipAction", tr("Skip for now"), "S", "skip-forward", "skip")
        self.clear_decision = add(
            "clearDecisionAction", tr("Clear decision"), "Backspace", "circle-dashed", "muted"
        )
        self.review = self._add_reachable(
            "reviewAction", tr("Review decisions"), "Ctrl+Return Ctrl+Enter", "list-bullets"
        )

    def _make_go(self) -> None:
        add = self._add_triage
        self.next_record = add("nextRecordAction", tr("Next record"), "J", "caret-down")
        self.previous_record = add("previousRecordAction", tr("Previous record"), "K", "caret-up")
        self.next_undecided = add("nextUndecidedAction", tr("Next undecided record"), "Shift+J")
        self.previous_undecided = add("previousUndecidedAction", tr("Previous undecided record"), "Shift+K")
        self.next_group = add("nextGroupAction", tr("Next failure group"), "]")
        self.previous_group = add("previousGroupAction", tr("Previous failure group"), "[")
        self.related = add("relatedAction", tr("Go through the related records"), "R", "key")

    def _make_view(self) -> None:
        add = self._add_reachable
        self.groups_panel = add("groupsPanelAction", tr("Failure groups"), "Ctrl+1")
        self.table = add("tableAction", tr("Records"), "Ctrl+2")
        self.columns = self._add_triage("columnsAction", tr("Columns"), "", "columns")
        self.inspector = add("inspectorAction", tr("Inspector"), "Ctrl+3")
        self.content_tab = add("contentTabAction", tr("Content"), "Alt+1")
        self.related_tab = add("relatedTabAction", tr("Related"), "Alt+2")
        self.headers_tab = add("headersTabAction", tr("Headers"), "Alt+3")
        self.next_region = self._add("nextRegionAction", tr("Next region"), "F6")
        self.previous_region = self._add("previousRegionAction", tr("Previous region"), "Shift+F6")
        self.zoom_in = self._add("zoomInAction", tr("Larger text"), "Ctrl++ Ctrl+=")
        self.zoom_out = self._add("zoomOutAction", tr("Smaller text"), "Ctrl+-")
        self.zoom_reset = self._add("zoomResetAction", tr("Usual text size"), "Ctrl+0")
        self.themes = QActionGroup(self)
        for choice, name, text in (
            (ThemeChoice.SYSTEM, "themeSystemAction", tr("As the system")),
            (ThemeChoice.LIGHT, "themeLightAction", tr("Light")),
            (ThemeChoice.DARK, "themeDarkAction", tr("Dark")),
        ):
            action = self._add(name, text)
            action.setCheckable(True)
            action.setData(choice)
            self.themes.addAction(action)

    def _make_help(self) -> None:
        self.shortcuts = self._add("shortcutsAction", tr("Keyboard shortcuts"), "F1")
        self.about = self._add("aboutAction", tr("About KMP Desktop"))
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    def _queue_menu(self) -> tuple[QAction | None, ...]:
        first = (self.open, self.new_connection, self.open_profile, self.history, None)
        return (
            *(*first, self.refresh, self.stop_reading, self.export_list, None),
            *(self.close_queue, self.quit),
        )

    def _edit_menu(self) -> tuple[QAction | None, ...]:
        return (
            *(self.undo, self.redo, None, self.copy, None),
            *(self.select_group, self.clear_selection, None, self.find, self.filter),
        )

    def _decide_menu(self) -> tuple[QAction | None, ...]:
        return (self.merge, self.purge, self.skip, self.clear_decision, None, self.review)

    def _view_menu(self) -> tuple[QAction | None, ...]:
        return (
            *(self.groups_panel, self.table, self.inspector, self.columns, None),
            *(self.content_tab, self.related_tab, self.headers_tab, None),
            *(self.next_record, self.previous_record, self.next_undecided, self.previous_undecided),
            *(self.next_group, self.previous_group, self.related, None),
            *(self.next_region, self.previous_region, None),
            *(self.zoom_in, self.zoom_out, self.zoom_reset),
        )

    def _add_theme_menu(self, bar: QMenuBar) -> None:
        view = bar.findChild(QMenu, "viewMenu")
        assert isinstance(view, QMenu)
        view.addSeparator()
        menu = view.addMenu(tr("Theme"))
        menu.setObjectName("themeMenu")
        menu.addActions(self.themes.actions())

    def _add(self, name: str, text: str, keys: str = "", icon_name: str = "", icon_tone: str = "") -> QAction:
        """Make an action; ``keys`` are shortcuts with blanks between them."""
        action = QAction(text, self)
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(key) for key in keys.split()])
        action.setProperty("icon_name", icon_name)
        action.setProperty("icon_tone", icon_tone)
        self._describe(action)
        return action

    def _add_triage(
        self, name: str, text: str, keys: str, icon_name: str = "", icon_tone: str = ""
    ) -> QAction:
        action = self._add(name, text, keys, icon_name, icon_tone)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._triage.append(action)
        return action

    def _add_reachable(self, name: str, text: str, keys: str, icon_name: str = "") -> QAction:
        """Add one of the triage page that also works while the focus is in the bar above it."""
        action = self._add_triage(name, text, keys, icon_name)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        return action

    def _describe(self, action: QAction) -> None:
        """Words, keys and (while impossible) the reason as tooltip."""
        words = str(action.property("tells") or _plain(action))
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        first = f"{words} ({keys})" if keys else words
        why_not = str(action.property("why_not") or "")
        action.setToolTip(f"{first}\n{why_not}" if why_not else first)

    def _on_theme_changed(self) -> None:
        for action in self.findChildren(QAction):
            name = action.property("icon_name")
            if name:
                action.setIcon(icon(name, action.property("icon_tone") or "text"))


def _plain(action: QAction) -> str:
    return action.text().replace("&", "")


def _fill_menu(menu: QMenu, actions: Iterable[QAction | None]) -> None:
    for action in actions:
        if action is None:
            menu.addSeparator()
        else:
            menu.addAction(action)
