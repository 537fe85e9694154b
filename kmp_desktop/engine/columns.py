"""Which fields of the content become columns: those that tell one record from another.

Chosen once per queue from the first records that can be read, never again by itself: columns that
change while a person works are worse than columns that could be better.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kmp_desktop.core.payload import MAX_PAYLOAD_COLUMNS, PayloadColumn
from kmp_desktop.engine.content import Path, scalars

SAMPLE = 200
"""From how many records that can be read columns are chosen."""

_PRESENCE = 0.6  # share of a message type's records that have the field
_LONG = 40  # characters
_IDENTIFYING = frozenset(("number", "no", "id", "code", "name", "email", "reference"))
_WORD = re.compile(r"[A-Z]{2,}(?![^\W\dA-Z_])|[A-Z]?[^\W\dA-Z_]+|[A-Z]+|\d+")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?|\d\d?\.\d\d?\.\d{4}|\d\d?/\d\d?/\d{4}")
_TIME_WORDS = frozenset(("time", "timestamp", "date", "at", "on"))
_BONUS, _MALUS = 0.5, 1.0
_NESTED = 0.15  # for each level: a record's own number repeats where its key does, a part's may not


@dataclass(slots=True)
class _Field:
    """What was seen of one path."""

    values: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    order: int = 0

    @property
    def present(self) -> int:
        return self.values.total()

    def share(self, fits: Iterable[bool]) -> float:
        """Share of the values, counted as often as they occur, for which something holds."""
        counts = self.values.values()
        return sum(n for n, fit in zip(counts, fits, strict=True) if fit) / max(1, self.present)


def choose_columns(sample: Sequence[tuple[str, object]]) -> tuple[PayloadColumn, ...]:
    """The best fields, at most two; ``sample`` holds (message type, root of the content)."""
    per_type = Counter(message_type for message_type, _ in sample)
    fields = _fields(sample)
    good = [path for path, seen in fields.items() if _common(seen, per_type)]
    scores = {path: _score(path, fields[path], len(sample)) for path in good}
    best = sorted(
        (path for path in good if scores[path] > 0),
        key=lambda path: (-scores[path], len(path), fields[path].order),
    )
    return tuple(PayloadColumn(path, label_of(path)) for path in best[:MAX_PAYLOAD_COLUMNS])


def chosen_by_person(columns: Sequence[PayloadColumn]) -> tuple[PayloadColumn, ...]:
    """What a person chose, each with a label."""
    return tuple(PayloadColumn(each.path, each.label or label_of(each.path)) for each in columns)


def label_of(path: Path) -> str:
    """A field's name in words: "Order number" of ``orderNumber``."""
    words = [word if word.isupper() and len(word) > 1 else word.lower() for word in _WORD.findall(path[-1])]
    sentence = " ".join(words)
    return sentence[:1].upper() + sentence[1:] if sentence else path[-1]


def _fields(sample: Sequence[tuple[str, object]]) -> dict[Path, _Field]:
    fields: defaultdict[Path, _Field] = defaultdict(_Field)
    for message_type, root in sample:
        # A name that occurs twice in one object counts once, with the value that is shown.
        for path, value in dict(scalars(root)).items():
            if value:
                seen = fields[path]
                seen.values[value] += 1
                seen.types[message_type] += 1
                seen.order = seen.order or len(fields)
    return fields


def _common(seen: _Field, per_type: Counter[str]) -> bool:
    return any(n >= _PRESENCE * per_type[message_type] for message_type, n in seen.types.items())


def _score(path: Path, seen: _Field, records: int) -> float:
    """Presence times distinctness; names that identify are better, parts and values that do not worse."""
    score = seen.present / records * len(seen.values) / seen.present - _NESTED * (len(path) - 1)
    last = _WORD.findall(path[-1])[-1:]
    if last and last[0].lower() in _IDENTIFYING:
        score += _BONUS
    values = list(seen.values)
    for unfit in (
        [len(value) > _LONG for value in values],
        [_UUID.fullmatch(value) is not None for value in values],
        [value in ("true", "false") for value in values],
        [_is_time(last, value) for value in values],
    ):
        score -= _MALUS * seen.share(unfit)
    return score


def _is_time(last: list[str], value: str) -> bool:
    if _DATE.fullmatch(value):
        return True
    named = bool(last) and last[0].lower() in _TIME_WORDS
    return named and value.isdigit() and len(value) >= 10  # seconds or milliseconds since 1970
