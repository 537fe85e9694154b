"""``make cluster``: broker and registry until Ctrl-C (or SIGTERM)."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.cluster.running import cluster, write


def main() -> int:
    """Start, say where, wait."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--write", type=Path, help="write the addresses to this file (for KMP_TEST_CLUSTER)")
    arguments = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    print("Starting Apache Kafka and the registry ...", flush=True)
    with cluster() as running:
        if arguments.write:
            write(running, arguments.write)
        print(f"Kafka     {running.bootstrap}", flush=True)
        print(
            f"          {running.sasl} (SASL_PLAINTEXT)  {running.sasl_ssl} (SASL_SSL)  {running.ssl} (SSL)"
        )
        print(f"Registry  {running.registry}")
        print("Ctrl-C stops both.", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
