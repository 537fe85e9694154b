"""A broker behind several proxies, so that several worlds can be broken at once, each by its own proxy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from tests.cluster import broker
from tests.cluster.broker import Broker
from tests.cluster.proxy import Proxy


@dataclass(frozen=True, slots=True)
class Lanes:
    """``node`` answers the oracle at its plain listener, and programs through one of the proxies."""

    node: Broker
    free: SimpleQueue[Proxy] = field(default_factory=SimpleQueue)

    @contextmanager
    def lane(self) -> Iterator[Proxy]:
        """Nobody else uses this proxy meanwhile."""
        proxy = self.free.get()
        try:
            yield proxy
        finally:
            proxy.heal()
            self.free.put(proxy)


@contextmanager
def lanes(folder: Path, count: int, extra: Mapping[str, str] | None = None) -> Iterator[Lanes]:
    """Start the broker, with ``extra`` settings, and ``count`` proxies."""
    with ExitStack() as stack:
        proxies = [stack.enter_context(Proxy()) for _ in range(count)]
        node = broker.start(folder, extra, proxied=[each.port for each in proxies])
        stack.callback(node.stop)
        running = Lanes(node)
        for number, each in enumerate(proxies, 1):
            each.target = node.ports[f"PROXY{number}"]
            running.free.put(each)
        yield running
