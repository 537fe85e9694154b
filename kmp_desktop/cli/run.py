"""Running a command of the command line, and what is said when it cannot be done."""

from __future__ import annotations

import logging
from pathlib import Path

from kmp_desktop.app.look_only import for_looking_only
from kmp_desktop.app.plan_file import read_plan
from kmp_desktop.cli.adapters import adapters_of, decoder_of, restorer_of
from kmp_desktop.cli.apply_command import apply_plan, last_line, nothing_applied
from kmp_desktop.cli.arguments import (
    ApplyCommand,
    CommandLineCommand,
    HistoryCommand,
    PrintCommand,
    ProfilesCommand,
    RestoreCommand,
)
from kmp_desktop.cli.connection import connection_of, connection_of_profile
from kmp_desktop.cli.exit_codes import Exit, exit_of_error
from kmp_desktop.cli.history_command import print_history
from kmp_desktop.cli.print_command import print_queue
from kmp_desktop.cli.profiles_command import named, run_profiles
from kmp_desktop.cli.restore_command import restore_records
from kmp_desktop.cli.screen import Screen
from kmp_desktop.cli.stopping import Stopping
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.text import text
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.log_file import LogFile, logging_to
from kmp_desktop.store.profiles import JsonProfiles
from kmp_desktop.store.secrets import open_secrets
from kmp_desktop.store.wall_clock import WallClock

_log = logging.getLogger(__name__)


def run(command: CommandLineCommand, data_dir: Path | None) -> int:
    """Run it to its end in this thread; the exit code. No exception leaves this function."""
    screen = Screen()
    folders = Folders(data_dir)
    with Stopping() as stopping, logging_to(folders.logs) as log:
        try:
            return _run(command, folders, screen, stopping, log)
        except UserFacingError as error:
            return _could_not(command, error, screen)
        except KeyboardInterrupt:
            screen.say(_INTERRUPTED[type(command)])
            return Exit.UNKNOWN if isinstance(command, ApplyCommand | RestoreCommand) else Exit.NOT_COMMITTED
        except Exception as error:  # noqa: BLE001 - the last place where a bug can be told in a sentence
            _log.exception("unexpected")
            screen.say(
                text(
                    "Something went wrong in the program ({kind}). If it was committing, the next start "
                    "finds out how that ended. The log says more: {file}",
                    kind=type(error).__name__,
                    file=log.path,
                )
            )
            return Exit.BUG


def _run(
    command: CommandLineCommand, folders: Folders, screen: Screen, stopping: Stopping, log: LogFile
) -> Exit:
    if isinstance(command, HistoryCommand):
        return print_history(SqliteHistory(folders.history), command, screen, stopping)
    profiles = JsonProfiles(folders.config, folders.managed)
    if isinstance(command, ProfilesCommand):
        return run_profiles(command, profiles, open_secrets(), screen, stopping, log)
    if command.queue.profile:
        kept = named(profiles, command.queue.profile)
        connection = connection_of_profile(command.queue, kept, open_secrets)
    else:
        connection = connection_of(command.queue)
    log.hide(*connection.hidden())
    for note in connection.notes:
        screen.say(note)
    if isinstance(command, PrintCommand):
        with adapters_of(connection, folders, "print") as adapters:
            decoder = decoder_of(connection)
            return print_queue(adapters, decoder, screen, stopping, as_json=command.queue.as_json)
    if isinstance(command, RestoreCommand):
        if connection.profile.read_only:
            raise for_looking_only()
        with restorer_of(connection) as restorer:
            history, backups = SqliteHistory(folders.history), SealedBackups(folders.history, open_secrets())
            return restore_records(history, backups, restorer, command, screen, WallClock())
    plan = read_plan(command.plan)
    kept_days = connection.profile.backup_days if command.queue.profile else 0
    days = kept_days if command.backup_days is None else command.backup_days
    with adapters_of(connection, folders, "apply", days) as adapters:
        return apply_plan(adapters, command, plan, screen, stopping)


def _could_not(command: CommandLineCommand, error: UserFacingError, screen: Screen) -> Exit:
    _log.info("ended: %s (%s)", error.code, error.details)
    screen.show(error)
    code = exit_of_error(error.code)
    if isinstance(command, ApplyCommand) and code is Exit.NOT_COMMITTED:
        last_line(nothing_applied(), screen, as_json=command.queue.as_json)
    return code


_INTERRUPTED = {
    PrintCommand: text("Interrupted."),
    HistoryCommand: text("Interrupted."),
    ProfilesCommand: text("Interrupted."),
    RestoreCommand: text("Interrupted. Print the queue: what was put back is in it."),
    ApplyCommand: text(
        "Interrupted. If a part was just being committed, apply the same plan again: "
        "it finds out first how that ended, and writes nothing twice."
    ),
}
