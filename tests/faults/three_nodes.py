"""Three nodes behind proxies, and worlds on them that are in the middle of a commit together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import leaders, nodes
from tests.cluster.broker import Broker
from tests.cluster.leaders import GROUPS, TRANSACTIONS, Partition
from tests.cluster.nodes import Nodes
from tests.cluster.proxy import Proxy, Script
from tests.faults.world import World

_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class ThreeNodes:
    """The oracle speaks to the nodes, programs to the proxies in front of them."""

    nodes: Nodes
    proxies: tuple[Proxy, ...]

    @property
    def through(self) -> str:
        """Where programs connect."""
        return ",".join(each.address for each in self.proxies)

    def follow(self, script: Script) -> None:
        """Let the proxies count together."""
        for each in self.proxies:
            each.share(script)

    def place(self, role: str, world: World) -> Partition:
        """The partition whose leader has this role for a world."""
        match role:
            case "leader of the queue":
                return world.queue_topic, 0
            case "leader of the retry topic":
                return world.retry_topic, 0
            case "transaction coordinator":
                name = f"kmp-desktop.v1.{world.queue_topic}"
                return leaders.coordinated_by(self.nodes.bootstrap, TRANSACTIONS, name)
            case _:
                return leaders.coordinated_by(self.nodes.bootstrap, GROUPS, world.group)

    def leader_of(self, place: Partition) -> Broker:
        """The node that leads a partition."""
        return self.nodes.by_id[leaders.partitions(self.nodes.bootstrap)[place].leader]

    def wait_for_copies(self, places: Iterable[Partition], is_enough: Callable[[int], bool]) -> None:
        """Wait until the number of copies in step of each of these is enough, or few enough."""
        wanted = set(places)
        deadline = time.monotonic() + _PATIENCE_S
        while not all(
            is_enough(len(each.isrs))
            for place, each in leaders.partitions(self.nodes.bootstrap).items()
            if place in wanted
        ):
            assert time.monotonic() < deadline, "the copies do not come to be in step, or out of it"
            time.sleep(0.1)

    def restore(self) -> None:
        """Everybody is back, everything passes, and all copies are in step again."""
        self.follow(Script())
        self.nodes.restore()
        self.wait_for_copies(leaders.partitions(self.nodes.bootstrap), lambda count: count == 3)


@contextmanager
def three_nodes(folder: Path) -> Iterator[ThreeNodes]:
    """Start them, with the topics that coordinate transactions and groups."""
    with ExitStack() as stack:
        proxies = tuple(stack.enter_context(Proxy()) for _ in range(3))
        running = nodes.start(folder, 3, [each.port for each in proxies])
        stack.callback(running.stop)
        for number, each in enumerate(proxies, 1):
            each.target = running.by_id[number].ports["PROXY1"]
        leaders.make_internal_topics(running.bootstrap)
        yield ThreeNodes(running, proxies)
