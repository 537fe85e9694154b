"""Points in time and calendar values in a readable form; never raises, out of range gives nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1)
_DAY_MS = 86_400_000
# Where a bare number under a telling name is taken for a time: the years 2000 to 2099.
_FIRST_SECOND, _LAST_SECOND = 946_684_800, 4_102_444_800
_NAME_OF_TIME = re.compile(r"time|date|(?:At|On)(?![a-z])|(?:^|[_-])(?:at|on)(?:$|[_-])")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})")


def moment(value: int, per_second: int, *, local: bool = False) -> str:
    """``value`` units since 1970 as ISO 8601, or "" outside the years 1 to 9999."""
    seconds, rest = divmod(value, per_second)
    try:
        shown = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    except OverflowError:
        return ""
    digits = len(str(per_second)) - 1
    return f"{shown.rjust(19, '0')}.{rest:0{digits}}{'' if local else 'Z'}"


def epoch_ms(value: int, per_second: int) -> int:
    """``value`` units since 1970 in whole milliseconds."""
    return value * 1000 // per_second


def day(value: int) -> tuple[str, int | None]:
    """Days since 1970 as (ISO date, epoch ms of its beginning in UTC)."""
    try:
        return (_EPOCH_DAY + timedelta(days=value)).isoformat(), value * _DAY_MS
    except OverflowError:
        return "", None


def time_of_day(value: int, per_second: int) -> str:
    """``value`` units since midnight as ISO 8601, or "" when that is more than a day."""
    seconds, rest = divmod(value, per_second)
    if not 0 <= seconds < _DAY_MS // 1000:
        return ""
    digits = len(str(per_second)) - 1
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:0{digits}}"


def guessed_moment(name: str, value: str) -> int | None:
    """Epoch ms of a JSON number or string under a name that promises a time, if it looks like one.

    Times without a zone and mere dates are readable as they are, and would be wrong in another zone.
    """
    if not _promises_time(name):
        return None
    if value.isascii() and value.isdigit():
        return _guessed_from_number(int(value)) if len(value) <= 16 else None
    if not _ISO.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value.replace(",", "."))
        return (found - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=4096)
def _promises_time(name: str) -> bool:
    return bool(_NAME_OF_TIME.search(name) or _NAME_OF_TIME.search(name.lower()))


def _guessed_from_number(value: int) -> int | None:
    for per_second in (1, 1000, 1_000_000):
        if _FIRST_SECOND <= value // per_second < _LAST_SECOND:
            return epoch_ms(value, per_second)
    return None
