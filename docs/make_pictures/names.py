"""Write the table of object names in docs/automation.md from the window itself: ``names.py [--check]``."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget
from scenes import SCENES
from studio import Studio

from kmp_desktop.qt.theme import Theme, ThemeChoice

_FILE = Path(__file__).resolve().parents[1] / "automation.md"
_BEGIN, _END = "<!-- object names: begin -->", "<!-- object names: end -->"
_FRAME = "mainWindow"
"""The window itself: what belongs to no page and to no dialog."""

_SCENES = {
    "44-few-first": ("fewFirstDialog",),
    "01-welcome": ("welcomePage",),
    "13-history": ("historyPage",),
    "49-columns": ("columnsPopup",),
    "50-export": ("exportDialog",),
    "47-restoring": ("restoreDialog",),
    "14-queues": ("queuesPage",),
    "02-triage": ("topBar", "triagePage", "statusBar"),
    "06-group": (_FRAME, "triagePage"),
    "12-unreadable": ("triagePage",),
    "18-inspector-details": ("triagePage",),
    "25-empty": ("triagePage",),
    "26-stopped-reading": ("triagePage",),
    "28-may-not-write": ("triagePage",),
    "31-nothing-found": ("triagePage",),
    "34-decided-by-others": ("triagePage",),
    "45-whole-value": ("valueDialog",),
    "07-review": ("reviewPage",),
    "16-committing": ("commitProgressDialog",),
    "08-committed": ("resultPage",),
    "09-conflict": ("resultPage",),
    "10-unknown": ("resultPage",),
    "17-not-committed": ("resultPage",),
    "46-unfinished": ("resultPage",),
    "23-take-over": ("takeOverPage",),
    "11-connection": ("connectionDialog",),
    "47-import-settings": ("importSettingsDialog",),
    "39-queue-form": ("queueDialog",),
    "40-profile-file": ("profileImportDialog",),
    "37-password": ("passwordDialog",),
    "15-error": ("errorDialog",),
    "41-shortcuts": ("shortcutsDialog",),
    "42-about": ("aboutDialog",),
}
_IDS = (
    (re.compile(r"_(platform|test|team)_(orders|invoices)$"), "_<profileId>_<queueId>"),
    (re.compile(r"_(platform|test|team)$"), "_<profileId>"),
    (re.compile(r"_[0-9]+$"), "_<n>"),
)
_OF_QT = re.compile(r"^(qt_|_q_|scrollContents$|Scroll(Left|Right)Button$)")


def main(arguments: list[str]) -> int:
    """Rewrite the table, or (``--check``) say whether it is up to date."""
    application = QApplication(sys.argv[:1])
    Theme.current().apply(application)
    table = "\n".join([_BEGIN, "", *_table(), "", _END])
    before = _FILE.read_text(encoding="utf-8")
    if _BEGIN in before:
        head, rest = before.split(_BEGIN)
        after = head + table + rest.split(_END)[1]
    else:
        after = f"{before.rstrip()}\n\n## The window\n\n{_ABOUT}\n\n{table}\n"
    if "--check" in arguments:
        print("up to date" if after == before else "run docs/make_pictures/names.py")
        return int(after != before)
    _FILE.write_text(after, encoding="utf-8")
    return 0


_ABOUT = (
    "Every widget that can be used, and every label whose words matter, has an object name that stays the "
    "same. `kmp_desktop.bootstrap.start(argv)` builds and shows the window inside an existing "
    "`QApplication` and returns it; find widgets below it by these names. Actions (`QAction`) carry their "
    "names, too; they can be triggered whatever page shows their buttons."
)


def _table() -> Iterator[str]:
    found: dict[str, dict[str, str]] = {}
    actions: dict[str, str] = {}
    for scene, roots in _SCENES.items():
        with tempfile.TemporaryDirectory() as files:
            studio = Studio(Path(files), ThemeChoice.LIGHT)
            SCENES[scene](studio)
            for root in roots:
                below = studio.window if root == _FRAME else studio.find(QWidget, root)
                widgets = _frame(below) if root == _FRAME else below.findChildren(QWidget)
                found.setdefault(root, {}).update(_names(widgets))
            actions = _actions(studio)
            studio.close()
    for root, names in found.items():
        yield f"### `{root}`"
        yield ""
        for kind in sorted(set(names.values())):
            listed = ", ".join(f"`{name}`" for name, each in sorted(names.items()) if each == kind)
            yield f"- {kind}: {listed}"
        yield ""
    yield "### Actions"
    yield ""
    for name, words in sorted(actions.items()):
        yield f"- `{name}` “{words}”"


def _frame(window: QWidget) -> Iterator[QWidget]:
    others = {root for roots in _SCENES.values() for root in roots} - {_FRAME}
    for widget in window.findChildren(QWidget):
        above, parent = {widget.objectName()}, widget.parentWidget()
        while parent is not None and parent is not window:
            above.add(parent.objectName())
            parent = parent.parentWidget()
        if not above & others:
            yield widget


def _names(widgets: Iterable[QWidget]) -> Iterator[tuple[str, str]]:
    for widget in widgets:
        name = widget.objectName()
        if not name or _OF_QT.match(name) or isinstance(widget, QMenu):
            continue
        for pattern, place in _IDS:
            name = pattern.sub(place, name)
        yield name, "label" if isinstance(widget, QLabel) else _kind(widget)


def _kind(widget: QWidget) -> str:
    """Qt's own class that a widget is, without the Q."""
    kind: type[object] = type(widget)
    while not kind.__module__.startswith("PySide6"):
        kind = kind.__bases__[0]
    return kind.__name__.removeprefix("Q").lower()


def _actions(studio: Studio) -> dict[str, str]:
    named = [each for each in studio.window.findChildren(QAction) if each.objectName().endswith("Action")]
    return {each.objectName(): each.text() for each in named if each.objectName() != "reviewAction"} | {
        "reviewAction": "Review decisions"
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
