"""Fuzz every target led by coverage: ``python -m tests.fuzz SECONDS [libFuzzer options]``; needs atheris.

What breaks a target is written to ``build/fuzz/``; put it into ``tests/fuzz/found/TARGET/`` once it is
mended. The first byte of an input chooses the target.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kmp_desktop"]):
    from tests.fuzz.targets import LONGEST_S, TARGETS

from tests.fuzz.seeds import PIECES

_NAMES = list(TARGETS)


def one_input(data: bytes) -> None:
    """Give an input to its target."""
    if not data:
        return
    before = time.process_time()
    TARGETS[_NAMES[data[0] % len(_NAMES)]](data[1:])
    took = time.process_time() - before
    assert took < LONGEST_S, f"{took:.1f} s of CPU"


def main() -> None:
    """Make a corpus of the pieces and fuzz."""
    folder = Path("build/fuzz")
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(_NAMES):
        for nth, piece in enumerate([*PIECES[name], b"".join(PIECES[name])]):
            (corpus / f"{name}-{nth}").write_bytes(bytes([number]) + piece)
    options = ["-rss_limit_mb=500", "-timeout=30", "-max_len=4096", f"-artifact_prefix={folder}/"]
    seconds, further = sys.argv[1], sys.argv[2:]
    atheris.Setup([sys.argv[0], str(corpus), f"-max_total_time={seconds}", *options, *further], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
