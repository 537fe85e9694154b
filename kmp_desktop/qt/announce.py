"""Say something to a screen reader without moving the focus."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str, *, assertive: bool = False) -> None:
    """Announce ``text``; assertive (interrupting) only for conflict, not committed, unknown."""
    if not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    how = QAccessible.AnnouncementPoliteness
    event.setPoliteness(how.Assertive if assertive else how.Polite)
    QAccessible.updateAccessibility(event)
