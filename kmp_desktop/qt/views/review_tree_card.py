"""The card with everything that is staged: by failure reason, by message, or as one list."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.view import ReviewBy, ReviewReply, Rows
from kmp_desktop.qt.delegates.review_tree import ReviewTreeDelegate
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.models.review_tree import Column, ReviewTreeModel
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.card import Card
from kmp_desktop.qt.widgets.labels import label
from kmp_desktop.qt.widgets.segmented import SegmentedButtons

_FEWEST_ROWS = 6
_NUMBER_WIDTH = 92


class ReviewTreeCard(Card):
    """Mode buttons over the tree. Del takes the selected records out.

    Signals:
        mode_chosen(ReviewBy): another arrangement is wanted.
        take_out_wanted(tuple[int, ...]): the engine's rows of records whose decision is to be forgotten.
    """

    mode_chosen = Signal(object)
    take_out_wanted = Signal(object)

    def __init__(self, session: QueueSession, parent: QWidget | None = None) -> None:
        super().__init__("reviewTreeCard", parent=parent)
        self._model = ReviewTreeModel(
            session.record_id, lambda row: session.book.get(session.record_id(row)), self
        )
        self._model.rows_wanted.connect(session.ask)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._title = label("", "section")
        self._modes = SegmentedButtons(
            (
                (ReviewBy.REASON, tr("Failure reason"), "reviewByReasonButton"),
                (ReviewBy.MESSAGE, tr("Message"), "reviewByMessageButton"),
                (ReviewBy.ALL, tr("All records"), "reviewAllButton"),
            ),
            "reviewModeButtons",
        )
        self._modes.chosen.connect(self.mode_chosen)
        self._tree = _Tree(self._model)
        self._tree.take_out.triggered.connect(self._on_take_out)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._modes)
        self.box.setSpacing(Theme.current().px(4))
        self.box.addLayout(head)
        self.box.addWidget(self._tree)
        self._say_title()

    @property
    def tree(self) -> QTreeView:
        """The tree, e.g. to give it the focus."""
        return self._tree

    @property
    def mode(self) -> ReviewBy:
        """The arrangement that is chosen."""
        return ReviewBy(str(self._modes.value()))

    def show_reply(self, reply: ReviewReply) -> None:
        """Show what is staged; open lines stay open, the place of the cursor is kept."""
        review = reply.review
        total = review.retry + review.discard + review.skip
        everything = self._modes.button(ReviewBy.ALL)
        everything.setText(trn(total, "{n} record", "All {n} records"))
        everything.updateGeometry()
        kept = self._tree.keep()
        self._model.show_reply(reply)
        self._tree.restore(kept)
        self._say_title()

    def show_only(self, decision: Decision | None) -> None:
        """Show only the records with one decision; None: all."""
        kept = self._tree.keep()
        self._model.show_only(decision)
        self._tree.restore(kept)
        self._say_title()

    def take_rows(self, rows: Rows) -> None:
        """What some records are called."""
        self._model.take_rows(rows)

    def set_room(self, pixels: int) -> None:
        """Be at most so high; more than fits is scrolled inside the tree, a few rows always fit."""
        self._tree.set_room(pixels)

    def _say_title(self) -> None:
        only = {
            None: {
                ReviewBy.REASON: tr("By failure reason"),
                ReviewBy.MESSAGE: tr("By message"),
                ReviewBy.ALL: tr("All records"),
            },
            Decision.MERGE: {
                ReviewBy.REASON: tr("Retry, by failure reason"),
                ReviewBy.MESSAGE: tr("Retry, by message"),
                ReviewBy.ALL: tr("All records marked Retry"),
            },
            Decision.PURGE: {
                ReviewBy.REASON: tr("Discard, by failure reason"),
                ReviewBy.MESSAGE: tr("Discard, by message"),
                ReviewBy.ALL: tr("All records marked Discard"),
            },
            Decision.SKIP: {
                ReviewBy.REASON: tr("Skip, by failure reason"),
                ReviewBy.MESSAGE: tr("Skip, by message"),
                ReviewBy.ALL: tr("All records marked Skip"),
            },
        }
        self._title.setText(only[self._model.only][self._model.arranged_by])
        self._tree.setAccessibleName(self._title.text())

    @Slot()
    def _on_take_out(self) -> None:
        rows = self._tree.selected_rows()
        if rows:
            self.take_out_wanted.emit(rows)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a new arrangement must not lose. ``below``: place of the cursor below its line, or -1."""

    open_lines: frozenset[str]
    line: str | None
    below: int
    scrolled: int


class _Tree(QTreeView):
    """The tree as high as its lines, so that the page scrolls and not the tree, up to a limit."""

    def __init__(self, model: ReviewTreeModel) -> None:
        super().__init__()
        self.setObjectName("reviewTree")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._model = model
        self._most_rows = _FEWEST_ROWS
        self.setModel(model)
        self.setItemDelegate(ReviewTreeDelegate(self))
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.take_out = QAction(tr("Take out"), self)
        self.take_out.setObjectName("takeOutAction")
        self.take_out.setShortcuts([QKeySequence(Qt.Key.Key_Delete), QKeySequence(Qt.Key.Key_Backspace)])
        self.take_out.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.addAction(self.take_out)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.expanded.connect(self._fit)
        self.collapsed.connect(self._fit)
        model.modelReset.connect(self._fit)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        self._fit_columns()
        self._fit()

    def selected_rows(self) -> tuple[int, ...]:
        """The engine's rows of the selected records; lines are left out."""
        rows = map(self._model.row_of, self.selectionModel().selectedRows())
        return tuple(row for row in rows if row is not None)

    def keep(self) -> _Kept:
        """Remember open lines, cursor and scroll position."""
        model, current = self._model, self.currentIndex()
        lines = [model.index(row, 0) for row in range(model.rowCount())]
        open_lines = [model.key_of(line) for line in lines if self.isExpanded(line)]
        is_record = model.row_of(current) is not None
        return _Kept(
            frozenset(key for key in open_lines if key is not None),
            model.key_of(current.parent() if is_record else current),
            current.row() if is_record else -1,
            self.verticalScrollBar().value(),
        )

    def restore(self, kept: _Kept) -> None:
        """Bring back what is still there; the cursor goes to the record that took the place."""
        model = self._model
        for key in kept.open_lines:
            self.expand(model.line_index(key))
        line = model.line_index(kept.line) if kept.line is not None else QModelIndex()
        below = model.rowCount(line)
        if kept.below >= 0 and below and (line.isValid() or kept.line is None):
            self.setCurrentIndex(model.index(min(kept.below, below - 1), 0, line))
        elif line.isValid():
            self.setCurrentIndex(line)
        self.verticalScrollBar().setValue(kept.scrolled)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        self._fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit_columns()
            self._fit()

    def set_room(self, pixels: int) -> None:
        """Be at most so high."""
        rows = (pixels - self._height_of(0)) // self._row_height()
        self._most_rows = max(rows, _FEWEST_ROWS)
        self._fit()

    def sizeHint(self) -> QSize:
        """As high as its lines, as far as there is room."""
        return QSize(super().sizeHint().width(), self._height_of(self._shown_rows()))

    def minimumSizeHint(self) -> QSize:
        """A few lines; from there on it scrolls by itself."""
        least = self._height_of(min(self._shown_rows(), _FEWEST_ROWS))
        return QSize(super().minimumSizeHint().width(), least)

    @Slot()
    def _fit(self) -> None:
        self.updateGeometry()

    def _height_of(self, rows: int) -> int:
        return self.header().sizeHint().height() + rows * self._row_height() + 2

    def _row_height(self) -> int:
        return self.itemDelegate().sizeHint(QStyleOptionViewItem(), QModelIndex()).height()

    def _shown_rows(self) -> int:
        lines = [self._model.index(row, 0) for row in range(min(self._model.rowCount(), self._most_rows))]
        shown = len(lines) + sum(self._model.rowCount(line) for line in lines if self.isExpanded(line))
        return max(1, min(shown, self._most_rows))

    def _fit_columns(self) -> None:
        metrics = self.header().fontMetrics()
        for column in list(Column)[1:]:
            words = str(self._model.headerData(column, Qt.Orientation.Horizontal))
            wanted = metrics.horizontalAdvance(words) + Theme.current().px(24)
            self.header().resizeSection(column, max(wanted, Theme.current().px(_NUMBER_WIDTH)))
        self.setColumnHidden(Column.UNDECIDED, self._model.arranged_by is ReviewBy.ALL)
