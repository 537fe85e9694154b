"""Everything of one open queue that touches Kafka, records and decoding: orders in, news out.

Two lanes, so that a blocked broker or registry never delays the rows on screen: one owns the Kafka
clients, the other one the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from kmp_desktop.core.ports import Clock, QueueAdapters
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.process.broker_desk import BrokerDesk
from kmp_desktop.process.engine_desk import EngineDesk
from kmp_desktop.process.lane import Lane
from kmp_desktop.process.messages import (
    AskOrder,
    BringUpToDateOrder,
    Closed,
    CloseOrder,
    CommitOrder,
    FinishClusterWorkOrder,
    LookOrder,
    News,
    Order,
    ReadOrder,
    RegistryOrder,
    ResolveOrder,
    StopCommitOrder,
    StopReadingOrder,
)


class Desk:
    """Works from ``start`` until ``Closed`` is said. ``say`` is called in both lanes, one at a time each.

    ``adapters`` is called in the broker's lane and may block.
    """

    def __init__(
        self, adapters: Callable[[], QueueAdapters], clock: Clock, say: Callable[[News], None]
    ) -> None:
        self._say = say
        self._engine = EngineDesk(say)
        self._engine_lane = Lane("kmp-engine", self._engine.work_due)
        self._broker = BrokerDesk(adapters, clock, say, _ToEngine(self._engine, self._engine_lane))
        self._broker_lane = Lane("kmp-broker")

    def start(self) -> None:
        """Begin to work."""
        self._engine_lane.start()
        self._broker_lane.start()

    def join(self) -> None:
        """Wait for the end of both lanes; after ``Closed`` that is at once."""
        self._broker_lane.join()
        self._engine_lane.join()

    def tell(self, order: Order) -> None:
        """Give an order; any one thread. Returns at once."""
        broker, to_broker = self._broker, self._broker_lane.put
        match order:
            case StopReadingOrder():
                broker.stop_reading.set()
            case StopCommitOrder():
                broker.stop_commit.set()
            case ReadOrder():
                broker.stop_reading.clear()
                to_broker(partial(broker.read, order))
            case ResolveOrder():
                broker.stop_reading.clear()
                to_broker(broker.resolve)
            case CommitOrder():
                broker.stop_commit.clear()
                to_broker(partial(broker.commit, order))
            case FinishClusterWorkOrder():
                to_broker(broker.finish_cluster_work)
            case LookOrder():
                to_broker(broker.look)
            case CloseOrder():
                broker.stop_reading.set()
                to_broker(self._close_broker)
                self._broker_lane.end()
            case _:
                self._tell_engine(order)

    def _tell_engine(self, order: Order) -> None:
        engine, to_engine = self._engine, self._engine_lane.put
        match order:
            case AskOrder():
                to_engine(partial(engine.ask, order.request))
            case BringUpToDateOrder():
                loaded = self._broker.copy(order.version)
                to_engine(partial(engine.finish, _decided_too(loaded, order.let_go)))
            case RegistryOrder():
                to_engine(engine.try_registry_again)

    def _close_broker(self) -> None:
        self._broker.close()
        self._engine_lane.put(lambda: self._say(Closed()))
        self._engine_lane.end()


class _ToEngine:
    """Hands what the broker's lane found on to the engine's."""

    def __init__(self, engine: EngineDesk, lane: Lane) -> None:
        self._engine = engine
        self._lane = lane

    def connected(self, adapters: QueueAdapters) -> None:
        self._lane.put(partial(self._engine.begin, adapters))

    def read(self, records: Sequence[DeadLetter]) -> None:
        self._lane.put(partial(self._engine.add, records))

    def begun_anew(self) -> None:
        self._lane.put(self._engine.begin_anew)


def _decided_too(loaded: LoadedQueue, ids: Iterable[RecordId]) -> LoadedQueue:
    """The queue with these decided: a commit that met a conflict has not read the others' state."""
    state = dict(loaded.state)
    for each in ids:
        if each.partition in state:
            before = state[each.partition]
            state[each.partition] = replace(before, decided=before.decided | {each.offset})
    return replace(loaded, state=state)
