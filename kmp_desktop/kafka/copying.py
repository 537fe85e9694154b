"""Copies that the server does not take: which, and why (step 7)."""

from __future__ import annotations

from confluent_kafka import KafkaError

from kmp_desktop.core.outcome import Refused
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.kafka.desk import CopiesRefused
from kmp_desktop.kafka.writing import RecordsRefused


def copies_refused(refusal: RecordsRefused[RecordId], *, one_by_one: bool) -> CopiesRefused:
    """What the server refused, in words. ``one_by_one``: each copy was sent in a batch of its own."""
    refused = tuple(Refused(each, _why(refusal.errors[each])) for each in sorted(refusal.errors))
    return CopiesRefused(refused, exact=refusal.exact or one_by_one)


def _why(error: KafkaError) -> Text:
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return text("larger than the retry queue accepts")
    return text("the retry queue does not take it ({error})", error=error.str())
