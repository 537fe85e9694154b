"""An Apache Kafka node (KRaft): listeners without and with sign-in and TLS, and one for a proxy."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import uuid
from collections.abc import Mapping, Sequence
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
    """A node. Everybody who connects without sign-in may do everything."""

    folder: Path
    ports: dict[str, int]
    ca_file: Path
    id: int = 1
    java: tuple[str, ...] = ()  # further options of the virtual machine
    running: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The node's process, also after its end."""
        assert self.running is not None, "never launched"
        return self.running

    def address(self, listener: str) -> str:
        """Where a listener of ``_LISTENERS`` answers; PROXY1 ... are those behind proxies."""
        return f"127.0.0.1:{self.ports[listener]}"

    @property
    def bootstrap(self) -> str:
        """The plain listener."""
        return self.address("PLAIN")

    def stop(self) -> None:
        """End it, gently first; also when it is paused."""
        if self.running is not None:
            self.go_on()
            processes.stop(self.running)

    def kill(self) -> None:
        """SIGKILL; returns when it is gone."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """SIGSTOP: it listens and does not answer."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def start_again(self) -> None:
        """Start it on the same data and ports after it was stopped or killed."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it without waiting."""
        command = _java(*self.java, "kafka.Kafka", str(self.folder / "server.properties"))
        self.running = processes.start(command, self._log)

    def wait(self) -> None:
        """Wait until it answers and is among the cluster's brokers; ends it when that takes too long."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0, "client.id": "tests"})

        def answers() -> bool:
            try:
                return self.id in admin.list_topics(timeout=1).brokers
            except KafkaException:
                return False

        try:
            processes.wait_until(answers, self.process, self._log, 90)
        except processes.NotReadyError:
            self.stop()
            raise

    @property
    def _log(self) -> Path:
        return self.folder / "broker.log"


def start(folder: Path, extra: Mapping[str, str] | None = None, *, proxied: Sequence[int] = ()) -> Broker:
    """Format a data folder and start a node in it; ``extra`` settings win.

    ``proxied``: ports that the clients of listener PROXY1, PROXY2 ... are told to come to.
    """
    ports = free_ports(len(proxied))
    voters = {"controller.quorum.voters": f"1@127.0.0.1:{ports['CONTROLLER']}"}
    node = prepared(folder, 1, ports, {**voters, **(extra or {})}, proxied)
    format_data(node, new_cluster_id())
    node.launch()
    node.wait()
    return node


def free_ports(proxies: int) -> dict[str, int]:
    """A free port for each listener."""
    names = [*_LISTENERS, *(f"PROXY{number}" for number in range(1, proxies + 1))]
    return dict(zip(names, processes.free_ports(len(names)), strict=True))


def prepared(
    folder: Path, number: int, ports: dict[str, int], extra: Mapping[str, str], proxied: Sequence[int]
) -> Broker:
    """Write the settings of node ``number``; its data folder is not formatted yet."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_file, keystore = write_certificates(folder)
    told = {**ports, **{f"PROXY{lane}": port for lane, port in enumerate(proxied, 1)}}
    settings = {**_settings(folder, number, ports, told), **_security(ca_file, keystore), **extra}
    lines = [f"{name}={value}\n" for name, value in settings.items()]
    (folder / "server.properties").write_text("".join(lines), encoding="utf-8")
    return Broker(folder, ports, ca_file, number)


def new_cluster_id() -> str:
    """An id as ``kafka-storage.sh random-uuid`` makes it."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode().replace("-", "A", 1)


def _java(*arguments: str) -> list[str]:
    class_path = os.pathsep.join(str(jar) for jar in kafka_jars())
    return [processes.JAVA, *_JAVA, "-cp", class_path, *arguments]


def format_data(node: Broker, cluster_id: str) -> None:
    """Format the node's data folder, and put the users into it."""
    scram = [
        part
        for user, password in USERS.items()
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
        for part in ("--add-scram", f"{mechanism}=[name={user},password={password}]")
    ]
    settings = str(node.folder / "server.properties")
    command = _java("kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", settings)
    done = subprocess.run([*command, *scram], capture_output=True, text=True, check=False)
    if done.returncode:
        raise processes.NotReadyError(done.stdout + done.stderr)


def _settings(folder: Path, number: int, ports: dict[str, int], told: dict[str, int]) -> dict[str, str]:
    one = (
        "offsets.topic.replication.factor",
        "transaction.state.log.replication.factor",
        "transaction.state.log.min.isr",
        "share.coordinator.state.topic.replication.factor",
        "share.coordinator.state.topic.min.isr",
    )
    return {
        "process.roles": "broker,controller",
        "node.id": str(number),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAIN",
        "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items()),
        "advertised.listeners": ",".join(
            f"{name}://127.0.0.1:{port}" for name, port in told.items() if name != "CONTROLLER"
        ),
        "listener.security.protocol.map": ",".join(
            f"{name}:{_LISTENERS.get(name, 'PLAINTEXT')}" for name in {**_LISTENERS, **ports}
        ),
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
