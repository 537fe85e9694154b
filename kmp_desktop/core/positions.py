"""How far another program had come in a queue, in words."""

from __future__ import annotations

from collections.abc import Mapping

from kmp_desktop.core.text import Text, text, text_n

_MOST_PLACES = 4


def reached(offsets: Mapping[int, int]) -> Text:
    """The record it had reached in each partition (``offsets`` by partition), the first few by name."""
    places = sorted(offsets.items())
    if not places:
        return text("How far it had come is not known.")
    named = [
        text("record {offset} (partition {partition})", offset=offset, partition=partition)
        for partition, offset in places[:_MOST_PLACES]
    ]
    shown = named[0]
    for each in named[1:]:
        shown = text("{before}, {after}", before=shown, after=each)
    more = len(places) - len(named)
    if more:
        return text_n(
            more,
            "It had reached {places} and {n} more place.",
            "It had reached {places} and {n} more places.",
            places=shown,
        )
    return text("It had reached {places}.", places=shown)
