"""What may be said on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmp_desktop import __version__
from kmp_desktop.__main__ import main
from kmp_desktop.cli.arguments import (
    ApplyCommand,
    HistoryCommand,
    PrintCommand,
    QueueArguments,
    RestoreCommand,
    SelfTestCommand,
    WindowCommand,
    parse,
)
from kmp_desktop.core.queue_state import TakeOver
from kmp_desktop.core.record import RecordId

QUEUE = ("-b", "kafka:9092", "-g", "kmp-orders")


def test_print_takes_a_queue() -> None:
    said = parse(
        [
            "print",
            *QUEUE,
            "-O",
            "a",
            "-o",
            "x=1",
            "-O",
            "b",
            "-o",
            "y=2",
            "--registry",
            "http://r",
            "--json",
            "q",
        ]
    )
    expected = QueueArguments(
        servers="kafka:9092",
        group="kmp-orders",
        queue_topic="q",
        properties=(Path("a"), Path("b")),
        options=("x=1", "y=2"),
        registry="http://r",
        as_json=True,
    )
    assert (PrintCommand(expected), None) == (said.command, said.data_dir)


def test_apply_takes_a_plan_and_two_topics() -> None:
    line = ["apply", *QUEUE, "--plan", "p", "--chunk-records", "3", "--take-over", "start", "q", "r"]
    said = parse(line)
    queue = QueueArguments("kafka:9092", "kmp-orders", "q", "r")
    assert ApplyCommand(queue, Path("p"), 3, TakeOver.START) == said.command
    repairing = parse([*line, "--repair"])
    assert ApplyCommand(queue, Path("p"), 3, TakeOver.START, repair=True) == repairing.command


def test_apply_has_usual_values() -> None:
    command = parse(["apply", *QUEUE, "--plan", "p", "q", "r"]).command
    assert isinstance(command, ApplyCommand)
    assert (20_000, None, False) == (command.chunk_records, command.take_over, command.queue.as_json)


@pytest.mark.parametrize(
    "argv",
    [
        ["--data-dir", "d", "print", *QUEUE, "q"],
        ["print", "--data-dir", "d", *QUEUE, "q"],
        ["print", *QUEUE, "q", "--data-dir", "d"],
        ["--data-dir", "other", "print", *QUEUE, "q", "--data-dir", "d"],
        ["--data-dir", "d"],
        ["--data-dir", "d", "--open", "shop/orders"],
    ],
)
def test_the_data_folder_may_be_named_before_and_after_the_command(argv: list[str]) -> None:
    assert Path("d") == parse(argv).data_dir


def test_without_a_command_it_is_the_window() -> None:
    assert WindowCommand() == parse([]).command
    assert WindowCommand("shop", "orders") == parse(["--open", "shop/orders"]).command
    assert WindowCommand("shop", "a/b") == parse(["--open", "shop/a/b"]).command
    assert SelfTestCommand() == parse(["--self-test"]).command


def test_records_to_put_back_are_named_by_their_place() -> None:
    said = parse(["restore", *QUEUE, "--record", "0/12", "--record", "3/4", "--again", "q", "7"]).command
    assert isinstance(said, RestoreCommand)
    assert ("q", 7, (RecordId(0, 12), RecordId(3, 4)), True) == (
        *(said.queue.queue_topic, said.number, said.records, said.again),
    )


def test_backups_of_a_plan_may_be_kept_for_some_days() -> None:
    plan = ["apply", *QUEUE, "--plan", "p", "q", "r"]
    days = [parse([*plan, *more]).command for more in ([], ["--backup-days", "7"], ["--backup-days", "0"])]
    assert [None, 7, 0] == [each.backup_days for each in days if isinstance(each, ApplyCommand)]


def test_history_may_be_searched() -> None:
    assert HistoryCommand() == parse(["history"]).command
    said = parse(["history", "4500318719", "--json", "--data-dir", "d"])
    assert (HistoryCommand("4500318719", as_json=True), Path("d")) == (said.command, said.data_dir)


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (["prnt"], "invalid choice"),
        (["print"], "required: QUEUE_TOPIC"),
        (["print", "-g", "g", "q"], "give either --profile, or both -b and -g"),
        (["print", *QUEUE, ""], "QUEUE_TOPIC: '' cannot be a topic"),
        (["print", *QUEUE, "bad topic"], "'bad topic' cannot be a topic"),
        (["print", *QUEUE, "x" * 250], "cannot be a topic"),
        (["apply", *QUEUE, "--plan", "p", "q", ".."], "RETRY_TOPIC: '..' cannot be a topic"),
        (["print", "-b", "kafka", "-g", "g", "q"], "expected HOST:PORT, not 'kafka'"),
        (["print", "-b", "kafka:9092,:::", "-g", "g", "q"], "expected HOST:PORT"),
        (["print", *QUEUE, "q", "r"], "unrecognized arguments: r"),
        (["print", *QUEUE, "--jso", "q"], "unrecognized arguments"),
        (["print", "-b", " ", "-g", "g", "q"], "expected HOST:PORT"),
        (["apply", *QUEUE, "q", "r"], "required: --plan"),
        (["apply", *QUEUE, "--plan", "", "q", "r"], "must not be empty"),
        (["apply", *QUEUE, "--plan", "p", "q"], "required: RETRY_TOPIC"),
        (["apply", *QUEUE, "--plan", "p", "q", "q"], "QUEUE_TOPIC and RETRY_TOPIC are the same"),
        (
            ["apply", *QUEUE, "--plan", "p", "--chunk-records", "0", "q", "r"],
            "expected a number from 1 to 20000",
        ),
        (
            ["apply", *QUEUE, "--plan", "p", "--chunk-records", "20001", "q", "r"],
            "expected a number from 1 to",
        ),
        (["apply", *QUEUE, "--plan", "p", "--chunk-records", "x", "q", "r"], "not 'x'"),
        (
            ["apply", *QUEUE, "--plan", "p", "--take-over", "all", "q", "r"],
            "expected offset or start, not 'all'",
        ),
        (["apply", *QUEUE, "--plan", "p", "--backup-days", "-1", "q", "r"], "expected a number of days"),
        (["restore", *QUEUE, "--record", "12", "q", "7"], "expected PARTITION/OFFSET, not '12'"),
        (["--open", "shop"], "expected PROFILE/QUEUE"),
        (["--open", "/orders"], "expected PROFILE/QUEUE"),
        (["--self-test", "print", *QUEUE, "q"], "not together with a command"),
        (["--data-dir", ""], "must not be empty"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(
    argv: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == main(argv)
    out, err = capsys.readouterr()
    assert ("", True) == (out, why in err), err


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["--version"])
    assert f"kmp-desktop {__version__}\n" == capsys.readouterr().out


@pytest.mark.parametrize("argv", [["--help"], ["print", "--help"], ["apply", "--help"]])
def test_help_is_given(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(argv)
    assert "usage: kmp-desktop" in capsys.readouterr().out


def test_a_password_on_the_command_line_is_not_shown_by_accident() -> None:
    said = parse(["print", *QUEUE, "-o", "sasl.password=hunter2", "--registry", "http://u:hunter2@r", "q"])
    assert "hunter2" not in repr(said)
