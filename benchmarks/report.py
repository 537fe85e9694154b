"""What a run found: JSON, a table beside the targets, and a picture."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was measured several times. ``at_least``: more is better; else less is."""

    name: str
    values: tuple[float, ...]
    target: float
    unit: str
    at_least: bool

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        """Whether the median is as wanted."""
        return self.median >= self.target if self.at_least else self.median <= self.target

    def as_json(self) -> dict[str, object]:
        """For the file."""
        return {
            "name": self.name,
            "median": self.median,
            "lowest": min(self.values),
            "highest": max(self.values),
            "target": self.target,
            "at_least": self.at_least,
            "unit": self.unit,
            "met": self.met,
        }


def table(measures: Sequence[Measure]) -> str:
    """The measures as a Markdown table."""
    lines = ["| Measure | Target | Median | Lowest to highest | |", "|---|---|---|---|---|"]
    for each in measures:
        sign = "≥" if each.at_least else "≤"
        spread = f"{_shown(min(each.values), each.unit)} to {_shown(max(each.values), each.unit)}"
        word = "met" if each.met else "missed"
        target = f"{sign} {_shown(each.target, each.unit)}"
        lines.append(f"| {each.name} | {target} | {_shown(each.median, each.unit)} | {spread} | {word} |")
    return "\n".join(lines)


def picture(measures: Sequence[Measure]) -> str:
    """An SVG: each median as a bar, its target as a line; a full bar is twice the target."""
    height = 30 * len(measures) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{height}"',
        ' font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>',
    ]
    for number, each in enumerate(measures):
        top = 30 * number + 10
        width = min(1.0, each.median / each.target / 2) * 360
        color = "#2e7d32" if each.met else "#c62828"
        parts.append(
            f'<text x="8" y="{top + 16}">{escape(each.name)}</text>'
            f'<rect x="400" y="{top + 3}" width="{width:.1f}" height="17" fill="{color}"/>'
            f'<line x1="580" x2="580" y1="{top}" y2="{top + 23}" stroke="black" stroke-width="2"/>'
            f'<text x="770" y="{top + 16}">{_shown(each.median, each.unit)}'
            f" ({'≥' if each.at_least else '≤'} {_shown(each.target, each.unit)})</text>"
        )
    return "".join(parts) + "</svg>\n"


def _shown(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if unit == "MB" else f"{value:.2f} {unit}"
