"""Why bytes are not of the format that was tried, and how much of a content is taken apart."""

from __future__ import annotations

from kmp_desktop.core.text import Text

MAX_NODES = 100_000  # values of one content: beyond that a tree helps nobody and costs seconds
MAX_BYTES = 4_000_000  # of one JSON text: parsing a larger one can take seconds and ten times its size
MAX_DEPTH = 200  # levels of one content: keeps every walk over the tree clear of the recursion limit


class NotThisFormat(Exception):  # noqa: N818 - the answer to a question, not a fault of the program
    """The bytes are something else; ``reason`` can be shown to a person."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


class TooMuch(NotThisFormat):
    """The bytes may be of this format, but hold more than is taken apart."""
