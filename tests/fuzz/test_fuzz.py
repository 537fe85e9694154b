"""Any bytes end as documented: no crash, no hang, no more memory than a desktop has to spare."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import PIECES, bombs
from tests.fuzz.targets import LONGEST_S, TARGETS

SEED = int(os.environ.get("FUZZ_SEED", "20261125"))
BUDGET_S = 60.0
_FOUND = Path(__file__).parent / "found"
_MEMORY = 500_000_000  # bytes, of the whole process


def _inputs(target: str) -> st.SearchStrategy[bytes]:
    pieces = st.sampled_from([*PIECES[target], *PIECES["any"]]) | st.binary(max_size=12)
    return st.binary(max_size=400) | st.lists(pieces, max_size=40).map(b"".join)


@pytest.mark.parametrize("target", list(TARGETS))
def test_any_input_ends_as_documented(target: str) -> None:
    end = time.monotonic() + BUDGET_S / len(TARGETS)

    @seed(SEED)
    @settings(max_examples=400, database=None, phases=(Phase.generate, Phase.shrink), print_blob=True)
    @given(_inputs(target))
    def any_input(data: bytes) -> None:
        if time.monotonic() < end:
            _quick(target, data)

    print(f"FUZZ_SEED={SEED}")
    any_input()


def _quick(target: str, data: bytes) -> None:
    before = time.process_time()
    TARGETS[target](data)
    took = time.process_time() - before
    assert took < LONGEST_S, f"{took:.1f} s of CPU"


@pytest.mark.parametrize(
    "path", sorted(_FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}"
)
def test_what_was_found_once_stays_mended(path: Path) -> None:
    _quick(path.parent.name, path.read_bytes())


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize("target", [each for each in TARGETS if bombs(each)])
def test_bombs_stay_within_time_and_memory(target: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, target, str(_MEMORY)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)


_LIMITED = """
import resource, sys
from tests.fuzz.seeds import bombs
from tests.fuzz.test_fuzz import _quick
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]),) * 2)
for bomb in bombs(sys.argv[1]):
    _quick(sys.argv[1], bomb)
"""
