"""The process behind a queue, with a bug: ``python -m tests.e2e.breaking_engine FILE``.

As soon as ``FILE`` exists, looking for new records breaks, with the password in what is said.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.process.serving import serve


def main(sign: Path) -> int:
    """Patch, then serve."""
    look = KafkaSource.new_records

    def bug(self: KafkaSource, loaded: LoadedQueue) -> int:
        if not sign.exists():
            return look(self, loaded)
        held = self._settings
        try:
            return int(str(held["sasl.password"]))
        except ValueError as error:
            raise RuntimeError(f"no such thing: {held['sasl.password']}") from error

    KafkaSource.new_records = bug  # type: ignore[method-assign]
    return serve()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
