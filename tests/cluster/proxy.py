"""A TCP proxy in front of a broker that understands Kafka's frames and strikes at the n-th of a kind.

Bytes pass unchanged until a rule of the script is met. Plaintext listeners only. The broker has to
advertise the proxy's port (``broker.start(..., proxied=[proxy.port])``), so that its clients stay here.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from types import TracebackType
from typing import Any, Self

_LATE_ANSWER_S = 10.0


class Api(IntEnum):
    """The requests that a rule can name, by their number in Kafka's protocol."""

    PRODUCE = 0
    FETCH = 1
    LIST_OFFSETS = 2
    METADATA = 3
    OFFSET_FETCH = 9
    FIND_COORDINATOR = 10
    LIST_GROUPS = 16
    API_VERSIONS = 18
    INIT_PRODUCER_ID = 22
    ADD_PARTITIONS_TO_TXN = 24
    ADD_OFFSETS_TO_TXN = 25
    END_TXN = 26
    WRITE_TXN_MARKERS = 27
    TXN_OFFSET_COMMIT = 28
    DESCRIBE_CONFIGS = 32


class Way(Enum):
    """Where a frame goes."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Pass:
    """Only let the next rule's turn come."""


@dataclass(frozen=True, slots=True)
class Cut:
    """End the connection (FIN on both sides) instead of passing the frame."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Break the connection (RST on both sides) instead of passing the frame."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Pass the frame, and what follows it on its way, later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """Pass nothing more on this connection, which stays open on both sides until ``heal``."""


@dataclass(frozen=True, slots=True)
class Dark:
    """Pass nothing more on any connection, new ones included, until ``heal``."""


@dataclass(frozen=True, slots=True)
class LoseAnswer:
    """Only this answer never comes; the connection goes on. Of a request: the broker's answer to it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Break the client's side and keep the request; the broker gets it at ``Release`` or ``release``."""


@dataclass(frozen=True, slots=True)
class Release:
    """Hand all held requests to the broker, on the connections they came by, and pass the frame."""


@dataclass(frozen=True, slots=True)
class Pretend:
    """Give the client this answer (without its size) to its request; the broker never gets the request."""

    answer: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Strike:
    """Call something that takes no time (kill a process, say), then pass the frame or cut."""

    call: Callable[[], object]
    passes: bool = True


Deed = Pass | Cut | Reset | Delay | HalfOpen | Dark | LoseAnswer | Hold | Release | Pretend | Strike


@dataclass(frozen=True, slots=True)
class Rule:
    """At the ``nth`` frame of this kind since the rule's turn came, do something once."""

    api: Api
    way: Way
    nth: int
    do: Deed


class Script:
    """Rules that take turns: one counts only after all before it were met. Shared by several proxies."""

    def __init__(self, *rules: Rule) -> None:
        self._rules = list(rules)
        self._count = 0
        self._lock = threading.Lock()
        self.met = threading.Event()
        """All rules were met."""
        if not rules:
            self.met.set()

    def meet(self, api: int, way: Way) -> Deed | None:
        """What to do with this frame, if anything."""
        with self._lock:
            if not self._rules or (self._rules[0].api, self._rules[0].way) != (api, way):
                return None
            self._count += 1
            if self._count < self._rules[0].nth:
                return None
            self._count = 0
            rule = self._rules.pop(0)
            if not self._rules:
                self.met.set()
            return rule.do


class _Broken(Exception):  # noqa: N818 - the end of a connection, not a fault
    """This connection ends by force."""


@dataclass(slots=True, eq=False)
class _Connection:
    client: asyncio.StreamWriter
    broker: asyncio.StreamWriter
    asked: dict[int, int] = field(default_factory=dict)  # correlation id -> api key
    lost: set[int] = field(default_factory=set)  # correlation ids whose answers never come
    is_half_open: bool = False
    held: int | None = None  # correlation id of a held request: its client is gone, the broker unaware
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Proxy:
    """Listens on ``port`` from the start; ``target`` is the broker's port. Any thread may call it."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        self.target = 0
        self.seen: Counter[tuple[int, Way]] = Counter()
        self._script = Script()
        self._holding: list[_Connection] = []
        self._failures: list[BaseException] = []
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=f"proxy at {self.port}")
        self._thread.start()
        self._started.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self.port}"

    def follow(self, *rules: Rule) -> Script:
        """Follow these rules from now on, instead of those before."""
        script = Script(*rules)
        self.share(script)
        return script

    def share(self, script: Script) -> None:
        """Follow a script that other proxies follow, too: they count together."""
        self._script = script

    def release(self) -> None:
        """Hand all held requests to the broker; returns when it has answered them."""
        self._do(self._release())

    def darken(self) -> None:
        """Pass nothing until ``heal``."""
        self._do(self._darken())

    def heal(self) -> None:
        """Forget the rules, break what is half-open, and let everything pass again."""
        self._script = Script()
        self._do(self._heal())

    def close(self) -> None:
        """Break all connections, listen no more, end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()
        if self._failures:
            raise self._failures[0]

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(2 * _LATE_ANSWER_S)

    # From here on everything runs in the proxy's own thread.

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._released = asyncio.Event()
        self._light = asyncio.Event()
        self._light.set()
        self._healed = asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()
        accepted: weakref.WeakSet[asyncio.StreamWriter] = weakref.WeakSet()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted.add(writer)
            task = self._loop.create_task(self._serve(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, sock=self._listening)
        self._started.set()
        await self._ended.wait()
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in list(accepted):  # of a connection that nobody began to serve, too
            _break(each)
        await asyncio.sleep(0.01)  # a broken transport is closed in the loop's next rounds
        await server.wait_closed()

    async def _heal(self) -> None:
        self._light.set()
        self._healed.set()
        self._healed = asyncio.Event()

    async def _darken(self) -> None:
        self._light.clear()

    async def _release(self) -> None:
        self._let_go()
        for each in self._holding:
            await asyncio.wait_for(each.over.wait(), _LATE_ANSWER_S)
        self._holding.clear()

    def _let_go(self) -> None:
        self._released.set()
        self._released = asyncio.Event()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        both = [writer]
        try:
            await self._light.wait()
            answers, broker = await asyncio.open_connection("127.0.0.1", self.target)
            both.append(broker)
            await self._join(_Connection(writer, broker), reader, answers)
            for each in both:
                each.close()
            for each in both:
                await each.wait_closed()
        except (_Broken, OSError):  # by a rule; or nobody listens where the broker should be
            pass
        except Exception as failure:  # noqa: BLE001 - raised by ``close``, in the test's thread
            self._failures.append(failure)
        finally:
            for each in both:
                _break(each)

    async def _join(
        self, connection: _Connection, requests: asyncio.StreamReader, answers: asyncio.StreamReader
    ) -> None:
        """Pass frames both ways until one side ends; raises what a rule or a mistake raised."""
        pumps = [
            self._loop.create_task(self._pump(connection, requests, Way.REQUEST)),
            self._loop.create_task(self._pump(connection, answers, Way.RESPONSE)),
        ]
        try:
            done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for each in pumps:
                each.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            connection.over.set()

    async def _pump(self, connection: _Connection, reader: asyncio.StreamReader, way: Way) -> None:
        """Pass frames one way until that side ends or a rule ends it."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = await reader.readexactly(4)
                body = await reader.readexactly(struct.unpack(">i", size)[0])
                if way is Way.REQUEST:
                    api, correlation = _request(body)
                    connection.asked[correlation] = api
                else:
                    correlation = struct.unpack_from(">i", body)[0]
                    api = connection.asked.pop(correlation, -1)
                await self._until_it_passes(connection)
                self.seen[api, way] += 1
                deed = self._script.meet(api, way)
                if isinstance(deed, Pretend):
                    assert way is Way.REQUEST, "only requests can be answered"
                    answer = deed.answer(body)
                    connection.client.write(struct.pack(">i", len(answer)) + answer)
                    await connection.client.drain()
                    continue
                if not await self._obey(deed, connection, correlation, way):
                    return
                await self._until_it_passes(connection)
                if way is Way.RESPONSE and connection.held is not None:
                    if correlation == connection.held:
                        return
                    continue
                if way is Way.RESPONSE and correlation in connection.lost:
                    continue
                to = connection.broker if way is Way.REQUEST else connection.client
                to.write(size + body)
                await to.drain()
                if connection.held is not None:
                    await asyncio.sleep(_LATE_ANSWER_S)  # ends earlier when the answer comes
                    return

    async def _until_it_passes(self, connection: _Connection) -> None:
        if not self._light.is_set() or connection.is_half_open:
            await self._healed.wait()
            raise _Broken

    async def _obey(self, deed: Deed | None, connection: _Connection, correlation: int, way: Way) -> bool:
        """Do it; False = the connection ends in order."""
        match deed:
            case Cut():
                return False
            case Release():
                self._let_go()
            case Strike(call, passes):
                call()
                return passes
            case Reset():
                raise _Broken
            case Delay(seconds):
                await asyncio.sleep(seconds)
            case HalfOpen():
                connection.is_half_open = True
            case Dark():
                self._light.clear()
            case LoseAnswer():
                connection.lost.add(correlation)
            case Hold():
                assert way is Way.REQUEST, "only requests can be held"
                connection.held = correlation
                self._holding.append(connection)
                _break(connection.client)
                await self._released.wait()
        return True


def _request(body: bytes) -> tuple[int, int]:
    """Which API, and the number that its answer will carry."""
    api, _, correlation = struct.unpack_from(">hhi", body)
    return api, correlation


def _break(writer: asyncio.StreamWriter) -> None:
    """Close at once with RST: whatever is on its way is lost."""
    with contextlib.suppress(OSError):  # closed already
        ours = writer.get_extra_info("socket")
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
