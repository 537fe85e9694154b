"""Text of two or four bytes a letter (UTF-16, UTF-32), told by its mark or by how it begins."""

from __future__ import annotations

import codecs

_MARKS = (
    ("UTF-32", codecs.BOM_UTF32_LE, "utf-32-le"),
    ("UTF-32", codecs.BOM_UTF32_BE, "utf-32-be"),
    ("UTF-16", codecs.BOM_UTF16_LE, "utf-16-le"),
    ("UTF-16", codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STARTS = b'{["<'  # of JSON and XML, which are written without a mark, too
_SHARE_OF_LATIN = 4  # one letter in so many: two bytes that are something else look like rare letters
_CONTROLS = frozenset(map(chr, (*range(9), 11, 12, *range(14, 32), *range(127, 160))))


def wide_text(value: bytes) -> tuple[str, str] | None:
    """(name of the encoding, text), or ``None`` where the value is not surely such text."""
    for name, mark, codec in _MARKS:
        if value.startswith(mark):
            return _decoded(name, codec, value[len(mark) :])
    if len(value) >= 4 and value[0] in _STARTS and value[1] == 0 and value[2]:
        return _decoded("UTF-16", "utf-16-le", value)
    if len(value) >= 4 and value[0] == 0 and value[1] in _STARTS and value[2] == 0 and value[3]:
        return _decoded("UTF-16", "utf-16-be", value)
    return None


def _decoded(name: str, codec: str, data: bytes) -> tuple[str, str] | None:
    try:
        found = data.decode(codec)
    except UnicodeDecodeError:
        return None
    latin = sum(letter < "\u0250" for letter in found)
    if not found or latin * _SHARE_OF_LATIN < len(found) or _CONTROLS.intersection(found):
        return None
    return name, found


def narrow_text(value: bytes) -> str | None:
    """What bytes of one letter each would say in Western Europe, if that is at all likely."""
    if value.isascii() or len(value) < 4:
        return None
    plain = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in value)
    try:
        found = value.decode("cp1252")
    except UnicodeDecodeError:
        return None
    others = [letter for letter in found if letter > "\x7f"]
    likely = plain + len(others) == len(value) and len(others) * 5 < len(value)
    return found if likely and all(letter.isalpha() or letter in "€–„“”‘’…§°" for letter in others) else None
