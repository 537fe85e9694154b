"""What is written, and what happens when nobody reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kmp_desktop.cli.screen import Screen, one_line, safe
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.text import text

_ENDLESS = """
from kmp_desktop.cli.screen import Screen
screen = Screen()
lines = 0
while screen.has_reader():
    screen.out("x" * 1000)
screen.out("more")
screen.flush()
screen.say("nobody read to the end")
"""
_FULL = """
import sys
from kmp_desktop.cli.screen import Screen
from kmp_desktop.core.errors import UserFacingError
screen = Screen()
try:
    for _ in range(1000):
        screen.out("x" * 1000)
    screen.flush()
except UserFacingError as error:
    screen.show(error)
    sys.exit(4)
"""


def test_an_error_says_what_happened_what_was_not_changed_and_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = UserFacingError(
        ErrorCode.DISK,
        text("It broke."),
        text("Nothing was written."),
        text("Mend it."),
        more=text("In two."),
        details="errno 5",
        request="Please grant Read.\nAnd Write.",
    )
    Screen().show(error)
    out, err = capsys.readouterr()
    assert "" == out
    assert [
        "kmp-desktop: It broke. In two.",
        "  Not changed: Nothing was written.",
        "  What to do: Mend it.",
        "  For your administrator: Please grant Read.",
        "    And Write.",
        "  Details: errno 5",
    ] == err.splitlines()


def test_text_from_elsewhere_cannot_steer_the_terminal() -> None:
    assert "a\\x1b[31mb\\x0d\\x9b\\u202eä😀\t" == safe("a\x1b[31mb\r\x9b\u202eä😀\t")


def test_writing_is_never_turned_around_and_nothing_hides_in_it() -> None:
    assert r"a\u061c\u200e\u2066\ufeff\U000e0041\xad" == safe("a\u061c\u200e\u2066\ufeff\U000e0041\u00ad")


def test_text_from_elsewhere_forges_no_line() -> None:
    assert r"a\x0d\n  key: forged\t\u2028" == one_line("a\r\n  key: forged\t\u2028")


def test_a_reader_that_goes_away_ends_the_output_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _ENDLESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    assert (0, "kmp-desktop: nobody read to the end\n") == (process.returncode, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", _FULL], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (4, True) == (
        done.returncode,
        done.stderr.startswith("kmp-desktop: The output could not be written."),
    )
    assert "Traceback" not in done.stderr
