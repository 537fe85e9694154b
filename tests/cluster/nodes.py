"""Two or three Kafka nodes that can be killed, paused and started again.

Three are controllers, too: they live on without one of them. Of two, that could not be: only the first is.
"""

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


def start(folder: Path, count: int, proxied: Sequence[int] = ()) -> Nodes:
    """Start a cluster of two or three; ``proxied``: the PROXY1 port of each, see ``broker.start``.

    What coordinates is kept on all nodes. Of three copies two have to be in step for a write to be
    acknowledged, as in production; of two, one.
    """
    ports = {number: broker.free_ports(1 if proxied else 0) for number in range(1, count + 1)}
    controllers = [number for number in ports if number == 1 or count > 2]
    voters = ",".join(f"{number}@127.0.0.1:{ports[number]['CONTROLLER']}" for number in controllers)
    extra = {
        "controller.quorum.voters": voters,
        "offsets.topic.replication.factor": str(count),
        "transaction.state.log.replication.factor": str(count),
        "transaction.state.log.min.isr": str(count - 1),
        "share.coordinator.state.topic.replication.factor": str(count),
        "min.insync.replicas": str(count - 1),
        # A dead node is noticed after seconds, so that tests can wait for what then happens:
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "controller.quorum.election.timeout.ms": "500",
        "controller.quorum.fetch.timeout.ms": "1000",
        "replica.lag.time.max.ms": "3000",
    }

    def prepared(number: int) -> Broker:
        mine, its = dict(extra), dict(ports[number])
        if number not in controllers:
            mine["process.roles"] = "broker"
            del its["CONTROLLER"]
        told = proxied[number - 1 : number]
        return broker.prepared(folder / str(number), number, its, mine, told)

    nodes = Nodes({number: prepared(number) for number in ports})
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
