"""The tab "Headers"."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from kmp_desktop.core.view import RecordDetails
from kmp_desktop.qt.delegates.cell_text import CellText
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.header_table import RAW_ROLE, SECTION_ROLE, HeaderTableModel
from kmp_desktop.qt.models.record_table import Index
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.labels import label

_ROW = 24
_NAME_SHARE = 0.44


class HeadersTab(QWidget):
    """All headers of one record, searchable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        px = Theme.current().px
        self.headers = HeaderTableModel(self)
        self._search = QLineEdit()
        self._search.setObjectName("headerSearch")
        self._search.setPlaceholderText(tr("Search headers"))
        self._search.setAccessibleName(tr("Search headers"))
        self._search.textChanged.connect(self._on_search)
        self.table = HeaderTable(self.headers)
        self._none = label(tr("This record has no headers."), tone="muted")
        self._foot = label(
            tr("Retry passes all headers on, in this order."), "small", tone="muted", wrap=True
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(10), px(12), px(10))
        box.setSpacing(px(8))
        box.addWidget(self._search)
        box.addWidget(self._none)
        box.addWidget(self.table, 1)
        box.addWidget(self._foot)

    def show_details(self, details: RecordDetails) -> None:
        """Show another record; what is searched for stays."""
        self.headers.set_headers(details.headers)
        self._none.setVisible(not details.headers)
        self.table.setVisible(bool(details.headers))
        self._foot.setVisible(bool(details.headers))
        self._span_sections()

    @Slot(str)
    def _on_search(self, search: str) -> None:
        self.headers.set_search(search)
        self._span_sections()

    def _span_sections(self) -> None:
        self.table.clearSpans()
        for place in self.headers.sections():
            self.table.setSpan(place, 0, 1, 2)


class HeaderTable(QTableView):
    """Name and value; section titles over both."""

    def __init__(self, headers: HeaderTableModel) -> None:
        super().__init__()
        self._headers = headers
        self.setObjectName("headerTable")
        self.setAccessibleName(tr("Headers"))
        self.setModel(headers)
        self.setItemDelegate(_HeaderDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the headers that are marked."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selected()
        else:
            super().keyPressEvent(event)

    def copy_selected(self) -> None:
        """Copy the headers that are marked, a line each."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        QGuiApplication.clipboard().setText("\n".join(map(self._headers.copied, rows)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The names take a little less than half."""
        self.setColumnWidth(0, round(self.viewport().width() * _NAME_SHARE))
        super().resizeEvent(event)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.verticalHeader().setDefaultSectionSize(Theme.current().px(_ROW))


class _HeaderDelegate(QStyledItemDelegate):
    """Section titles bold, names quiet, values in the fixed-width font with the bytes beside."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._fonts: tuple[int, CellText, CellText, CellText] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """The view sets the height."""
        return QSize(0, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        theme = Theme.current()
        bold, small, fixed = self._fonts_now()
        place: QRect = option.rect
        text = str(index.data() or "")
        if index.data(SECTION_ROLE):
            bold.draw(painter, place, text, theme.color("text"))
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(place, theme.color("selected"))
        if index.column() == 0:
            inside = place.adjusted(0, 0, -theme.px(8), 0)
            small.draw(painter, inside, text, theme.color("muted"), mode=Qt.TextElideMode.ElideMiddle)
            return
        used = fixed.draw(painter, place, text, theme.color("text"))
        raw = str(index.data(RAW_ROLE) or "")
        if raw:
            rest = place.adjusted(used + theme.px(12), 0, 0, 0)
            fixed.draw(painter, rest, f"({raw})", theme.color("muted"))

    def _fonts_now(self) -> tuple[CellText, CellText, CellText]:
        serial = Theme.current().serial
        if self._fonts is None or self._fonts[0] != serial:
            self._fonts = (serial, CellText("bold"), CellText("small"), CellText("fixed"))
        return self._fonts[1:]
