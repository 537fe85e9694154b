"""Two or three Kafka nodes, each controller and broker, that can be killed, paused and started again."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import broker
from tests.cluster.broker import Broker


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes by id, from 1."""

    by_id: dict[int, Broker]

    @property
    def bootstrap(self) -> str:
        """The plain listeners of all."""
        return ",".join(each.bootstrap for each in self.by_id.values())

    @property
    def ended(self) -> list[Broker]:
        """Those whose process is gone."""
        return [each for each in self.by_id.values() if each.process.poll() is not None]

    def restore(self) -> None:
        """Bring everybody back: what is paused goes on, what is gone starts again."""
        for each in self.by_id.values():
            each.go_on()
        gone = self.ended
        for each in gone:
            each.launch()
        for each in gone:
            each.wait()

    def stop(self) -> None:
        """End all at once: one alone would wait for the others to take over."""
        for each in self.by_id.values():
            each.kill()


def start(folder: Path, proxied: Sequence[int]) -> Nodes:
    """Start a cluster of as many nodes as there are ``proxied`` ports; see ``broker.start``.

    Everything is kept on all nodes. Two copies have to be in step for an acknowledged write, as with
    three nodes in production.
    """
    count = len(proxied)
    ports = {number: broker.free_ports(1) for number in range(1, count + 1)}
    voters = ",".join(f"{number}@127.0.0.1:{ports[number]['CONTROLLER']}" for number in ports)
    extra = {
        "controller.quorum.voters": voters,
        "offsets.topic.replication.factor": str(count),
        "transaction.state.log.replication.factor": str(count),
        "transaction.state.log.min.isr": str(min(2, count)),
        "share.coordinator.state.topic.replication.factor": str(count),
        "min.insync.replicas": str(min(2, count)),
        # A dead node is noticed after seconds, so that tests can wait for what then happens:
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "controller.quorum.election.timeout.ms": "500",
        "controller.quorum.fetch.timeout.ms": "1000",
        "replica.lag.time.max.ms": "3000",
    }
    nodes = Nodes(
        {
            number: broker.prepared(folder / str(number), number, ports[number], extra, [proxied[number - 1]])
            for number in ports
        }
    )
    cluster_id = broker.new_cluster_id()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda node: broker.format_data(node, cluster_id), nodes.by_id.values()))
    try:
        for each in nodes.by_id.values():
            each.launch()
        for each in nodes.by_id.values():
            each.wait()
    except BaseException:
        for each in nodes.by_id.values():
            each.stop()
        raise
    return nodes
