"""The inspector for several records: what they have in common and how they differ."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kmp_desktop.core.view import Fact, SelectionSummary
from kmp_desktop.qt import when
from kmp_desktop.qt.delegates.cell_text import CellText
from kmp_desktop.qt.i18n import number, say, tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.views.wrapped_text import WrappedText
from kmp_desktop.qt.visible_text import one_line, plain_tooltip, quoted
from kmp_desktop.qt.widgets.banner import Banner
from kmp_desktop.qt.widgets.buttons import LinkButton
from kmp_desktop.qt.widgets.chip import ChipState, DecisionChip
from kmp_desktop.qt.widgets.combo import ComboBox
from kmp_desktop.qt.widgets.labels import ElidedLabel, label

_BAR_HEIGHT = 24


class SelectionSummaryView(QWidget):
    """Signals.

    show_wanted(tuple[int, ...]), take_out_wanted(tuple[int, ...]): rows that came back.
    record_wanted(int): an example was clicked.
    """

    show_wanted = Signal(object)
    take_out_wanted = Signal(object)
    record_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        px = Theme.current().px
        self._summary: SelectionSummary | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, px(8), 0, 0)
        box.setSpacing(px(2))
        head = QHBoxLayout()
        head.setContentsMargins(px(16), 0, px(16), 0)
        head.setSpacing(px(12))
        self._title = label("", "title", name="summaryTitle")
        self._chip = DecisionChip()
        self._chip_words = label("", "small", tone="muted", name="summaryDecisions")
        head.addWidget(self._title)
        head.addWidget(self._chip)
        head.addWidget(self._chip_words)
        head.addStretch(1)
        head.addStrut(px(34))  # as high as the header of one record
        box.addLayout(head)
        self._subtitle = ElidedLabel("", "small", "muted")
        self._subtitle.setContentsMargins(px(16), 0, px(16), 0)
        box.addWidget(self._subtitle)
        self._content = QWidget()
        self._content.setObjectName("scrollContents")
        self._sections = QVBoxLayout(self._content)
        self._sections.setContentsMargins(px(16), px(8), px(16), px(16))
        self._sections.setSpacing(px(8))
        area = QScrollArea()
        area.setObjectName("summaryArea")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._content)
        box.addWidget(area, 1)

    def show_selection(self, count: int, subtitle: str, chips: set[ChipState]) -> None:
        """What is known at once; the rest is worked out behind the window."""
        self._title.setText(trn(count, "{n} record", "{n} records"))
        self._subtitle.setText(one_line(subtitle))
        self._subtitle.setVisible(bool(subtitle))
        agree = len(chips) == 1
        self._chip.setVisible(agree)
        self._chip_words.setVisible(not agree)
        if agree:
            self._chip.set_state(next(iter(chips)))
        self._chip_words.setText(tr("{n} different decisions", n=len(chips)))

    def show_summary(self, summary: SelectionSummary | None) -> None:
        """Fill in what was worked out; ``None``: it is not known yet."""
        self._summary = summary
        self._clear()
        if summary is not None:
            self._add_facts(summary)
            self._add_differences(summary)
            self._add_came_back(summary)
            self._add_examples(summary)
        self._sections.addStretch(1)

    def _clear(self) -> None:
        clear_layout(self._sections)

    def _add_facts(self, summary: SelectionSummary) -> None:
        title = tr("What they have in common")
        if summary.sampled:
            title = tr("{title}, from a sample of {n}", title=title, n=summary.sampled)
        self._sections.addWidget(label(title, "bold"))
        place = QWidget()
        grid = QGridLayout(place)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Theme.current().px(12))
        grid.setVerticalSpacing(Theme.current().px(5))
        grid.setColumnStretch(1, 1)
        counted = summary.sampled or summary.count
        lines = [(say(fact.name), _values(fact, counted)) for fact in summary.facts]
        if summary.failed_first:
            lines.append((tr("Failed"), _span(summary.failed_first, summary.failed_last)))
        for row, (name, value) in enumerate(lines):
            grid.addWidget(label(name, "small", tone="muted"), row, 0)
            grid.addWidget(ElidedLabel(value, "small"), row, 1)
        self._sections.addWidget(place)

    def _add_differences(self, summary: SelectionSummary) -> None:
        if not summary.differences:
            return
        self._sections.addWidget(label(tr("How they differ"), "bold"))
        combo = ComboBox("differCombo")
        combo.setAccessibleName(tr("How they differ"))
        for fact in summary.differences:
            combo.addItem(one_line(say(fact.name), 100))
        self._bars = _Bars()
        combo.activated.connect(self._on_difference)
        self._bars.show_values(summary.differences[0])
        self._sections.addWidget(combo)
        self._sections.addWidget(self._bars)

    def _add_came_back(self, summary: SelectionSummary) -> None:
        count = len(summary.came_back)
        if not count:
            return
        title = trn(
            count,
            "{n} of these was retried before and came back",
            "{n} of these were retried before and came back",
        )
        show = LinkButton(tr("Show the {n}", n=count), "showCameBackButton")
        take = LinkButton(tr("Take the {n} out", n=count), "takeOutCameBackButton")
        show.clicked.connect(self._on_show_came_back)
        take.clicked.connect(self._on_take_out)
        text = tr("Retrying them again may fail in the same way.")
        self._sections.addWidget(Banner("warn", title, text, (show, take), "arrow-counter-clockwise"))

    def _add_examples(self, summary: SelectionSummary) -> None:
        if not summary.examples:
            return
        titles = {1: tr("One example"), 2: tr("Two examples"), 3: tr("Three examples")}
        self._sections.addWidget(label(titles.get(len(summary.examples), tr("Examples")), "bold"))
        for row, value, message in summary.examples:
            line = QWidget()
            box = QHBoxLayout(line)
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(Theme.current().px(12))
            link = LinkButton(one_line(value, 24), f"exampleButton_{row}")
            link.setProperty("row", row)
            link.clicked.connect(self._on_example)
            words = WrappedText(max_lines=3)
            words.set_text(quoted(message))
            box.addWidget(link, 0, Qt.AlignmentFlag.AlignTop)
            box.addWidget(words, 1)
            self._sections.addWidget(line)

    @Slot(int)
    def _on_difference(self, nth: int) -> None:
        if self._summary is not None:
            self._bars.show_values(self._summary.differences[nth])

    @Slot()
    def _on_show_came_back(self) -> None:
        if self._summary is not None:
            self.show_wanted.emit(self._summary.came_back)

    @Slot()
    def _on_take_out(self) -> None:
        if self._summary is not None:
            self.take_out_wanted.emit(self._summary.came_back)

    @Slot()
    def _on_example(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.record_wanted.emit(sender.property("row"))


class _Bars(QWidget):
    """The largest values of one field, each as a bar with its count."""

    def __init__(self) -> None:
        super().__init__()
        self._values: tuple[tuple[str, int], ...] = ()

    def show_values(self, fact: Fact) -> None:
        """Show the values of another field."""
        self._values = fact.values
        words = [f"{one_line(value, 200)}: {number(count)}" for value, count in fact.values]
        self.setAccessibleName(", ".join(words))
        self.setToolTip(plain_tooltip("\n".join(words)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A line for each value."""
        return QSize(100, len(self._values) * Theme.current().px(_BAR_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Bars, values on them, counts at the right."""
        theme = Theme.current()
        px = theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = CellText("small")
        largest = max((count for _, count in self._values), default=1)
        counts = max((small.metrics.horizontalAdvance(number(count)) for _, count in self._values), default=0)
        room = self.width() - counts - px(12)
        for nth, (value, count) in enumerate(self._values):
            top = nth * px(_BAR_HEIGHT)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("info_bg"))
            bar = max(px(4), room * count // max(1, largest))
            painter.drawRoundedRect(0, top + 1, bar, px(_BAR_HEIGHT) - 3, px(3), px(3))
            line = QRect(px(8), top, room - px(8), px(_BAR_HEIGHT))
            small.draw(painter, line, one_line(value, 200) or tr("empty"), theme.color("text"))
            right = QRect(
                self.width() - small.metrics.horizontalAdvance(number(count)) - 1,
                top,
                counts + 2,
                px(_BAR_HEIGHT),
            )
            small.draw(painter, right, number(count), theme.color("muted"))
        painter.end()


def _values(fact: Fact, count: int) -> str:
    """ShipmentLabelRequested (all 288), or the two largest with their counts."""
    if len(fact.values) == 1 and fact.values[0][1] == count:
        return tr("{value} (all {n})", value=one_line(fact.values[0][0], 200), n=count)
    parts = [
        trn(n, "{value} ({n} record)", "{value} ({n} records)", value=one_line(value, 200))
        for value, n in fact.values
    ]
    return ", ".join(parts)


def _span(first: int, last: int) -> str:
    now = when.now_ms()
    if first == last:
        return when.moment(first, now)
    end = when.moment(last, now)
    return tr("{first} to {last}", first=when.moment(first, now), last=end[:1].lower() + end[1:])
