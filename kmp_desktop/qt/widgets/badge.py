"""The badge that says which kind of system a connection leads to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from kmp_desktop.core.profile import Environment
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.theme import Theme

_ICONS = {
    Environment.PRODUCTION: "shield-warning",
    Environment.TEST: "flask",
    Environment.DEVELOPMENT: "brackets-curly",
    Environment.PRACTICE: "graduation-cap",
}
_HEIGHT = 24
_ICON = 14
_PADDING = 9
_GAP = 6


def environment_word(environment: Environment) -> str:
    """The word in running text: "Production"."""
    return {
        Environment.PRODUCTION: tr("Production"),
        Environment.TEST: tr("Test"),
        Environment.DEVELOPMENT: tr("Development"),
        Environment.PRACTICE: tr("Practice"),
    }[environment]


def environment_token(environment: Environment) -> str:
    """The colour token of an environment."""
    return environment.value


class EnvironmentBadge(QLabel):
    """Icon and word on the environment's colour."""

    def __init__(self, environment: Environment, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._environment = environment
        self.set_environment(environment)

    @property
    def environment(self) -> Environment:
        """What is shown."""
        return self._environment

    def set_environment(self, environment: Environment) -> None:
        """Show another environment."""
        self._environment = environment
        self.setText(environment_word(environment).upper())
        self.setAccessibleName(
            {
                Environment.PRODUCTION: tr("Production system"),
                Environment.TEST: tr("Test system"),
                Environment.DEVELOPMENT: tr("Development system"),
                Environment.PRACTICE: tr("Practice"),
            }[environment]
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The size it needs."""
        theme = Theme.current()
        words = QFontMetrics(theme.font("chip")).horizontalAdvance(self.text())
        return QSize(theme.px(2 * _PADDING + _ICON + _GAP) + words + 2, theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(environment_token(self._environment)))
        painter.drawRoundedRect(QRectF(self.rect()), theme.px(4), theme.px(4))
        side, left = theme.px(_ICON), theme.px(_PADDING)
        icon = pixmap(_ICONS[self._environment], "on_solid", side, self.devicePixelRatioF())
        painter.drawPixmap(left, (self.height() - side) // 2, icon)
        painter.setFont(theme.font("chip"))
        painter.setPen(theme.color("on_solid"))
        place = QRect(left + side + theme.px(_GAP), 0, self.width(), self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
        super().changeEvent(event)
