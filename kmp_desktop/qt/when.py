"""Points in time in words: "4 min ago", "Today, 13:50", and exactly, in the time zone of the computer.

Times are epoch milliseconds. Everything takes ``now`` so that a table can say one "now" for all rows.
"""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, QTimeZone

from kmp_desktop.qt.i18n import tr, trn

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_STILL_HOURS = 6 * _HOUR  # shorter ago is told in hours even if it was before midnight


def now_ms() -> int:
    """The time of the computer."""
    return int(QDateTime.currentMSecsSinceEpoch())


def relative(then: int, now: int) -> str:
    """How long ago, in the words of the table; a time that is not told is empty."""
    if then <= 0:
        return ""
    ago, days = now - then, _days_ago(then, now)
    if -_HOUR < ago < _MINUTE:  # the clocks of servers differ
        return tr("just now")
    if 0 <= ago < _HOUR:
        return tr("{n} min ago", n=ago // _MINUTE)
    if ago >= 0 and (days == 0 or ago < _STILL_HOURS):
        return tr("{n} h ago", n=ago // _HOUR)
    return _days_in_words(days) or _day(then, now)


def _days_in_words(days: int) -> str:
    if days == 1:
        return tr("yesterday")
    return tr("{n} days ago", n=days) if 2 <= days <= 6 else ""


def moment(then: int, now: int, *, seconds: bool = False) -> str:
    """A day and a time of day: "Today, 13:50", "Yesterday, 13:50", "19 Nov, 22:10"."""
    if then <= 0:
        return ""
    clock = _local(then).toString(tr("HH:mm:ss") if seconds else tr("HH:mm"))
    days = _days_ago(then, now)
    if days == 0:
        return tr("Today, {time}", time=clock)
    if days == 1:
        return tr("Yesterday, {time}", time=clock)
    return tr("{day}, {time}", day=_day(then, now), time=clock)


def clock_time(then: int, *, seconds: bool = False) -> str:
    """The time of day only."""
    return _local(then).toString(tr("HH:mm:ss") if seconds else tr("HH:mm"))


def day(then: int, now: int) -> str:
    """The day only: "today", "yesterday", "12 Nov", "12 Nov 2025"."""
    words = {0: tr("today"), 1: tr("yesterday")}
    return words.get(_days_ago(then, now)) or _day(then, now)


def exact(then: int) -> str:
    """To the millisecond, with the time zone, and the same in UTC on a second line."""
    if then <= 0:
        return ""
    local = _local(then)
    offset = utc_offset(then)
    zone = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    shown = QLocale().toString(local, tr("d MMM yyyy, HH:mm:ss.zzz"))
    return tr("{time} ({zone}, {offset})", time=shown, zone=zone, offset=offset) + "\n" + utc(then)


def utc(then: int) -> str:
    """To the millisecond in UTC, as developers write it."""
    made = QDateTime.fromMSecsSinceEpoch(then, QTimeZone.utc())
    return str(made.toString("yyyy-MM-ddTHH:mm:ss.zzzZ"))


def utc_offset(then: int) -> str:
    """The difference of the computer's time zone to UTC at that time: "UTC+1", "UTC+5:30"."""
    minutes = _local(then).offsetFromUtc() // 60
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def _local(then: int) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(then)


def _days_ago(then: int, now: int) -> int:
    return int(_local(then).date().daysTo(_local(now).date()))


def _day(then: int, now: int) -> str:
    local = _local(then)
    this_year = local.date().year() == _local(now).date().year()
    return str(QLocale().toString(local, tr("d MMM") if this_year else tr("d MMM yyyy")))


def time_left(seconds: float) -> str:
    """About how long something still takes, rounded so that it does not flicker."""
    if seconds < 10:
        return tr("a few seconds left")
    if seconds < 90:
        return tr("about {n} seconds left", n=round(seconds / 10) * 10)
    minutes = round(seconds / 60)
    return trn(minutes, "about {n} minute left", "about {n} minutes left")
