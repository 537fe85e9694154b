"""``profiles``: the connections on this computer, handed on, taken in and tried, without a window."""

from __future__ import annotations

import json

from kmp_desktop.app.profile_secrets import secrets_of
from kmp_desktop.app.whole_check import WholeCheck
from kmp_desktop.cli.arguments import ProfilesCommand, ProfilesVerb
from kmp_desktop.cli.exit_codes import Exit
from kmp_desktop.cli.screen import Screen, one_line, safe
from kmp_desktop.cli.stopping import Stopping
from kmp_desktop.core.connection_check import CheckResult, CheckState
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import ProfileStore, SecretStore
from kmp_desktop.core.profile import ConnectionProfile, Queue
from kmp_desktop.core.text import text
from kmp_desktop.decoding.registry import registry_of
from kmp_desktop.kafka.check import KafkaCheck
from kmp_desktop.store import profile_format
from kmp_desktop.store.log_file import LogFile

_SIGNS = {
    CheckState.PASSED: "ok",
    CheckState.INFO: "note",
    CheckState.WARNING: "warning",
    CheckState.FAILED: "FAILED",
    CheckState.NOT_TRIED: "-",
}


def run_profiles(
    command: ProfilesCommand,
    profiles: ProfileStore,
    secrets: SecretStore,
    screen: Screen,
    stopping: Stopping,
    log: LogFile,
) -> Exit:
    """Do it; raises UserFacingError."""
    match command.verb:
        case ProfilesVerb.LIST:
            return _list(profiles, screen, as_json=command.as_json)
        case ProfilesVerb.EXPORT:
            return _export(command.names, profiles, screen)
        case ProfilesVerb.IMPORT:
            return _import(command.file, profiles, screen)
        case ProfilesVerb.TEST:
            return _test(command, profiles, secrets, screen, stopping, log)


def named(profiles: ProfileStore, name: str) -> ConnectionProfile:
    """The connection with this id or name, an id wins; raises UserFacingError USAGE."""
    known = profiles.all()
    by_name = {each.name: each for each in reversed(known)}
    found = {**by_name, **{each.id: each for each in known}}.get(name)
    if found is not None:
        return found
    names = ", ".join(each.id for each in known) or "none"
    raise UserFacingError(
        ErrorCode.USAGE,
        text("There is no connection “{name}” on this computer.", name=name),
        text("Nothing was written."),
        text("Known are: {names}.", names=names),
    )


def _list(profiles: ProfileStore, screen: Screen, *, as_json: bool) -> Exit:
    for each in profiles.all():
        queues = [queue.id for queue in each.queues]
        if as_json:
            document = {
                "id": each.id,
                "name": each.name,
                "environment": each.environment.value,
                "servers": each.servers,
                "managed": each.managed,
                "queues": queues,
            }
            screen.out(json.dumps(document))
        else:
            managed = ", managed" if each.managed else ""
            line = f"{each.id}: {each.name} ({each.environment.value}{managed}), {each.servers}"
            screen.out(one_line(f"{line}, queues: {', '.join(queues) or 'none'}"))
    screen.flush()
    return Exit.DONE


def _export(names: tuple[str, ...], profiles: ProfileStore, screen: Screen) -> Exit:
    chosen = tuple(named(profiles, each) for each in names) or profiles.all()
    for line in profile_format.write(chosen).decode().splitlines():
        screen.out(line)
    screen.flush()
    return Exit.DONE


def _import(file: str, profiles: ProfileStore, screen: Screen) -> Exit:
    for each in profiles.read_file(file):
        profiles.save(each)
        screen.out(one_line(f"{each.id}: {each.name}"))
    screen.flush()
    return Exit.DONE


def _test(
    command: ProfilesCommand,
    profiles: ProfileStore,
    secrets: SecretStore,
    screen: Screen,
    stopping: Stopping,
    log: LogFile,
) -> Exit:
    profile = named(profiles, command.names[0])
    given = secrets_of(secrets, profile)
    log.hide(*given.values())
    worst = Exit.DONE

    def report(result: CheckResult) -> None:
        nonlocal worst
        if result.state is CheckState.FAILED:
            worst = Exit.NOT_COMMITTED
        detail = f": {result.detail}" if result.detail is not None else ""
        screen.out(one_line(f"{_SIGNS[result.state]:8}{result.title}{detail}"))
        for part in (result.request, result.details if result.state is CheckState.FAILED else ""):
            for line in safe(part).splitlines():
                screen.out(f"        {line}")
        screen.flush()

    check = WholeCheck(KafkaCheck(), registry_of)
    check(profile, _queue(profile, command.queue), given, report, stopping.asked)
    return worst


def _queue(profile: ConnectionProfile, name: str) -> Queue | None:
    if not name:
        return profile.queues[0] if profile.queues else None
    for each in profile.queues:
        if name in (each.id, each.name, each.queue_topic):
            return each
    raise UserFacingError(
        ErrorCode.USAGE,
        text("There is no queue “{name}” in this connection.", name=name),
        text("Nothing was written."),
        text("Known are: {names}.", names=", ".join(each.id for each in profile.queues) or "none"),
    )
