"""print and apply on a queue in memory: exit codes, last lines, and what people are told."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kmp_desktop.app.plan_file import PlanFile
from kmp_desktop.cli import run as module
from kmp_desktop.cli.adapters import Adapters
from kmp_desktop.cli.apply_command import apply_plan
from kmp_desktop.cli.arguments import ApplyCommand, PrintCommand, QueueArguments
from kmp_desktop.cli.exit_codes import Exit
from kmp_desktop.cli.print_command import print_queue
from kmp_desktop.cli.run import run
from kmp_desktop.cli.screen import Screen
from kmp_desktop.cli.stopping import Stopping
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import RecordId
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.practice.broker import AtCommit, PracticeBroker
from tests.unit.app.desk import Desk, filled

MERGE, PURGE, SKIP = Decision.MERGE, Decision.PURGE, Decision.SKIP


class _Terminal:
    """Runs commands for one desktop and keeps what they say."""

    def __init__(self, broker: PracticeBroker, capsys: pytest.CaptureFixture[str]) -> None:
        self.desk = Desk(broker)
        self._capsys = capsys
        self.stopping = _Impatient()
        self.out = self.err = ""

    def apply(
        self, decisions: Mapping[RecordId, Decision], *, as_json: bool = True, chunk: int = 5_000
    ) -> Exit:
        """Run apply."""
        queue = QueueArguments("h:1", "g", "q", "r", as_json=as_json)
        command = ApplyCommand(queue, Path("plan"), chunk, None)
        plan = PlanFile(command.plan, decisions, dict.fromkeys(decisions, 1))
        code = apply_plan(self._adapters(), command, plan, Screen(), self.stopping)
        self.out, self.err = self._capsys.readouterr()
        return code

    def print(self, *, as_json: bool = True) -> Exit:
        """Run print."""
        code = print_queue(self._adapters(), ContentDecoder(None), Screen(), self.stopping, as_json=as_json)
        self.out, self.err = self._capsys.readouterr()
        return code

    @property
    def last(self) -> dict[str, Any]:
        """The last line as JSON."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found

    def _adapters(self) -> Adapters:
        return Adapters(self.desk.source, self.desk.sink, self.desk.clock)


class _Impatient(Stopping):
    """Stops at the first thing that would have to be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = False

    def asked(self) -> bool:
        """Whether it has waited."""
        return self.stop

    def wait(self, seconds: float) -> None:
        """Do not wait."""
        self.stop = True


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Callable[[PracticeBroker], _Terminal]:
    """A terminal in front of a broker."""
    return lambda broker: _Terminal(broker, capsys)


Terminals = Callable[[PracticeBroker], _Terminal]


def test_what_is_committed_ends_with_0(terminal: Terminals) -> None:
    broker, ids = filled(3)
    here = terminal(broker)
    assert (Exit.DONE, "") == (here.apply({ids[0]: MERGE, ids[1]: PURGE, ids[2]: SKIP}), here.err)
    assert ("committed", 1, 1, 1) == tuple(
        here.last[each] for each in ("outcome", "merged", "purged", "skipped")
    )


def test_the_first_retry_says_once_how_the_retry_queue_has_to_be_read(terminal: Terminals) -> None:
    broker, ids = filled(3)
    here = terminal(broker)
    told = []
    for each, what in zip(ids, (PURGE, MERGE, MERGE), strict=True):
        assert Exit.DONE == here.apply({each: what}, as_json=False)
        told.append("isolation.level=read_committed" in here.err)
    assert [False, True, False] == told


def test_that_parts_stay_committed_is_said_only_where_there_are_any(terminal: Terminals) -> None:
    said = []
    for before in ((), (AtCommit.SUCCEED,)):
        broker, ids = filled(4)
        broker.at_next_commit(*before, AtCommit.UNKNOWN_THEN_COMMITTED)
        broker.unanswered = 1_000
        here = terminal(broker)
        assert Exit.UNKNOWN == here.apply(dict.fromkeys(ids, MERGE), chunk=2)
        said.append("stay committed" in here.err)
    assert [False, True] == said


def test_an_unknown_outcome_ends_with_5_and_says_what_not_to_do(terminal: Terminals) -> None:
    broker, ids = filled(4)
    broker.at_next_commit(AtCommit.SUCCEED, AtCommit.UNKNOWN_THEN_COMMITTED)
    broker.unanswered = 1_000
    here = terminal(broker)
    assert Exit.UNKNOWN == here.apply(dict.fromkeys(ids, MERGE), chunk=2)
    assert ("unknown", True, 2) == tuple(here.last[each] for each in ("outcome", "partly", "merged"))
    assert "Apply the same plan again" in here.err
    assert "Do not send these records with another program" in here.err
    here.stopping.stop = False
    assert (Exit.UNKNOWN, "") == (here.print(), here.out), "what may be decided is not shown as undecided"
    broker.unanswered = 0
    here.stopping.stop = False
    assert Exit.DONE == here.apply(dict.fromkeys(ids, MERGE))
    assert ([list(each) for each in ids], 4) == (here.last["decided"], len(broker.retried()))


def test_a_conflict_whose_rest_is_committed_ends_with_3(terminal: Terminals) -> None:
    broker, ids = filled(4)
    here, other = terminal(broker), Desk(broker)
    here.desk.source.load(here.desk.following)
    broker_hold = _after_load(here, lambda: other.apply({ids[1]: PURGE}))
    assert Exit.PARTLY_LEFT == here.apply(dict.fromkeys(ids, MERGE), chunk=2)
    assert broker_hold == []
    assert ("conflict", [list(ids[1])], 3) == tuple(
        here.last[each] for each in ("outcome", "conflicts", "merged")
    )
    assert "1 record was decided by somebody else meanwhile; left as decided there: 0/1" in here.err


def test_a_conflict_whose_rest_is_not_committed_ends_with_4(terminal: Terminals) -> None:
    broker, ids = filled(4)
    here, other = terminal(broker), Desk(broker)
    _after_load(here, lambda: other.apply({ids[1]: PURGE}))
    broker.at_next_commit(AtCommit.SUCCEED, AtCommit.REFUSE)
    assert Exit.NOT_COMMITTED == here.apply(dict.fromkeys(ids, MERGE))
    assert ("conflict", False, 0) == tuple(here.last[each] for each in ("outcome", "partly", "merged"))
    assert "kmp-desktop: The server refused." in here.err
    assert "  Not changed: " in here.err


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda broker: setattr(broker, "group_active", True), "Stop the application that uses this group"),
        (lambda broker: setattr(broker, "mark", "other"), "Use the group this queue is worked on with"),
        (lambda broker: setattr(broker, "may_write", False), "no permission to write"),
        (lambda broker: broker.at_next_commit(AtCommit.REFUSE), "The server refused."),
        (lambda broker: broker.put_offset("kmp-orders", 0, 1), "--take-over offset"),
        (lambda broker: broker.put_offset("kmp-orders", 0, 1), "It had reached record 1 (partition 0)."),
    ],
)
def test_what_cannot_be_committed_ends_with_4_and_what_to_do(
    terminal: Terminals, broken: Callable[[PracticeBroker], None], said: str
) -> None:
    broker, ids = filled(2)
    broken(broker)
    here = terminal(broker)
    assert Exit.NOT_COMMITTED == here.apply(dict.fromkeys(ids, MERGE))
    assert ("not_committed", False, []) == tuple(here.last[each] for each in ("outcome", "partly", "decided"))
    assert (said in here.err, "  What to do: " in here.err) == (True, True), here.err


@pytest.mark.parametrize("decision", [MERGE, SKIP])
def test_what_would_have_stopped_a_commit_is_said_where_there_is_nothing_to_commit(
    terminal: Terminals, decision: Decision
) -> None:
    broker, ids = filled(2)
    Desk(broker).apply({ids[0]: MERGE})
    broker.may_write = False
    here = terminal(broker)
    assert Exit.DONE == here.apply({ids[0] if decision is MERGE else ids[1]: decision})
    assert "kmp-desktop: Nothing was to be committed. You can look at this queue" in here.err


@pytest.mark.parametrize("as_json", [False, True])
def test_every_number_is_also_said_in_words(terminal: Terminals, as_json: bool) -> None:
    broker, ids = filled(6)
    Desk(broker).apply({ids[0]: PURGE})
    broker.queue.partitions[0].held_from = 5
    here = terminal(broker)
    decisions = dict.fromkeys(ids, MERGE) | {ids[3]: SKIP}
    assert Exit.PARTLY_LEFT == here.apply(decisions, as_json=as_json)
    assert "1 record cannot be written (another program's transaction" in here.err
    if not as_json:
        assert [
            "Part 1: committed, 3 merged, 0 purged.",
            "Committed, except for some records. 3 merged, 0 purged, 1 skipped. 1 was decided before.",
        ] == here.out.splitlines()


def test_many_records_are_not_all_named_to_people(terminal: Terminals) -> None:
    broker, ids = filled(40)
    broker.queue.partitions[0].records.clear()
    here = terminal(broker)
    assert Exit.PARTLY_LEFT == here.apply(dict.fromkeys(ids, MERGE))
    assert (40, True, False) == (len(here.last["gone"]), "0/19, …" in here.err, "0/20" in here.err)


def test_a_stop_while_reading_shows_nothing(terminal: Terminals) -> None:
    broker, _ = filled(3)
    here = terminal(broker)
    here.stopping.stop = True
    assert (Exit.NOT_COMMITTED, "") == (here.print(), here.out)


def test_print_says_what_reading_found(terminal: Terminals) -> None:
    broker, ids = filled(3)
    broker.queue.partitions[0].held_from = 2
    here = terminal(broker)
    assert (Exit.DONE, 2) == (here.print(), len(here.out.splitlines()))
    assert "1 record is not visible yet." in here.err
    assert ids[:2] == [
        RecordId(each["partition"], each["offset"]) for each in map(json.loads, here.out.splitlines())
    ]


def test_a_bug_is_one_line_with_a_hint_and_its_trace_is_in_the_log_without_secrets(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    allow_log: Callable[[str], None],
) -> None:
    allow_log("unexpected")

    def broken(*_: object) -> Adapters:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(module, "adapters_of", broken)
    settings = tmp_path / "client.properties"
    settings.write_text("sasl.password=hunter2", encoding="utf-8")
    queue = QueueArguments("h:1", "g", "q", properties=(settings,))
    code = run(PrintCommand(queue), tmp_path / "data")
    out, err = capsys.readouterr()
    log = tmp_path / "data" / "logs" / "kmp-desktop.log"
    assert (Exit.BUG, "", 1) == (code, out, len(err.splitlines()))
    assert (True, True) == ("RuntimeError" in err, str(log) in err)
    content = log.read_text(encoding="utf-8")
    assert (True, True, False) == (
        "Traceback" in content,
        "RuntimeError" in content,
        "hunter2" in content + err,
    )


def test_nothing_of_the_run_stays_in_the_logging_of_the_process(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    queue = QueueArguments("h:1", "g", "q", options=("security.protocol=none",))
    assert Exit.WRONG_INPUT == run(PrintCommand(queue), tmp_path)
    assert before == logging.getLogger().handlers


def _after_load(here: _Terminal, action: Callable[[], object]) -> list[Callable[[], object]]:
    """Do something once, between reading and the first commit of a run."""
    left = [action]
    load = here.desk.source.load

    def loading(*arguments: Any, **options: Any) -> Any:
        loaded = load(*arguments, **options)
        while left:
            left.pop()()
        return loaded

    here.desk.source.load = loading  # type: ignore[method-assign]
    return left
