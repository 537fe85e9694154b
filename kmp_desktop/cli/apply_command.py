"""``apply``: commit the decisions of a plan file."""

from __future__ import annotations

from collections.abc import Sequence

from kmp_desktop.app.apply import Applied, apply
from kmp_desktop.app.plan_file import PlanFile
from kmp_desktop.cli.adapters import Adapters
from kmp_desktop.cli.apply_words import chunk_json, chunk_text, result_json, result_text, say_what_is_left
from kmp_desktop.cli.arguments import ApplyCommand
from kmp_desktop.cli.exit_codes import Exit, exit_of
from kmp_desktop.cli.screen import Screen
from kmp_desktop.cli.stopping import Stopping
from kmp_desktop.core.first_retry import READERS_DETAIL, READERS_TITLE
from kmp_desktop.core.outcome import ChunkResult, CommitProgress, Outcome
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.text import Text, text


class _Following:
    """Shows chunks as they are done; hands Ctrl-C on."""

    def __init__(self, screen: Screen, stopping: Stopping, command: ApplyCommand) -> None:
        self._screen = screen
        self._stopping = stopping
        self._command = command
        self._chunks = 0
        self._note = ""

    def records(self, batch: Sequence[DeadLetter]) -> None:
        """Nothing is shown while reading."""

    def progress(self, progress: ReadProgress) -> None:
        """Not shown."""

    def step(self, progress: CommitProgress) -> None:
        """Say once what is being waited for."""
        note = "" if progress.note is None else str(progress.note)
        if note and note != self._note:
            self._screen.say(note)
        self._note = note

    def stopped(self) -> bool:
        """Whether to stop."""
        return self._stopping.asked()

    def chunk(self, result: ChunkResult) -> None:
        """One line."""
        self._chunks += 1
        line = chunk_json if self._command.queue.as_json else chunk_text
        self._screen.out(line(self._chunks, result))
        self._screen.flush()

    def waiting(self, why: Text) -> None:
        """Say it."""
        self._screen.say(why)

    def wait(self, seconds: float) -> None:
        """Wait, unless stopped."""
        self._stopping.wait(seconds)

    def may_repair(self) -> bool:
        """Whether --repair was given."""
        return self._command.repair


def apply_plan(
    adapters: Adapters, command: ApplyCommand, plan: PlanFile, screen: Screen, stopping: Stopping
) -> Exit:
    """Commit; raises UserFacingError when nothing could be tried."""
    applied = apply(
        *(adapters.source, adapters.sink, plan, _Following(screen, stopping, command), adapters.clock),
        take_over=command.take_over,
        max_records=command.chunk_records,
        times=command.times,
    )
    say_what_is_left(applied, screen)
    if applied.first_retry and not command.queue.as_json:
        screen.say(text("{title}. {detail}", title=READERS_TITLE, detail=READERS_DETAIL))
    last_line(applied, screen, as_json=command.queue.as_json)
    return exit_of(applied)


def nothing_applied() -> Applied:
    """The result when nothing could be tried."""
    return Applied(
        outcome=Outcome.NOT_COMMITTED,
        ended=Outcome.NOT_COMMITTED,
        partly=False,
        merged=(),
        purged=(),
        skipped=0,
        decided=(),
        conflicts=(),
        refused=(),
        gone=(),
    )


def last_line(applied: Applied, screen: Screen, *, as_json: bool) -> None:
    """The result as a whole: the last line on stdout."""
    screen.out(result_json(applied) if as_json else result_text(applied))
    screen.flush()
