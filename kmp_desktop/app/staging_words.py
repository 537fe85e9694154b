"""What staging did, as one or two sentences."""

from __future__ import annotations

from kmp_desktop.app.triage import StageReport
from kmp_desktop.core.decision import Change, Decision
from kmp_desktop.core.text import Text, text, text_n

NOTHING_SENT = text("Nothing has been sent yet.")


def decision_name(decision: Decision) -> Text:
    """A decision as it stands on its chip."""
    names = {Decision.MERGE: text("Retry"), Decision.PURGE: text("Discard"), Decision.SKIP: text("Skip")}
    return names[decision]


def told(report: StageReport) -> Text:
    """The sentence after a decision about several records."""
    changed, decision = report.changed, report.change.decision
    if not changed and not report.left:
        return _nothing_changed(decision)
    if decision is None:
        main = text_n(changed, "{n} record is undecided again.", "{n} records are undecided again.")
    else:
        main = _marked(changed, decision, report)
    if report.left:
        left = text_n(
            len(report.left),
            "{n} left as it is: someone else decided it meanwhile.",
            "{n} left as they are: someone else decided them meanwhile.",
        )
        return text("{first} {second}", first=main, second=left)
    return text("{first} {second}", first=main, second=NOTHING_SENT)


def _nothing_changed(decision: Decision | None) -> Text:
    if decision is None:
        return text("They were undecided already.")
    return text("They were marked {decision} already.", decision=decision_name(decision))


def _marked(changed: int, decision: Decision, report: StageReport) -> Text:
    name = decision_name(decision)
    others = [(each, n) for each, n in report.were_other.items() if n]
    if len(others) == 1:
        was, n = others[0]
        return text_n(
            changed,
            "{n} record marked {decision}, it was {was} before.",
            "{n} records marked {decision}, {m} of them were {was} before.",
            decision=name,
            m=n,
            was=decision_name(was),
        )
    if others:
        return text(
            "{n} records marked {decision}, {m} of them were decided otherwise before.",
            n=changed,
            decision=name,
            m=sum(n for _, n in others),
        )
    return text_n(changed, "{n} record marked {decision}.", "{n} records marked {decision}.", decision=name)


def step_name(step: Change) -> Text:
    """What a step was, for "Undo: 288 records marked Retry"."""
    if step.decision is None:
        return text_n(len(step), "{n} record made undecided", "{n} records made undecided")
    name = decision_name(step.decision)
    return text_n(len(step), "{n} record marked {decision}", "{n} records marked {decision}", decision=name)
