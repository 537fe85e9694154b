"""What is looked at before any work: topics, rights, policy, group; each finding in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from confluent_kafka import KafkaError
from confluent_kafka.admin import AclOperation

from kmp_desktop.core.positions import reached
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import (
    CleanupPolicy,
    Finding,
    FindingCode,
    LoadedQueue,
    PartitionKind,
    Severity,
    TopicLimits,
)
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.heal import administrators_request
from kmp_desktop.kafka.offsets import group_is_free, transactional_id
from kmp_desktop.kafka.topics import TopicFacts
from kmp_desktop.kafka.transaction import FAILURES, drop, error_of, new_producer

_INIT_S = 15.0


def acl_request(user: str, what: Sequence[tuple[str, str, str]]) -> str:
    """A text for the Kafka administrator: (resource option, name, operation) triples as commands."""
    lines = [
        f"User {user} of KMP Desktop needs these permissions:",
        *(f"  {operation} on {kind.removeprefix('--')} {name}" for kind, name, operation in what),
        "",
        *(
            f"kafka-acls --bootstrap-server ... --add --allow-principal User:{user} "
            f"--operation {operation} {kind} {name}"
            for kind, name, operation in what
        ),
    ]
    return "\n".join(lines)


def groups_request(queue: Queue, user: str) -> str:
    """The text for the administrator where the decisions of a queue may not be read."""
    groups = (queue.group, transactional_id(queue.queue_topic))
    return acl_request(user, [("--group", each, "Read") for each in groups])


def look(
    clients: Clients,
    queue: Queue,
    facts: TopicFacts,
    retry: TopicFacts | None,
    limits: TopicLimits,
    owner: str | None,
    *,
    group_denied: str,
    group_hangs: bool,
) -> tuple[Finding, ...]:
    """Everything that can be known before reading.

    ``group_denied``: the group on which this account has no right, empty = none; ``group_hangs``: its
    state is held by a transaction that does not end.
    """
    user = str(clients.settings.get("sasl.username", "ANONYMOUS"))
    found = [
        *_retry_findings(queue, retry, user),
        *_rights(facts, user, FindingCode.MAY_NOT_WRITE_QUEUE),
        *_policy(limits),
        *_partitions(facts, retry),
        *_group(clients, queue, owner, user, denied=group_denied),
    ]
    if group_hangs:
        found.append(_hangs(queue.group))
    elif not group_denied:
        found += transaction_findings(clients, queue, user)
    return tuple(found)


def disk_full(read: int, error: OSError) -> Finding:
    """Reading ended early, because this computer could not keep more of the queue."""
    return Finding(
        FindingCode.DISK_FULL,
        Severity.WARNING,
        text_n(
            read,
            "This computer has no room for more: only {n} record was read.",
            "This computer has no room for more: only {n} records were read.",
        ),
        text("Nothing was changed. Decide and commit these first, or free some space. Then read again."),
        value=error.strerror or type(error).__name__,
    )


def _stop(code: FindingCode, title: Text, detail: Text, value: str = "", request: str = "") -> Finding:
    return Finding(code, Severity.STOP, title, detail, value=value, request=request)


def _retry_findings(queue: Queue, retry: TopicFacts | None, user: str) -> Iterable[Finding]:
    if not queue.retry_topic:
        yield Finding(
            FindingCode.NO_RETRY_TOPIC,
            Severity.INFO,
            text("There is no retry topic for this queue."),
            text("Records can be discarded or skipped, not retried."),
        )
    elif queue.retry_topic == queue.queue_topic:
        yield _stop(
            FindingCode.RETRY_IS_QUEUE,
            text("A queue cannot retry into itself."),
            text("Retry topic and queue are the same topic. Choose another retry topic in the connection."),
        )
    elif retry is None:
        yield _stop(
            FindingCode.RETRY_MISSING,
            text("The retry topic “{topic}” does not exist.", topic=queue.retry_topic),
            text(
                "You can look at this queue. To commit, the topic has to exist: ask your Kafka administrator."
            ),
            value=queue.retry_topic,
        )
    else:
        yield from _rights(retry, user, FindingCode.MAY_NOT_WRITE_RETRY)
        if retry.rights is not None and AclOperation.READ not in retry.rights:
            yield Finding(
                FindingCode.RETRY_READ_DENIED,
                Severity.INFO,
                text("Retried records cannot be compared afterwards."),
                text("This account may not read “{topic}”.", topic=retry.name),
                value=retry.name,
            )


def _rights(facts: TopicFacts, user: str, code: FindingCode) -> Iterable[Finding]:
    if facts.rights is not None and AclOperation.WRITE not in facts.rights:
        yield _stop(
            code,
            text("You can look at this queue, but not retry or discard."),
            text("Your account has no permission to write to “{topic}”.", topic=facts.name),
            value=facts.name,
            request=acl_request(
                user, [("--topic", facts.name, "Write"), ("--topic", facts.name, "Describe")]
            ),
        )


def _policy(limits: TopicLimits) -> Iterable[Finding]:
    if limits.queue_policy is CleanupPolicy.UNKNOWN:
        yield Finding(
            FindingCode.POLICY_UNKNOWN,
            Severity.WARNING,
            text("It cannot be seen how discards work here."),
            text("Discards are marked as done; no record is removed."),
        )
    elif limits.queue_policy is CleanupPolicy.DELETE:
        yield Finding(
            FindingCode.POLICY_DELETE,
            Severity.INFO,
            text("Discards are marked as done."),
            text("This queue does not remove by key; the stored copies expire by themselves."),
        )


def _partitions(facts: TopicFacts, retry: TopicFacts | None) -> Iterable[Finding]:
    if retry is not None and len(retry.partitions) not in (0, len(facts.partitions)):
        yield Finding(
            FindingCode.PARTITIONS_DIFFER,
            Severity.INFO,
            text("The retry queue is divided differently."),
            text("Records with one key stay together."),
        )


def _group(clients: Clients, queue: Queue, owner: str | None, user: str, *, denied: str) -> Iterable[Finding]:
    if denied:
        yield _stop(
            FindingCode.MAY_NOT_COMMIT,
            text("What was decided here cannot be seen."),
            text(
                "This account has no permission on the group “{group}”. You can look at the records, but "
                "some of them may be decided already.",
                group=denied,
            ),
            value=denied,
            request=groups_request(queue, user),
        )
        return
    if owner is not None and owner != queue.group:
        yield _stop(
            FindingCode.OTHER_GROUP,
            text("This queue is worked on with another setup (group “{group}”).", group=owner),
            text("You can look at it. To decide, use the same setup."),
            value=owner,
        )
    if not group_is_free(clients, queue.group):
        yield Finding(
            FindingCode.GROUP_ACTIVE,
            Severity.WARNING,
            text("Another program is working on this queue right now."),
            text("You can decide, but committing has to wait until it stops."),
            value=queue.group,
        )


def _hangs(group: str) -> Finding:
    return _stop(
        FindingCode.CLUSTER_UNFINISHED,
        text("The cluster has not finished an earlier commit."),
        text(
            "The state of the group “{group}” is held by a transaction that does not end. You can look at "
            "the records, but some of them may be decided already. Read the queue again in a few minutes. "
            "If it stays so, end the earlier commit: what it had not made final is dropped. If that does "
            "not help, call your Kafka administrator.",
            group=group,
        ),
        value=group,
        request=administrators_request({}, [group]),
    )


def transaction_findings(clients: Clients, queue: Queue, user: str) -> Iterable[Finding]:
    """Whether this account may use our transactional.id; asked only where somebody signs in.

    A neighbouring id is tried first: using the real one ends a commit that is running elsewhere (which
    repeats itself then), so that is done only where rights were given for exactly this name.
    """
    if str(clients.settings.get("security.protocol", "PLAINTEXT")) == "PLAINTEXT":
        return
    name = transactional_id(queue.queue_topic)
    if may_use_transactions(clients, f"{name}.check") or may_use_transactions(clients, name):
        return
    request = [("--transactional-id", name, "Write"), ("--transactional-id", name, "Describe")]
    yield _stop(
        FindingCode.MAY_NOT_COMMIT,
        text("This account may not commit all-or-nothing."),
        text(
            "It has no permission on the transactional id “{name}”. Without it the program only "
            "shows the queue.",
            name=name,
        ),
        value=name,
        request=acl_request(user, request),
    )


def may_use_transactions(clients: Clients, name: str) -> bool:
    """Whether the broker lets this account use a transactional.id (no transaction is begun)."""
    producer = new_producer(clients.settings, name, 1_000_000)
    try:
        producer.init_transactions(_INIT_S)
    except FAILURES as failure:
        return error_of(failure).code() not in (
            KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        )
    finally:
        drop(producer)
    return True


def after_reading(loaded: LoadedQueue, removed: int) -> tuple[Finding, ...]:
    """What reading found out, in words."""
    held = sum(loaded.high[each] - loaded.end[each] for each in loaded.partitions) if loaded.complete else 0
    found: list[Finding] = []
    if held:
        found.append(
            Finding(
                FindingCode.OPEN_TRANSACTIONS,
                Severity.INFO,
                text_n(
                    held,
                    "{n} place at the end of the queue is held by another program's open work.",
                    "{n} places at the end of the queue are held by another program's open work.",
                ),
                text("Records in it appear when that program finishes."),
                n=held,
            )
        )
    if removed:
        found.append(
            Finding(
                FindingCode.REMOVED_BEFORE_DECIDED,
                Severity.INFO,
                text_n(
                    removed,
                    "Up to {n} record disappeared before it was read.",
                    "Up to {n} records disappeared before they were read.",
                ),
                text("The queue keeps only the newest per key, or only for a time."),
                n=removed,
            )
        )
    kinds = {state.kind for state in loaded.state.values()}
    if PartitionKind.FOREIGN in kinds:
        found.append(_foreign(loaded))
    if PartitionKind.LOST in kinds:
        found.append(_lost(loaded))
    if loaded.left:
        found.append(
            Finding(
                FindingCode.LEFT_OVER,
                Severity.INFO,
                text_n(
                    len(loaded.left),
                    "{n} earlier discard still has to be finished.",
                    "{n} earlier discards still have to be finished.",
                ),
                text("They go along with your next commit."),
                n=len(loaded.left),
            )
        )
    if loaded.decided_in_other_group:
        groups = sorted(set(loaded.decided_in_other_group.values()))
        found.append(
            Finding(
                FindingCode.DECIDED_IN_OTHER_GROUP,
                Severity.INFO,
                text_n(
                    len(loaded.decided_in_other_group),
                    "{n} record was decided with another setup.",
                    "{n} records were decided with another setup.",
                ),
                text("Group: {groups}. They are not offered again.", groups=", ".join(groups)),
                n=len(loaded.decided_in_other_group),
                value=groups[0],
            )
        )
    return tuple(found)


def _foreign(loaded: LoadedQueue) -> Finding:
    offsets = {
        each: loaded.snapshot[each].offset
        for each, state in loaded.state.items()
        if state.kind is PartitionKind.FOREIGN
    }
    return _stop(
        FindingCode.TAKE_OVER_NEEDED,
        text("Somebody worked on this queue with another program."),
        text("{reached} What counts as done?", reached=reached(offsets)),
    )


def _lost(loaded: LoadedQueue) -> Finding:
    lost = {each for each, state in loaded.state.items() if state.kind is PartitionKind.LOST}
    there = [each for each in loaded.records if each.partition in lost]
    known = sum(map(loaded.is_decided, there))
    return _stop(
        FindingCode.OFFSETS_LOST,
        text("The server has forgotten what was decided here."),
        text(
            "The markers on the queue still tell about {known} of {all} records; "
            "{left} would be offered again.",
            known=known,
            all=len(there),
            left=len(there) - known,
        ),
    )
