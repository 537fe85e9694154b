"""The command line: what may be said, and what it says about itself."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from kmp_desktop import __version__
from kmp_desktop.core.copies import ORIGINAL_TIME
from kmp_desktop.core.names import are_servers, is_topic
from kmp_desktop.core.plan import MAX_RECORDS
from kmp_desktop.core.queue_state import CopyTimes, TakeOver
from kmp_desktop.core.record import RecordId

_EXIT_CODES = """exit codes:
  0  done (apply: everything is committed, or there was nothing to commit)
  1  something went wrong in the program itself
  2  wrong usage, settings or plan: nothing was written
  3  some records were decided by others, cannot be written or are gone; the others are committed
  4  not committed (print: could not be read)
  5  not known yet whether a commit worked: start again to find out
"""


@dataclass(frozen=True, slots=True)
class QueueArguments:
    """How to reach a queue. ``properties``: the -O files; ``options``: -o KEY=VALUE, in order."""

    servers: str
    group: str
    queue_topic: str
    retry_topic: str = ""
    properties: tuple[Path, ...] = ()
    options: tuple[str, ...] = field(default=(), repr=False)
    registry: str = field(default="", repr=False)
    as_json: bool = False
    profile: str = ""  # id or name of a connection on this computer, instead of servers


@dataclass(frozen=True, slots=True)
class PrintCommand:
    """Show what is undecided."""

    queue: QueueArguments


@dataclass(frozen=True, slots=True)
class ApplyCommand:
    """Write the decisions of a plan file."""

    queue: QueueArguments
    plan: Path
    chunk_records: int
    take_over: TakeOver | None
    repair: bool = False
    times: CopyTimes = CopyTimes.FITTING
    backup_days: int | None = None  # None: as the connection says, not at all without one


@dataclass(frozen=True, slots=True)
class RestoreCommand:
    """Put discarded records of a commit back; ``records`` empty: all that can be.

    ``again``: also those of which it is not known whether they are back.
    """

    queue: QueueArguments
    number: int
    records: tuple[RecordId, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class WindowCommand:
    """Open the window, at once with a queue if ``profile`` and ``queue`` are given (ids or names)."""

    profile: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class SelfTestCommand:
    """Go the whole way on an in-memory queue, off-screen."""


@dataclass(frozen=True, slots=True)
class HistoryCommand:
    """Show what was committed from this computer; ``words``: only what holds them."""

    words: str = ""
    as_json: bool = False


class ProfilesVerb(StrEnum):
    """What is done with the connections on this computer."""

    LIST = "list"
    EXPORT = "export"
    IMPORT = "import"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class ProfilesCommand:
    """``names``: ids or names of connections; ``queue``: the one that is tried (empty: the first)."""

    verb: ProfilesVerb
    names: tuple[str, ...] = ()
    file: str = ""
    queue: str = ""
    as_json: bool = False


QueueCommand = PrintCommand | ApplyCommand | RestoreCommand
CommandLineCommand = QueueCommand | HistoryCommand | ProfilesCommand
Command = CommandLineCommand | WindowCommand | SelfTestCommand


@dataclass(frozen=True, slots=True)
class Arguments:
    """A parsed command line. ``data_dir``: all files of the program go below it (None: as usual)."""

    command: Command
    data_dir: Path | None = None


def parse(argv: Sequence[str] | None = None) -> Arguments:
    """Parse a command line without the program's name (None: this process's own).

    Raises SystemExit like argparse: 2 with a message on stderr, 0 after --help and --version.
    """
    parser = _parser()
    said = parser.parse_args(argv)
    return Arguments(_command(parser, said), said.data_dir)


def _command(parser: argparse.ArgumentParser, said: argparse.Namespace) -> Command:
    if said.command is None:
        return SelfTestCommand() if said.self_test else _window(parser, said.open)
    if said.open or said.self_test:
        parser.error("--open and --self-test open the window: not together with a command")
    if said.command == "history":
        return HistoryCommand(said.words, said.as_json)
    if said.command == "profiles":
        return ProfilesCommand(
            ProfilesVerb(said.verb),
            tuple(getattr(said, "names", ())),
            getattr(said, "file", ""),
            getattr(said, "queue", ""),
            getattr(said, "as_json", False),
        )
    if not said.profile and not (said.servers and said.group):
        parser.error("give either --profile, or both -b and -g")
    if said.profile and said.servers:
        parser.error("--profile has servers of its own: not together with -b")
    queue = QueueArguments(
        servers=said.servers or "",
        group=said.group or "",
        queue_topic=said.queue_topic,
        retry_topic=getattr(said, "retry_topic", ""),
        properties=tuple(said.properties),
        options=tuple(said.options),
        registry=said.registry,
        as_json=said.as_json,
        profile=said.profile or "",
    )
    if said.command == "print":
        return PrintCommand(queue)
    if said.command == "restore":
        return RestoreCommand(queue, said.number, tuple(said.records), said.again)
    if queue.retry_topic == queue.queue_topic:
        parser.error("QUEUE_TOPIC and RETRY_TOPIC are the same: retried records would come back at once")
    times = CopyTimes.EXACT if said.exact_times else CopyTimes.FITTING
    return ApplyCommand(
        *(queue, said.plan, said.chunk_records, said.take_over, said.repair, times, said.backup_days)
    )


def _window(parser: argparse.ArgumentParser, which: str) -> WindowCommand:
    profile, slash, queue = which.partition("/")
    if which and not (profile and slash and queue):
        parser.error("argument --open: expected PROFILE/QUEUE, for example --open shop/orders")
    return WindowCommand(profile, queue)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kmp-desktop",
        description="Clear Kafka dead letter queues: in a window (no command), or with print and apply.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kmp-desktop {__version__}")
    _add_data_dir(parser, None)
    parser.add_argument(
        "--open", metavar="PROFILE/QUEUE", default="", help="open the window with this queue (ids or names)"
    )
    parser.add_argument(
        "--self-test", action="store_true", help="try the whole program off-screen on a queue in memory"
    )
    commands = parser.add_subparsers(dest="command", metavar="print | apply | history | restore | profiles")
    shown = commands.add_parser("print", help="show the undecided records of a queue", allow_abbrev=False)
    _add_queue(shown)
    shown.add_argument("queue_topic", metavar="QUEUE_TOPIC", type=_topic)
    _add_apply(commands.add_parser("apply", help="commit the decisions of a plan", allow_abbrev=False))
    _add_history(
        commands.add_parser("history", help="show what was committed from this computer", allow_abbrev=False)
    )
    _add_restore(commands.add_parser("restore", help="put back what a commit discarded", allow_abbrev=False))
    _add_profiles(
        commands.add_parser("profiles", help="the connections on this computer", allow_abbrev=False)
    )
    return parser


def _add_restore(parser: argparse.ArgumentParser) -> None:
    _add_queue(parser)
    parser.add_argument(
        "--record",
        dest="records",
        metavar="PARTITION/OFFSET",
        action="append",
        type=_record,
        default=[],
        help="only this record; repeatable (default: all that have a backup)",
    )
    parser.add_argument(
        "--again", action="store_true", help="also what an earlier restore without a known end was about"
    )
    parser.add_argument("queue_topic", metavar="QUEUE_TOPIC", type=_topic)
    parser.add_argument("number", metavar="NUMBER", type=int, help="of the commit, as history tells it")


def _add_profiles(parser: argparse.ArgumentParser) -> None:
    _add_data_dir(parser, argparse.SUPPRESS)
    verbs = parser.add_subparsers(dest="verb", metavar="list | export | import | test", required=True)
    listed = verbs.add_parser("list", help="show them", allow_abbrev=False)
    listed.add_argument("--json", dest="as_json", action="store_true", help="JSON, one connection a line")
    exported = verbs.add_parser("export", help="write a profile file to stdout", allow_abbrev=False)
    exported.add_argument("names", metavar="NAME", nargs="*", help="ids or names; none: all of them")
    taken = verbs.add_parser("import", help="take in the connections of a profile file", allow_abbrev=False)
    taken.add_argument("file", metavar="FILE", type=_not_empty)
    tried = verbs.add_parser("test", help="look whether one works; nothing is written", allow_abbrev=False)
    tried.add_argument("names", metavar="NAME", nargs=1, help="id or name")
    tried.add_argument("--queue", metavar="QUEUE", default="", help="id, name or topic (default: the first)")


def _add_history(parser: argparse.ArgumentParser) -> None:
    _add_data_dir(parser, argparse.SUPPRESS)
    parser.add_argument(
        "words",
        metavar="WORDS",
        nargs="?",
        default="",
        help="only commits whose keys, reasons, queue, receipt or person hold these words",
    )
    parser.add_argument("--json", dest="as_json", action="store_true", help="JSON, one commit a line")


def _add_apply(parser: argparse.ArgumentParser) -> None:
    _add_queue(parser)
    parser.add_argument(
        "--plan",
        metavar="FILE",
        type=_path,
        required=True,
        help='a line per record: {"partition":0,"offset":12,"decision":"merge"} (merge, purge or skip)',
    )
    parser.add_argument(
        "--chunk-records",
        metavar="N",
        type=_chunk_size,
        default=MAX_RECORDS,
        help=f"records in one transaction, at most {MAX_RECORDS} (default: %(default)s)",
    )
    parser.add_argument(
        "--take-over",
        metavar="offset|start",
        type=_take_over,
        help="another program worked on this queue: everything before its offset counts as done, "
        "or start at the first record that is still there",
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help="end what the cluster has not finished of an earlier commit, also one of another desktop",
    )
    parser.add_argument(
        "--exact-times",
        action="store_true",
        help="copies keep their own time, even where the retry topic refuses it or would soon delete them; "
        f"else such a copy gets the time of the commit, and its own in the header {ORIGINAL_TIME}",
    )
    parser.add_argument(
        "--backup-days",
        metavar="N",
        type=_days,
        default=None,
        help="keep what is discarded on this computer for N days, encrypted with a key in its password store "
        "(default: as the connection says; 0 without one)",
    )
    parser.add_argument("queue_topic", metavar="QUEUE_TOPIC", type=_topic)
    parser.add_argument("retry_topic", metavar="RETRY_TOPIC", type=_topic)


def _add_queue(parser: argparse.ArgumentParser) -> None:
    # Here as well as before the command; SUPPRESS keeps what was said there.
    _add_data_dir(parser, argparse.SUPPRESS)
    parser.add_argument(
        *("-b", "--bootstrap-server"),
        dest="servers",
        metavar="HOST:PORT",
        type=_servers,
        help="the cluster; several with commas between them",
    )
    parser.add_argument(
        *("-g", "--group"),
        metavar="GROUP",
        type=_not_empty,
        help="the consumer group that remembers what is decided",
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        type=_not_empty,
        help="a connection of the window (id or name), with its password, instead of -b; -g may be left "
        "out where the topic is one of its queues",
    )
    parser.add_argument(
        "-O",
        dest="properties",
        metavar="FILE",
        action="append",
        type=_path,
        default=[],
        help="client settings, a Java or librdkafka properties file; passwords go here",
    )
    parser.add_argument(
        "-o",
        dest="options",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="one client setting; repeatable; never a password, others could read it",
    )
    parser.add_argument("--registry", metavar="URL", default="", help="schema registry (Confluent API)")
    parser.add_argument("--json", dest="as_json", action="store_true", help="JSON, one object a line")


def _add_data_dir(parser: argparse.ArgumentParser, default: object) -> None:
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        type=_path,
        default=default,
        help="keep all files of the program below DIR",
    )


def _not_empty(value: str) -> str:
    if not value.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return value


def _topic(value: str) -> str:
    if not is_topic(value):
        raise argparse.ArgumentTypeError(
            f"{value!r} cannot be a topic: up to 249 letters, digits, '.', '_' and '-'"
        )
    return value


def _servers(value: str) -> str:
    if not are_servers(value):
        raise argparse.ArgumentTypeError(f"expected HOST:PORT, not {value!r}")
    return value


def _path(value: str) -> Path:
    return Path(_not_empty(value))


def _days(value: str) -> int:
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a number of days, not {value!r}")
    return int(value)


def _record(value: str) -> RecordId:
    partition, _, offset = value.partition("/")
    if not (partition.isdecimal() and offset.isdecimal()):
        raise argparse.ArgumentTypeError(f"expected PARTITION/OFFSET, not {value!r}")
    return RecordId(int(partition), int(offset))


def _take_over(value: str) -> TakeOver:
    try:
        return TakeOver(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected offset or start, not {value!r}") from None


def _chunk_size(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        number = 0
    if not 1 <= number <= MAX_RECORDS:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {MAX_RECORDS}, not {value!r}")
    return number
