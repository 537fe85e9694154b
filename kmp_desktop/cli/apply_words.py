"""What ``apply`` says: JSON for programs, sentences for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from kmp_desktop.app.apply import Applied
from kmp_desktop.cli.screen import Screen
from kmp_desktop.core.copies import ORIGINAL_TIME
from kmp_desktop.core.outcome import ChunkResult, NotCommittedReason, Outcome
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text, text_n

_SHOWN = 20  # records named in a message for people; --json names all
_ADVICE = {
    NotCommittedReason.STOPPED: text("Apply the same plan again to go on."),
    NotCommittedReason.GROUP_ACTIVE: text("Stop the application that uses this group, then try again."),
    NotCommittedReason.OTHER_GROUP: text("Use the group this queue is worked on with."),
    NotCommittedReason.TAKE_OVER: text(
        "Apply again with --take-over offset (everything before its offset counts as done) or "
        "--take-over start (start at the first record that is still there)."
    ),
    NotCommittedReason.FORGOTTEN: text(
        "Print the queue and see whether something is offered that was decided before. Then apply again "
        "with --take-over start (what the markers in the queue tell counts as done)."
    ),
    NotCommittedReason.OTHER_WINDOW: text("Wait until the other window has finished, then try again."),
    NotCommittedReason.QUEUE_REMADE: text("Print the queue and make a new plan: its records are others now."),
    NotCommittedReason.CLUSTER_UNFINISHED: text(
        "If it stays so for some minutes, apply again with --repair: it aborts what was never made final. "
        "If that does not help, give these details to your Kafka administrator."
    ),
    NotCommittedReason.LEDGER_FULL: text("Decide the oldest records first."),
}

_OUTCOMES = {
    Outcome.COMMITTED: text("committed"),
    Outcome.CONFLICT: text("somebody else decided some of these records"),
    Outcome.NOT_COMMITTED: text("not committed"),
    Outcome.UNKNOWN: text("not known yet whether it worked"),
}


def result_json(applied: Applied) -> str:
    """The last line for programs."""
    document = {
        "outcome": applied.outcome.value,
        "partly": applied.partly,
        "merged": len(applied.merged),
        "purged": len(applied.purged),
        "skipped": applied.skipped,
        "decided": _places(applied.decided),
        "conflicts": _places(applied.conflicts),
        "refused": [[*each.id, str(each.reason)] for each in applied.refused],
        "gone": _places(applied.gone),
    }
    return json.dumps(document)


def _places(records: Iterable[RecordId]) -> list[list[int]]:
    return [list(each) for each in records]


def chunk_json(number: int, chunk: ChunkResult) -> str:
    """A chunk for programs; ``number`` counts from 1."""
    document: dict[str, object] = {
        "chunk": number,
        "outcome": chunk.outcome.value,
        "merged": len(chunk.merged),
        "purged": len(chunk.purged),
        "deferred": len(chunk.deferred),
        "compared": chunk.compared.value,
        "new_times": len(chunk.new_times),
        "receipt": chunk.nonce,
    }
    if chunk.reason is not NotCommittedReason.NONE:
        document["reason"] = chunk.reason.value
    if chunk.low_offsets:
        document["decide_first"] = _places(chunk.low_offsets)
    if chunk.waiting_for:
        document["waiting_for"] = list(chunk.waiting_for)
    return json.dumps(document)


def chunk_text(number: int, chunk: ChunkResult) -> str:
    """A chunk for people; ``number`` counts from 1."""
    if chunk.outcome is not Outcome.COMMITTED:
        return str(text("Part {n}: {outcome}.", n=number, outcome=_OUTCOMES[chunk.outcome]))
    line = text(
        "Part {n}: committed, {merged} merged, {purged} purged.",
        n=number,
        merged=len(chunk.merged),
        purged=len(chunk.purged),
    )
    said = [line]
    if chunk.new_times:
        said.append(_new_times(len(chunk.new_times)))
    if chunk.waiting_for:
        wait = text(
            "The merged records become visible when another program finishes its work on {topics}.",
            topics=", ".join(chunk.waiting_for),
        )
        said.append(wait)
    return " ".join(map(str, said))


def _new_times(n: int) -> Text:
    return text_n(
        n,
        "{n} of them got the time of the commit, with its own time in the header {header}.",
        "{n} of them got the time of the commit, with their own time in the header {header}.",
        header=ORIGINAL_TIME,
    )


def result_text(applied: Applied) -> str:
    """The last line for people."""
    counts = text(
        "{merged} merged, {purged} purged, {skipped} skipped.",
        merged=len(applied.merged),
        purged=len(applied.purged),
        skipped=applied.skipped,
    )
    lines = [_headline(applied), counts]
    earlier = len(applied.decided) - len(applied.merged) - len(applied.purged)
    if earlier > 0:
        lines.append(text_n(earlier, "{n} was decided before.", "{n} were decided before."))
    return " ".join(str(each) for each in lines)


def _headline(applied: Applied) -> Text:
    match applied.ended:
        case Outcome.UNKNOWN:
            return text("It is not known yet whether the last part was committed.")
        case Outcome.NOT_COMMITTED if applied.partly:
            return text("Only a part was committed.")
        case Outcome.NOT_COMMITTED:
            return text("Nothing was committed.")
        case _ if applied.conflicts or applied.refused or applied.gone:
            return text("Committed, except for some records.")
        case _:
            return text("Committed.")


def say_what_is_left(applied: Applied, screen: Screen) -> None:
    """Tell on stderr what was not committed, or with less than usual, and why."""
    if applied.ended is Outcome.UNKNOWN:
        _say_unknown(applied, screen)
    elif applied.error is not None:
        screen.show(applied.error)
    elif applied.failure is not None:
        _say_failure(applied, applied.failure, screen)
    for finding in applied.would_stop:
        screen.say(
            text("Nothing was to be committed. {title} {detail}", title=finding.title, detail=finding.detail)
        )
    _say_records(
        *(screen, applied.conflicts),
        text_n(len(applied.conflicts), "{n} record was", "{n} records were"),
        text("decided by somebody else meanwhile; left as decided there"),
    )
    for finding in applied.limits:
        screen.say(f"{finding.title} {finding.detail}")
    reasons: dict[Text, list[RecordId]] = {}
    for each in applied.refused:
        reasons.setdefault(each.reason, []).append(each.id)
    for reason, records in reasons.items():
        _say_records(
            *(screen, records),
            text_n(len(records), "{n} record cannot be", "{n} records cannot be"),
            text("written ({reason}); still undecided", reason=reason),
        )
    _say_records(
        *(screen, applied.gone),
        text_n(len(applied.gone), "{n} record is", "{n} records are"),
        text("not there any more"),
    )


def _say_unknown(applied: Applied, screen: Screen) -> None:
    why = applied.error.happened if applied.error is not None else text("The server did not answer in time.")
    details = applied.error.details if applied.error is not None else ""
    screen.explain(
        text("It is not known yet whether the last part was committed. {why}", why=why),
        _with_parts_before(applied, text("Either all of this part was written, or nothing.")),
        text(
            "Apply the same plan again: it finds out first, and writes nothing twice. "
            "Do not send these records with another program."
        ),
        details=details,
    )


def _with_parts_before(applied: Applied, of_this_part: Text) -> Text:
    if not applied.merged and not applied.purged:
        return of_this_part
    return text("{this} Parts that were committed stay committed.", this=of_this_part)


def _say_failure(applied: Applied, chunk: ChunkResult, screen: Screen) -> None:
    stopped = chunk.reason is NotCommittedReason.STOPPED
    screen.explain(
        text("Stopped.") if stopped else chunk.message or text("The server refused."),
        _with_parts_before(applied, text("Nothing of this part was written.")),
        _ADVICE.get(chunk.reason, text("Remove the cause, then apply the same plan again.")),
        details=chunk.details,
    )
    _say_records(
        *(screen, chunk.low_offsets),
        text_n(len(chunk.low_offsets), "{n} older record has", "{n} older records have"),
        text("to be decided first"),
    )


def _say_records(screen: Screen, records: Sequence[RecordId], how_many: Text, what: Text) -> None:
    if not records:
        return
    named = ", ".join(f"{each.partition}/{each.offset}" for each in records[:_SHOWN])
    more = "" if len(records) <= _SHOWN else ", …"
    screen.say(f"{how_many} {what}: {named}{more} (partition/offset).")
