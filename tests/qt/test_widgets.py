"""The small widgets that all pages share."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QAction, QEnterEvent, QFontMetrics, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Counts, Decision
from kmp_desktop.core.profile import Environment
from kmp_desktop.qt.icons import icon, pixmap
from kmp_desktop.qt.theme import Theme, ThemeChoice
from kmp_desktop.qt.widgets.badge import EnvironmentBadge
from kmp_desktop.qt.widgets.banner import Banner
from kmp_desktop.qt.widgets.buttons import ActionButton, Button, IconButton, LinkButton, keycap_text
from kmp_desktop.qt.widgets.chip import LOOKS, ChipState, DecisionChip, chip_width, chip_word, paint_chip
from kmp_desktop.qt.widgets.choices import CheckBox, RadioButton
from kmp_desktop.qt.widgets.labels import ElidedLabel, label
from kmp_desktop.qt.widgets.progress_bar import DecisionProgress
from kmp_desktop.qt.widgets.segmented import SegmentedButtons
from kmp_desktop.qt.widgets.toast import ToastMessage, ToastStack

STATES: tuple[ChipState, ...] = (Decision.MERGE, Decision.PURGE, Decision.SKIP, None, "elsewhere")


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme.current()
    theme.apply(qapp)
    theme.choose(ThemeChoice.LIGHT)
    yield theme
    theme.choose(ThemeChoice.SYSTEM)
    theme.set_zoom(100)


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_the_phosphor_icons_of_the_design_are_there() -> None:
    names = (
        "arrow-bend-up-left trash skip-forward circle-dashed users arrow-u-up-left arrow-u-up-right "
        "note-pencil magnifying-glass funnel columns arrow-clockwise clock-counter-clockwise gear-six "
        "list-bullets paper-plane-tilt arrow-counter-clockwise key check-circle warning warning-circle "
        "x-circle info question hourglass-medium circle tray wifi-slash shield-check shield-warning flask "
        "brackets-curly graduation-cap copy download-simple export file-arrow-down checks lock-simple stack "
        "dots-three"
    )
    assert [] == [name for name in names.split() if icon(name).isNull()]


def test_an_icon_is_as_sharp_as_the_screen_and_has_the_colour_of_its_token(theme: Theme) -> None:
    picture = pixmap("trash", "discard", 16, 2.0)

    assert QSize(32, 32) == picture.size()
    assert theme.tokens.discard.lower() in colours(picture.toImage())


@pytest.mark.parametrize("state", STATES)
def test_a_chip_has_a_word_an_icon_and_room_for_both(qtbot: QtBot, state: ChipState) -> None:
    chip = DecisionChip(state)
    qtbot.addWidget(chip)

    words = QFontMetrics(Theme.current().font("chip")).horizontalAdvance(chip_word(state))
    assert chip.text() == chip_word(state) != ""
    assert chip_width(state) > words + Theme.current().px(14)
    assert chip.sizeHint().width() == chip_width(state)


def test_chips_differ_by_icon_and_word_not_only_by_colour() -> None:
    assert len(STATES) == len({LOOKS[state].icon_name for state in STATES})
    assert len(STATES) == len({chip_word(state) for state in STATES})


def test_a_painted_chip_follows_the_theme(theme: Theme) -> None:
    def painted() -> set[str]:
        image = QImage(120, 32, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        paint_chip(painter, QRect(0, 0, 120, 32), Decision.MERGE)
        painter.end()
        return colours(image)

    assert theme.tokens.retry_bg.lower() in painted()
    theme.choose(ThemeChoice.DARK)
    assert theme.tokens.retry_bg.lower() in painted()


@pytest.mark.parametrize("environment", Environment)
def test_a_badge_says_its_system_in_words(qtbot: QtBot, environment: Environment) -> None:
    badge = EnvironmentBadge(environment)
    qtbot.addWidget(badge)

    assert environment.value.upper() == badge.text()
    assert badge.accessibleName().lower().startswith(environment.value)


def test_progress_is_told_in_numbers(qtbot: QtBot) -> None:
    progress = DecisionProgress("decisionProgress")
    qtbot.addWidget(progress)

    progress.set_counts(Counts(96, 31, 16), 1284)

    told = progress.accessibleName().replace("1,284", "1284")  # whatever the locale of the computer
    assert "143 of 1284 decided: 96 retry, 31 discard, 16 skip" == told


def test_a_single_decision_among_very_many_is_visible(qtbot: QtBot, theme: Theme) -> None:
    progress = DecisionProgress()
    qtbot.addWidget(progress)
    progress.set_counts(Counts(purge=1), 1_000_000)
    progress.resize(progress.sizeHint())

    assert theme.tokens.discard_bar.lower() in colours(progress.grab().toImage())


@pytest.mark.parametrize("zoom", [80, 100, 200])
def test_buttons_have_room_for_all_their_words(qtbot: QtBot, theme: Theme, zoom: int) -> None:
    theme.set_zoom(zoom)
    for button in (
        Button("Commit 127 decisions", kind="primary", icon_name="paper-plane-tilt", keycap="Ctrl ↵"),
        LinkButton("Details for your developers", icon_name="caret-right"),
        Button("Open profile file …", kind="quiet"),
    ):
        qtbot.addWidget(button)
        words = QFontMetrics(theme.font(button.look().font_role)).horizontalAdvance(button.text())
        assert button.minimumSizeHint().width() >= words + (theme.px(16) if button.icon_name else 0)


def test_pointer_targets_are_large_enough(qtbot: QtBot) -> None:
    least = Theme.current().px(28)
    made = (
        Button("A"),
        LinkButton("A"),
        IconButton("gear-six", "Settings"),
        CheckBox("A"),
        RadioButton("A"),
    )
    for button in made:
        qtbot.addWidget(button)
        assert button.sizeHint().height() >= least


def test_an_icon_button_says_what_it_does_and_by_which_key(qtbot: QtBot) -> None:
    button = IconButton("arrow-clockwise", "Read again", shortcut="F5")
    qtbot.addWidget(button)

    assert "Read again" == button.accessibleName()
    assert "Read again (F5)" == button.toolTip()


def test_keycaps_show_keys_as_they_are_called() -> None:
    assert ["Ctrl ↵", "M", "Esc", "/", "Ctrl Shift Z"] == [
        keycap_text(keys) for keys in ("Ctrl+Return", "M", "Esc", "/", "Ctrl+Shift+Z")
    ]


def test_a_button_of_an_action_is_the_action(qtbot: QtBot) -> None:
    action = QAction("Retry (merge)")
    action.setObjectName("mergeAction")
    action.setShortcut("M")
    action.setProperty("icon_name", "arrow-bend-up-left")
    button = ActionButton(action, short="Retry")
    qtbot.addWidget(button)
    wide = button.sizeHint().width()

    with qtbot.waitSignal(action.triggered):
        button.click()
    action.setEnabled(False)
    button.set_short(True)

    assert not button.isEnabled()
    assert "mergeActionButton" == button.objectName()
    assert "Retry" == button.look().text
    assert button.sizeHint().width() < wide


def test_one_segment_is_chosen_and_told(qtbot: QtBot) -> None:
    modes = SegmentedButtons([("tree", "Tree", "treeButton"), ("text", "Text", "textButton")])
    qtbot.addWidget(modes)

    with qtbot.waitSignal(modes.chosen) as told:
        modes.button("text").click()

    assert ["text"] == told.args
    assert "text" == modes.value()
    modes.choose("tree")
    assert "tree" == modes.value()


def test_only_an_elided_text_has_itself_as_tooltip(qtbot: QtBot) -> None:
    shown = ElidedLabel("A reported message that is rather long for its place")
    shown.set_tooltip("orders.events.dlq")
    qtbot.addWidget(shown)

    shown.show()
    shown.resize(60, 20)
    assert f"{shown.text()}\norders.events.dlq" == shown.toolTip()
    shown.resize(2000, 20)
    assert "orders.events.dlq" == shown.toolTip()


def test_markup_in_a_text_is_shown_not_obeyed(qtbot: QtBot) -> None:
    for made in (label("<b>x</b>"), ElidedLabel("<b>x</b>")):
        qtbot.addWidget(made)
        assert Qt.TextFormat.PlainText == made.textFormat()


def test_a_banner_says_everything_to_a_screen_reader_and_keeps_its_buttons(qtbot: QtBot) -> None:
    show = LinkButton("Show")
    banner = Banner("warn", "A newer record has the same key", actions=[show])
    qtbot.addWidget(banner)

    assert "A newer record has the same key" == banner.accessibleName()
    assert banner.isAncestorOf(show)
    banner.set_text("12 records were decided by someone else.", "They are not offered any more.")
    assert (
        "12 records were decided by someone else. They are not offered any more." == banner.accessibleName()
    )


@pytest.fixture
def page(qtbot: QtBot) -> ToastStack:
    page = ToastStack("pageStack")
    page.addWidget(label("page"))
    page.resize(800, 500)
    qtbot.addWidget(page)
    page.show()
    return page


def test_a_toast_stands_at_the_bottom_and_never_takes_the_focus(qtbot: QtBot, page: ToastStack) -> None:
    field = Button("here", parent=page)
    field.show()
    field.setFocus()
    toast = page.toast

    toast.show_message(
        ToastMessage("288 records marked Retry. Nothing has been sent yet.", "Undo", keycap="U")
    )

    assert toast.isVisible()
    assert QApplication.focusWidget() is field
    assert page.height() - Theme.current().px(20) == toast.geometry().bottom() + 1
    assert abs(page.width() / 2 - toast.geometry().center().x()) <= 1
    page.resize(600, 400)
    assert page.height() - Theme.current().px(20) == toast.geometry().bottom() + 1
    toast.dismiss()


def test_a_toast_goes_by_itself_but_not_under_the_pointer_or_the_focus(
    qtbot: QtBot, page: ToastStack
) -> None:
    toast = page.toast
    toast.show_message(ToastMessage("Nothing has been sent yet.", "Undo"))
    assert 6000 == toast._timer.interval()
    assert toast._timer.isActive()

    QApplication.sendEvent(toast, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(QPoint(1, 1))))
    assert not toast._timer.isActive()
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast._timer.isActive()

    toast._link.setFocus()
    toast._timer.timeout.emit()
    assert toast.isVisible()
    toast._link.clearFocus()
    toast._timer.timeout.emit()
    assert not toast.isVisible()


def test_the_link_of_a_toast_does_what_it_says_once(qtbot: QtBot, page: ToastStack) -> None:
    undone: list[str] = []
    toast = page.toast
    toast.show_message(ToastMessage("31 records marked Discard.", "Undo", lambda: undone.append("undo")))

    toast._link.click()

    assert ["undo"] == undone
    assert not toast.isVisible()


def test_a_radio_button_and_a_check_box_answer_on_their_whole_line(qtbot: QtBot, page: ToastStack) -> None:
    for made in (RadioButton("Everything before 12", parent=page), CheckBox("Keep it", parent=page)):
        made.resize(400, 30)
        made.show()
        QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=QPoint(390, 15))
        assert made.isChecked()


def test_sizes_grow_steadily_with_the_text_size(theme: Theme) -> None:
    def width(zoom: int) -> int:
        theme.set_zoom(zoom)
        return chip_width(Decision.PURGE)

    widths = [width(zoom) for zoom in (80, 100, 125, 150, 200)]
    assert all(narrow < wide for narrow, wide in pairwise(widths))


def test_enter_presses_the_button_that_has_the_focus(qtbot: QtBot) -> None:
    pressed: list[str] = []
    action = QAction("Retry")
    action.triggered.connect(lambda: pressed.append("action"))
    button, of_action = Button("Open"), ActionButton(action)
    choices = SegmentedButtons([(1, "One", "one"), (2, "Two", "two")])
    button.clicked.connect(lambda: pressed.append("button"))
    choices.chosen.connect(pressed.append)
    widgets: tuple[QWidget, ...] = (button, of_action, choices)
    for each in widgets:
        qtbot.addWidget(each)

    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.keyClick(button, Qt.Key.Key_Enter)
    QTest.keyClick(of_action, Qt.Key.Key_Return)
    QTest.keyClick(choices.button(2), Qt.Key.Key_Return)

    assert ["button", "button", "action", 2] == pressed


def test_enter_with_a_modifier_or_held_down_presses_nothing(qtbot: QtBot) -> None:
    button = Button("Open")
    qtbot.addWidget(button)
    pressed: list[bool] = []
    button.clicked.connect(pressed.append)

    QTest.keyClick(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.simulateEvent(button, True, Qt.Key.Key_Return.value, Qt.KeyboardModifier.NoModifier, "\r", True)

    assert [] == pressed


def test_enter_in_a_dialog_presses_the_button_with_the_focus_and_not_the_default_one(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    box = QHBoxLayout(dialog)
    pressed: list[str] = []
    save, cancel = Button("Save"), Button("Cancel")
    save.setDefault(True)
    save.clicked.connect(lambda: pressed.append("Save"))
    cancel.clicked.connect(lambda: pressed.append("Cancel"))
    box.addWidget(save)
    box.addWidget(cancel)

    QTest.keyClick(cancel, Qt.Key.Key_Return)

    assert ["Cancel"] == pressed
