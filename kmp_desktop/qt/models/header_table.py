"""The headers of a record in two sections, in their original order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from kmp_desktop.core.view import HeaderLine
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.record_table import Index
from kmp_desktop.qt.visible_text import one_line, plain_tooltip

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TOOLTIP = Qt.ItemDataRole.ToolTipRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
SECTION_ROLE = Qt.ItemDataRole.UserRole.value
RAW_ROLE = SECTION_ROLE + 1

_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True)
class _Section:
    title: str


class HeaderTableModel(QAbstractTableModel):
    """Section titles and headers as lines; columns name and value."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers: tuple[HeaderLine, ...] = ()
        self._search = ""
        self._lines: list[_Section | HeaderLine] = []

    def set_headers(self, headers: Sequence[HeaderLine]) -> None:
        """Show the headers of another record."""
        self._headers = tuple(headers)
        self._arrange()

    def set_search(self, search: str) -> None:
        """Show only headers whose name or value holds this."""
        self._search = search.casefold().strip()
        self._arrange()

    def sections(self) -> list[int]:
        """The lines that are titles."""
        return [place for place, line in enumerate(self._lines) if isinstance(line, _Section)]

    def copied(self, place: int) -> str:
        """A header as text."""
        line = self._lines[place]
        return line.title if isinstance(line, _Section) else f"{line.name}: {line.shown}"

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Titles and headers."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Name and value."""
        return 0 if parent.isValid() else 2

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Titles cannot be selected."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self._lines[index.row()], _Section):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """What a cell says."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == SECTION_ROLE:
            return isinstance(line, _Section)
        if isinstance(line, _Section):
            return line.title if role in (_DISPLAY, _ACCESSIBLE) and index.column() == 0 else None
        return _of_header(line, index.column(), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Name, Value."""
        if role != _DISPLAY or orientation is not Qt.Orientation.Horizontal:
            return None
        return tr("Name") if section == 0 else tr("Value")

    def _arrange(self) -> None:
        self.beginResetModel()
        failure = [line for line in self._headers if line.failure]
        sent = [line for line in self._headers if not line.failure]
        self._lines = []
        titles = (
            (tr("Added when it failed ({n})", n=len(failure)), failure),
            (tr("Sent with the message ({n})", n=len(sent)), sent),
        )
        for title, lines in titles:
            found = [line for line in lines if self._matches(line)]
            if found:
                self._lines += [_Section(title), *found]
        self.endResetModel()

    def _matches(self, line: HeaderLine) -> bool:
        return not self._search or self._search in f"{line.name}\n{line.shown}".casefold()


def _of_header(line: HeaderLine, column: int, role: int) -> str | None:
    name = one_line(line.name, 300)
    if line.of > 1:
        name = tr("{name}  ({nth} of {of})", name=name, nth=line.nth, of=line.of)
    value = one_line(line.shown)
    if role in (_DISPLAY, _ACCESSIBLE):
        return name if column == 0 else value
    if role == RAW_ROLE:
        return one_line(line.raw) if column == 1 and line.raw != line.shown else ""
    if role == _TOOLTIP:
        return plain_tooltip(name if column == 0 else one_line(line.shown, 800))
    return None
