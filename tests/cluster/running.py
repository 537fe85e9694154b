"""Broker and registry together, and how a run is told about ones that run already."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.cluster import broker, registry
from tests.cluster.downloads import kafka_jars


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where everything answers; ``users`` are names and passwords of the SASL listeners."""

    bootstrap: str  # no sign-in, may do everything
    registry: str  # URL of the Confluent API
    sasl: str  # SASL_PLAINTEXT: SCRAM-SHA-512, SCRAM-SHA-256, PLAIN
    sasl_ssl: str
    ssl: str
    ca_file: str
    users: dict[str, str]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start both (side by side), or use those of KMP_TEST_CLUSTER (a file of ``make cluster``)."""
    told = os.environ.get("KMP_TEST_CLUSTER")
    if told:
        yield Cluster(**json.loads(Path(told).read_text(encoding="utf-8")))
        return
    kafka_jars()
    with tempfile.TemporaryDirectory(prefix="kmp-desktop-cluster-") as name:
        folder = Path(name)
        formats = registry.launch(folder / "registry")  # takes its time while the broker starts
        try:
            node = broker.start(folder / "broker")
            try:
                formats.wait()
                yield Cluster(
                    bootstrap=node.bootstrap,
                    registry=formats.url,
                    sasl=node.address("SASLP"),
                    sasl_ssl=node.address("SASLS"),
                    ssl=node.address("TLS"),
                    ca_file=str(node.ca_file),
                    users=dict(broker.USERS),
                )
            finally:
                node.stop()
        finally:
            formats.stop()


def write(running: Cluster, path: Path) -> None:
    """Tell other programs where it runs."""
    path.write_text(json.dumps(asdict(running), indent=2) + "\n", encoding="utf-8")
