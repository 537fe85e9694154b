"""What is behind an open queue, as its session sees it: in this process, or (``EngineProcess``) not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.core.ports import Clock, QueueAdapters
from kmp_desktop.process.desk import Desk
from kmp_desktop.process.messages import Closed, Order


class FarSide(QObject):
    """Lives on the GUI thread; nothing here blocks.

    Signals:
        said(News): what the desk tells, in order; the last one is ``Closed``.
        ended(): nothing of it runs any more.
    """

    said = Signal(object)
    ended = Signal()

    def start(self) -> None:
        """Begin to work."""
        raise NotImplementedError

    def tell(self, order: Order) -> None:
        """Give an order; orders are obeyed in the order in which they were given."""
        raise NotImplementedError


class DeskHere(FarSide):
    """A desk in this process: practice queues are objects in its memory."""

    _news = Signal(object)

    def __init__(self, adapters: Callable[[], QueueAdapters], clock: Clock, parent: QObject) -> None:
        """``adapters`` is called in another thread and may block."""
        super().__init__(parent)
        self._desk = Desk(adapters, clock, self._news.emit)
        self._news.connect(self._on_news)

    def start(self) -> None:
        """Start both lanes."""
        self._desk.start()

    def tell(self, order: Order) -> None:
        """Hand it over."""
        self._desk.tell(order)

    @Slot(object)
    def _on_news(self, news: object) -> None:
        self.said.emit(news)
        if isinstance(news, Closed):
            self._desk.join()
            self.ended.emit()
