"""The one style sheet: what Fusion and the palette alone do not give.

Rules are chosen by class, object name or one of three dynamic properties, so that nothing leaks into
children: ``fontRole`` (a role of ``theme.FONT_ROLES``), ``tone`` (a colour token for text) on labels,
and ``ground`` (``card``, ``panel``, ``bar``, ``foot`` or ``plain``) on frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmp_desktop.qt.theme import Theme

_TONES = ("muted", "accent", "retry", "discard", "skip", "warn", "error", "ok", "info", "disabled")


def style_sheet(theme: Theme) -> str:
    """The style sheet for the colours and sizes of a theme."""
    parts = (_labels(theme), _grounds(theme), _menus(theme), _fields(theme), _views(theme), _rest(theme))
    return "\n".join(parts)


def _labels(theme: Theme) -> str:
    from kmp_desktop.qt.theme import FONT_ROLES  # noqa: PLC0415 - the theme imports this module

    rules = []
    for role, (_, weight) in FONT_ROLES.items():
        if role != "fixed":
            size = f"{theme.points(role):g}pt"  # type: ignore[arg-type]
            rules.append(f'QLabel[fontRole="{role}"] {{ font-size: {size}; font-weight: {weight}; }}')
    fixed = theme.font("fixed")
    rules.append(
        f'*[fontRole="fixed"] {{ font-family: "{fixed.family()}"; font-size: {fixed.pointSizeF():g}pt; }}'
    )
    rules += [f'QLabel[tone="{tone}"] {{ color: {getattr(theme.tokens, tone)}; }}' for tone in _TONES]
    return "\n".join(rules)


def _grounds(theme: Theme) -> str:
    t, px = theme.tokens, theme.px
    # Qt takes the left padding of a tool bar for all its sides.
    return f"""
QMainWindow, QDialog {{ background: {t.window}; }}
QFrame[ground="card"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {px(8)}px; }}
QFrame[ground="panel"] {{ background: {t.window}; border: 1px solid {t.line}; border-radius: {px(8)}px; }}
QFrame[ground="plain"] {{ background: {t.surface}; border: none; }}
QFrame[ground="bar"] {{ background: {t.surface}; border: none; border-bottom: 1px solid {t.line}; }}
QFrame[ground="foot"] {{ background: {t.surface}; border: none; border-top: 1px solid {t.line}; }}
QFrame[ground="line"] {{ background: {t.line}; border: none; }}
QDialog[ground="plain"] {{ background: {t.surface}; }}
QToolBar {{ background: {t.surface}; border: none; border-bottom: 1px solid {t.line};
    spacing: {px(8)}px; padding: 0 {px(7)}px; }}
QToolBar::separator {{ background: {t.line}; width: 1px; margin: {px(5)}px {px(8)}px; }}
QSplitter::handle {{ background: {t.line}; }}
QScrollArea, QScrollArea > QWidget > QWidget#scrollContents {{ background: transparent; border: none; }}
"""


def _menus(theme: Theme) -> str:
    t, px = theme.tokens, theme.px
    return f"""
QMenuBar {{ background: {t.window}; border-bottom: 1px solid {t.line}; padding: 0 {px(12)}px; }}
QMenuBar::item {{ background: transparent; padding: {px(4)}px {px(10)}px; border-radius: {px(4)}px; }}
QMenuBar::item:selected {{ background: {t.selected}; }}
QMenu {{ background: {t.surface}; border: 1px solid {t.control_border}; padding: {px(4)}px; }}
QMenu::item {{ padding: {px(6)}px {px(24)}px {px(6)}px {px(12)}px; border-radius: {px(4)}px; }}
QMenu::item:selected {{ background: {t.selected}; }}
QMenu::item:disabled {{ color: {t.disabled}; }}
QMenu::icon {{ padding-left: {px(8)}px; }}
QMenu::indicator {{ left: {px(6)}px; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: {px(4)}px {px(8)}px; }}
QToolTip {{ color: {t.toast_text}; background: {t.toast_ground}; border: none;
    padding: {px(4)}px {px(8)}px; }}
"""


def _fields(theme: Theme) -> str:
    t, px = theme.tokens, theme.px
    field = "QLineEdit, QPlainTextEdit, QTextEdit, QComboBox"
    focused = ", ".join(f"{each.strip()}:focus" for each in field.split(","))
    off = ", ".join(f"{each.strip()}:disabled" for each in field.split(","))
    return f"""
{field} {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.strong_border};
    border-radius: {px(6)}px; padding: 0 {px(10)}px; min-height: {px(32)}px;
    selection-background-color: {t.accent_solid}; selection-color: {t.on_solid}; }}
QPlainTextEdit, QTextEdit {{ padding: {px(4)}px {px(8)}px; }}
{focused} {{ border: 2px solid {t.accent}; padding: 0 {px(10) - 1}px; }}
QPlainTextEdit:focus, QTextEdit:focus {{ padding: {px(4) - 1}px {px(8) - 1}px; }}
{off} {{ color: {t.disabled}; border-color: {t.control_border}; background: {t.window}; }}
QAbstractSpinBox QLineEdit {{ border: none; min-height: 0; padding: 0 {px(4)}px; }}
QSpinBox {{ min-height: {px(30)}px; }}
QLineEdit[wrong="true"] {{ border-color: {t.error}; }}
QComboBox::drop-down {{ border: none; width: {px(28)}px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.control_border};
    selection-background-color: {t.selected}; selection-color: {t.text}; padding: {px(4)}px; outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: {px(28)}px; padding: 0 {px(8)}px; }}
"""


def _views(theme: Theme) -> str:
    t, px = theme.tokens, theme.px
    views = "QTableView, QTreeView, QListView"
    return f"""
{views} {{ background: {t.surface}; border: none; outline: 0; gridline-color: {t.line};
    selection-background-color: {t.selected}; selection-color: {t.text}; }}
QHeaderView {{ background: {t.surface}; border: none; }}
QHeaderView::section {{ background: {t.surface}; color: {t.muted}; border: none; font-weight: 400;
    border-bottom: 1px solid {t.line}; padding: 0 {px(8)}px; min-height: {px(31)}px; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {t.muted}; border: none; padding: {px(8)}px {px(14)}px;
    border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.text}; font-weight: 600; border-bottom: 2px solid {t.accent}; }}
QTabBar::tab:hover:!selected {{ color: {t.text}; }}
QTabBar::tab:focus {{ border: 2px solid {t.accent}; border-radius: {px(4)}px; }}
QTreeView#queueTable::item {{ height: {px(30)}px; }}
QListWidget#columnList::item {{ height: {px(26)}px; }}
QAbstractScrollArea::corner {{ background: {t.surface}; border: none; }}
QTableCornerButton::section {{ background: {t.surface}; border: none; }}
"""


def _rest(theme: Theme) -> str:
    t, px = theme.tokens, theme.px
    return f"""
QScrollBar:vertical {{ background: transparent; width: {px(12)}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {px(12)}px; margin: 0; }}
QScrollBar::handle {{ background: {t.strong_border}; border-radius: {px(3)}px; margin: {px(3)}px; }}
QScrollBar::handle:vertical {{ min-height: {px(32)}px; }}
QScrollBar::handle:horizontal {{ min-width: {px(32)}px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QFrame#filterPopup, QFrame#columnsPopup {{ border: 1px solid {t.control_border}; }}
QProgressBar {{ background: {t.sunken}; border: none; border-radius: {px(3)}px; max-height: {px(6)}px;
    min-height: {px(6)}px; }}
QProgressBar::chunk {{ background: {t.accent_solid}; border-radius: {px(3)}px; }}
"""
