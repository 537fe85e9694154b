"""Bytes as people look at them: offset, hex, and what is readable of it."""

from __future__ import annotations


def hex_lines(data: bytes, per_line: int) -> str:
    """Lines of offset, hex and text; what is not printable ASCII is a dot in the middle."""
    digits = max(4, len(f"{max(0, len(data) - 1):x}"))
    width = 3 * per_line - 1
    found = []
    for at in range(0, len(data), per_line):
        part = data[at : at + per_line]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in part)
        found.append(f"{at:0{digits}x}  {part.hex(' '):<{width}}  {text}")
    return "\n".join(found)
