"""How far reading is, above the table."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.qt import when
from kmp_desktop.qt.announce import announce
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import label

SHOWN_AFTER_MS = 400
_MEASURED_S = 3.0  # before anything is said about the time left
_QUARTER = 25  # percent: how often progress is announced


class LoadPanel(QFrame):
    """Signals.

    stop_wanted: a person wants to work with what was read.
    """

    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("loadPanel")
        px = Theme.current().px
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(10), px(12), px(10))
        box.setSpacing(px(6))
        line = QHBoxLayout()
        line.setSpacing(px(12))
        self._title = label("", "bold", tone="info", name="loadTitle")
        self._left = label("", name="loadTimeLeft")
        self._stop = Button(tr("Stop reading"), "stopReadingButton", icon_name="x")
        self._stop.clicked.connect(self.stop_wanted)
        line.addWidget(self._title)
        line.addWidget(self._left)
        line.addStretch(1)
        line.addWidget(self._stop)
        box.addLayout(line)
        self._bar = QProgressBar()
        self._bar.setObjectName("loadProgress")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName(tr("Reading the queue"))
        box.addWidget(self._bar)
        self._sentence = label(
            tr("You can start deciding now. Whole groups can be selected when reading is complete."),
            wrap=True,
        )
        box.addWidget(self._sentence)
        self._waiting = QTimer(self, singleShot=True, interval=SHOWN_AFTER_MS)
        self._waiting.timeout.connect(self._on_waited)
        self._reading = False
        self._told = 0
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    @property
    def reading(self) -> bool:
        """Whether reading goes on, shown already or not."""
        return self._reading

    def start(self) -> None:
        """Reading goes on; nothing is shown if it is done in a moment."""
        if not self._reading:
            self._reading = True
            self._told = 0
            self._title.setText(tr("Reading the queue"))
            self._left.clear()
            self._bar.setValue(0)
            self._waiting.start()

    def stop(self) -> None:
        """Reading has ended."""
        self._reading = False
        self._waiting.stop()
        self.hide()

    def show_progress(self, progress: ReadProgress, seconds: float) -> None:
        """How far it is, ``seconds`` after it began."""
        total = progress.records + max(0, progress.offsets_total - progress.offsets_done)
        if progress.offsets_total <= 0:
            words = tr("Reading the queue: {read} records so far", read=progress.records)
            self._bar.setRange(0, 0)
        else:
            words = tr("Reading the queue: {read} of {total} records", read=progress.records, total=total)
            self._bar.setRange(0, 1000)
            self._bar.setValue(progress.offsets_done * 1000 // progress.offsets_total)
        self._title.setText(words)
        self._left.setText(_time_left(progress, seconds))
        self._announce(progress, words)

    def _announce(self, progress: ReadProgress, words: str) -> None:
        percent = progress.offsets_done * 100 // max(1, progress.offsets_total)
        if self.isVisible() and percent // _QUARTER > self._told:
            self._told = percent // _QUARTER
            announce(self, words)

    @Slot()
    def _on_theme_changed(self) -> None:
        """The track is seen on the ground of information, too."""
        ground = Theme.current().tokens.surface
        self._bar.setStyleSheet(f"#loadProgress {{ background: {ground}; }}")

    @Slot()
    def _on_waited(self) -> None:
        self.setVisible(self._reading)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """The ground of information, with a line below."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("info_bg"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        painter.end()


def _time_left(progress: ReadProgress, seconds: float) -> str:
    if seconds < _MEASURED_S or progress.offsets_done <= 0 or progress.offsets_total <= 0:
        return ""
    rate = progress.offsets_done / seconds
    return when.time_left((progress.offsets_total - progress.offsets_done) / rate)
