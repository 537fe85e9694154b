"""Floating-point numbers in their shortest form."""

from __future__ import annotations

import math
import struct


def double_text(value: float) -> str:
    """A double in its shortest form that reads back as the same double; "NaN", "Infinity"."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def float_text(value: float, raw: bytes) -> str:
    """A little-endian 4-byte float in its shortest form that reads back as the same float."""
    for digits in range(1, 10):
        shown = float(f"{value:.{digits}g}")
        try:
            if struct.pack("<f", shown) == raw:
                return double_text(shown)
        except OverflowError:
            continue
    return double_text(value)
