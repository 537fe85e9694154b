"""An Apicurio registry in memory; answers the Confluent API."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import processes
from tests.cluster.downloads import registry_jar


@dataclass(slots=True)
class Registry:
    """A starting or running registry; ``url`` is where its Confluent API is."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> None:
        """Wait until it answers."""
        processes.wait_until(self._answers, self.process, self.log, 90)

    def stop(self) -> None:
        """End it."""
        processes.stop(self.process)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/subjects", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def launch(folder: Path) -> Registry:
    """Start it on a free port, without waiting; it forgets everything when it stops."""
    folder.mkdir(parents=True, exist_ok=True)
    port, management = processes.free_ports(2)
    command = [
        *(processes.JAVA, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        *("-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={port}"),
        *("-Dquarkus.management.host=127.0.0.1", f"-Dquarkus.management.port={management}"),
        *("-Dapicurio.storage.kind=sql", "-Dquarkus.log.level=WARN", "-jar", str(registry_jar())),
    ]
    log = folder / "registry.log"
    return Registry(f"http://127.0.0.1:{port}/apis/ccompat/v7", processes.start(command, log), log)
