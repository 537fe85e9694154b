"""What several rows have in common, and how they differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.core.view import Fact, GroupBy, SelectionSummary, SummaryWanted
from kmp_desktop.engine.columns import label_of
from kmp_desktop.engine.content import Path, scalars
from kmp_desktop.engine.few_first import few_first
from kmp_desktop.engine.records import Records

SAMPLE_OVER = 50_000
SAMPLE = 5_000
_FACT_VALUES = 2
_DIFFERENCE_VALUES = 8
_MAX_FIELDS = 30
_EXAMPLES = 3
_LONGEST_VALUE = 200  # characters
_FACTS = (
    (GroupBy.REASON, text("Why it failed")),
    (GroupBy.MESSAGE, text("Message")),
    (GroupBy.REPORTER, text("Reported by")),
    (GroupBy.STEP, text("Failing step")),
    (GroupBy.TRIES, text("Tries")),
)


def summarise(records: Records, wanted: SummaryWanted) -> SelectionSummary:
    """Answer what a selection has in common; of more than 50,000 rows 5,000 are looked at.

    Counts, times and those that came back are always those of all rows.
    """
    rows = np.array(wanted.rows, np.uint32)
    rows = rows[rows < len(records)]
    looked_at = _sample(rows) if len(rows) > SAMPLE_OVER else rows
    times = np.frombuffer(records.failed_at, np.int64)[rows]
    back = np.frombuffer(records.came_back, np.uint32)[rows] > 0
    return SelectionSummary(
        serial=wanted.serial,
        count=len(rows),
        facts=_facts(records, looked_at),
        differences=_differences(records, looked_at.tolist()),
        came_back=tuple(rows[back].tolist()),
        examples=tuple(_example(records, row) for row in few_first(records, looked_at.tolist(), _EXAMPLES)),
        failed_first=int(times.min()) if len(times) else 0,
        failed_last=int(times.max()) if len(times) else 0,
        sampled=len(looked_at) if len(looked_at) < len(rows) else 0,
    )


def _sample(rows: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Evenly spaced, so that the same selection always gives the same summary."""
    return rows[np.arange(SAMPLE) * len(rows) // SAMPLE]


def _facts(records: Records, rows: NDArray[np.uint32]) -> tuple[Fact, ...]:
    facts = []
    for kind, name in _FACTS:
        grouping = records.groups[kind]
        counts = Counter(np.frombuffer(grouping.of_row, np.uint32)[rows].tolist())
        labels = grouping.labels()
        told = [each for each in counts if grouping.groups[each].key or kind is GroupBy.REASON]
        if told:
            values = ((str(labels[each]), n) for each, n in counts.most_common(_FACT_VALUES))
            facts.append(Fact(name, tuple(values)))
    return tuple(facts)


def _differences(records: Records, rows: Sequence[int]) -> tuple[Fact, ...]:
    """Fields whose values differ; those that fall into few kinds first, as they tell most."""
    counts = _field_values(records, rows)
    differing = {path: values for path, values in counts.items() if len(values) > 1}
    names = Counter(label_of(path) for path in differing)
    paths = sorted(differing, key=lambda path: (_all_differ(differing[path]), len(differing[path]), path))
    facts = [_difference(_name(path, names), differing[path]) for path in paths[:_MAX_FIELDS]]
    messages = Counter(said for row in rows if (said := records.reported.text(row)))
    if len(messages) > 1:
        facts.insert(0, _difference(text("Reported message"), messages))
    return tuple(facts)


def _field_values(records: Records, rows: Sequence[int]) -> dict[Path, Counter[str]]:
    counts: defaultdict[Path, Counter[str]] = defaultdict(Counter)
    read = records.reader.read
    for row in rows:
        for path, value in scalars(read(records.record[row].value).root):
            counts[path][value] += 1
    return counts


def _all_differ(values: Counter[str]) -> bool:
    return len(values) > _DIFFERENCE_VALUES and len(values) * 2 > values.total()


def _name(path: Path, names: Counter[str]) -> Text:
    """The field's name in words; with the whole path where two would be called the same."""
    label = label_of(path)
    return text("{name}", name=label if names[label] == 1 else f"{label} ({'.'.join(path)})")


def _difference(name: Text, values: Counter[str]) -> Fact:
    largest = values.most_common(_DIFFERENCE_VALUES)
    return Fact(name, tuple((value[:_LONGEST_VALUE], n) for value, n in largest))


def _example(records: Records, row: int) -> tuple[int, str, str]:
    """(row, what tells it from the others, reported message)."""
    values = (values[row] for values in records.payload[: len(records.columns)])
    told = next((value for value in values if value), records.key.text(row)) or _place(records.places[row])
    return row, told, records.reported.text(row)


def _place(record: RecordId) -> str:
    """What is left to name a record by that holds nothing and has no key."""
    return str(text("Record {place}", place=f"{record.partition}/{record.offset}"))
