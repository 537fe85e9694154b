"""One Apache Kafka node (KRaft): a plain listener, and listeners with sign-in, TLS and rights."""

from __future__ import annotations

import base64
import os
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.cluster import processes
from tests.cluster.certificates import write_certificates
from tests.cluster.downloads import kafka_jars

USERS = {"admin": "admin-secret", "clerk": "clerk-secret"}
"""Users of the SASL listeners. ``admin`` may do all, ``clerk`` only what an ACL allows."""

_JAVA = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)
_MODULES = "org.apache.kafka.common.security"
_LISTENERS = {
    "PLAIN": "PLAINTEXT",
    "CONTROLLER": "PLAINTEXT",
    "SASLP": "SASL_PLAINTEXT",
    "SASLS": "SASL_SSL",
    "TLS": "SSL",
}


@dataclass(slots=True)
class Broker:
    """A running node. Everybody who connects without sign-in may do everything."""

    folder: Path
    ports: dict[str, int]
    ca_file: Path
    process: subprocess.Popen[bytes]

    def address(self, listener: str) -> str:
        """Where a listener of ``_LISTENERS`` answers."""
        return f"127.0.0.1:{self.ports[listener]}"

    @property
    def bootstrap(self) -> str:
        """The plain listener."""
        return self.address("PLAIN")

    def stop(self) -> None:
        """End it."""
        processes.stop(self.process)

    def start_again(self) -> None:
        """Start it on the same data and ports after it was stopped or killed."""
        self.process = _launch(self.folder, self.bootstrap)


def start(folder: Path, extra: dict[str, str] | None = None) -> Broker:
    """Format a data folder and start a node in it; ``extra`` settings win."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = dict(zip(_LISTENERS, processes.free_ports(len(_LISTENERS)), strict=True))
    ca_file, keystore = write_certificates(folder)
    settings = {**_settings(folder, ports, ca_file, keystore), **(extra or {})}
    lines = [f"{name}={value}\n" for name, value in settings.items()]
    (folder / "server.properties").write_text("".join(lines), encoding="utf-8")
    _format(folder)
    return Broker(folder, ports, ca_file, _launch(folder, f"127.0.0.1:{ports['PLAIN']}"))


def _java(*arguments: str) -> list[str]:
    class_path = os.pathsep.join(str(jar) for jar in kafka_jars())
    return [processes.JAVA, *_JAVA, "-cp", class_path, *arguments]


def _format(folder: Path) -> None:
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode().replace("-", "A", 1)
    scram = [
        part
        for user, password in USERS.items()
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
        for part in ("--add-scram", f"{mechanism}=[name={user},password={password}]")
    ]
    command = _java(
        "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(folder / "server.properties")
    )
    done = subprocess.run([*command, *scram], capture_output=True, text=True, check=False)
    if done.returncode:
        raise processes.NotReadyError(done.stdout + done.stderr)


def _launch(folder: Path, bootstrap: str) -> subprocess.Popen[bytes]:
    log = folder / "broker.log"
    process = processes.start(_java("kafka.Kafka", str(folder / "server.properties")), log)
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "client.id": "tests"})

    def answers() -> bool:
        try:
            return bool(admin.list_topics(timeout=1).brokers)
        except KafkaException:
            return False

    try:
        processes.wait_until(answers, process, log, 60)
    except processes.NotReadyError:
        processes.stop(process)
        raise
    return process


def _settings(folder: Path, ports: dict[str, int], ca_file: Path, keystore: Path) -> dict[str, str]:
    addresses = {name: f"{name}://127.0.0.1:{port}" for name, port in ports.items()}
    one = (
        "offsets.topic.replication.factor",
        "transaction.state.log.replication.factor",
        "transaction.state.log.min.isr",
        "share.coordinator.state.topic.replication.factor",
        "share.coordinator.state.topic.min.isr",
    )
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{ports['CONTROLLER']}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAIN",
        "listeners": ",".join(addresses.values()),
        "advertised.listeners": ",".join(
            address for name, address in addresses.items() if name != "CONTROLLER"
        ),
        "listener.security.protocol.map": ",".join(f"{name}:{kind}" for name, kind in _LISTENERS.items()),
        "log.dirs": str(folder / "data"),
        **dict.fromkeys(one, "1"),
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "false",
        "message.max.bytes": "104857600",
        "socket.request.max.bytes": "209715200",
        # Faster than a real cluster, so that tests can wait for facts:
        "log.cleaner.backoff.ms": "200",
        "log.retention.check.interval.ms": "2000",
        "offsets.retention.check.interval.ms": "5000",
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
        **_security(ca_file, keystore),
    }


def _security(ca_file: Path, keystore: Path) -> dict[str, str]:
    plain_users = " ".join(f'user_{user}="{password}"' for user, password in USERS.items())
    settings = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:admin",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(ca_file),
    }
    for listener in ("sasls", "tls"):
        settings[f"listener.name.{listener}.ssl.keystore.type"] = "PEM"
        settings[f"listener.name.{listener}.ssl.keystore.location"] = str(keystore)
    for listener in ("saslp", "sasls"):
        prefix = f"listener.name.{listener}"
        settings[f"{prefix}.sasl.enabled.mechanisms"] = "SCRAM-SHA-256,SCRAM-SHA-512,PLAIN"
        settings[f"{prefix}.plain.sasl.jaas.config"] = (
            f"{_MODULES}.plain.PlainLoginModule required {plain_users};"
        )
        for mechanism in ("scram-sha-256", "scram-sha-512"):
            settings[f"{prefix}.{mechanism}.sasl.jaas.config"] = (
                f"{_MODULES}.scram.ScramLoginModule required;"
            )
    return settings
