"""The walkthrough in the real window: open, look, decide, review, commit, open again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from tests.demo.profile import CONNECTION, WALKTHROUGH
from tests.driving import Driver

DECISIONS = (("ORD001", Qt.Key.Key_M), ("ORD002", Qt.Key.Key_P), ("ORD003", Qt.Key.Key_M))
_WORDS = {Qt.Key.Key_M: "retry (merge)", Qt.Key.Key_P: "discard (purge)", Qt.Key.Key_S: "skip for now"}


class Tour:
    """Goes through the main job; ``say`` gets each step in plain words, ``pictures`` what it looked like."""

    def __init__(self, driver: Driver, say: Callable[[str], None], pictures: Path | None) -> None:
        self._driver = driver
        driver.window.resize(1440, 900)
        self._say = say
        self._pictures = pictures
        self._number = 0
        self._is_closed = False

    def open_queue(self, queue: str = WALKTHROUGH) -> None:
        """Open a queue from the list of queues."""
        driver = self._driver
        driver.wait_for_page("queuesPage")
        self._picture("queues")
        driver.click(f"openQueueButton_{CONNECTION}_{queue}")
        driver.wait_for_page("triagePage")

    def look(self, records: int) -> list[str]:
        """Wait until that many records are shown; their lines."""
        self._driver.wait(lambda: len(self._complete_rows()) == records, f"{records} records are shown")
        self._picture("records")
        return self._complete_rows()

    def decide(self, decisions: Sequence[tuple[str, Qt.Key]] = DECISIONS) -> None:
        """Decide orders by letters."""
        for order, key in decisions:
            self._say(f"{order}: {_WORDS[key]}, by pressing {chr(key)}.")
            self._driver.wait(partial(self._shows, order), f"{order} is shown")
            self._driver.click_row(self._row_of(order) or 0)
            self._driver.press("recordTable", key)
        self._picture("decided")

    def review_and_commit(self) -> str:
        """Review, commit, wait for the result; its title."""
        driver = self._driver
        driver.press("recordTable", Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        driver.wait_for_page("reviewPage")
        commit = driver.find("commitButton", QAbstractButton)
        driver.wait(commit.isEnabled, "the commit can be made")
        self._picture("review")
        self._say(f"Reviewed everything in words; pressing “{commit.text().strip()}”.")
        driver.click("commitButton")
        driver.wait_for_page("resultPage")
        title = driver.find("resultTitle", QLabel)
        driver.wait(lambda: title.isVisible() and title.text(), "the result is told")
        self._picture("result")
        return title.text()

    def back_to_queues(self) -> None:
        """From the result (or the records) to the list of queues."""
        self._driver.click("backButton")
        self._driver.wait_for_page("queuesPage")

    def see_empty(self) -> None:
        """The queue, opened again, has nothing left."""
        self._driver.wait_for_page("emptyState")
        self._picture("empty")

    def close(self) -> None:
        """Close the window and wait until nothing of it runs any more."""
        window = self._driver.window
        if not self._is_closed:
            window.closed.connect(self._on_closed)  # type: ignore[attr-defined]
            window.close()
            self._driver.wait(lambda: self._is_closed, "the window is closed")

    def _on_closed(self) -> None:
        self._is_closed = True

    def _shows(self, order: str) -> bool:
        return self._row_of(order) is not None

    def _row_of(self, order: str) -> int | None:
        rows = self._driver.row_texts()
        return next((number for number, line in enumerate(rows) if order in line), None)

    def _complete_rows(self) -> list[str]:
        rows = self._driver.row_texts()
        return [line for line in rows if any(order in line for order, _ in DECISIONS)]

    def _picture(self, name: str) -> None:
        self._number += 1
        if self._pictures is not None:
            self._driver.picture(self._pictures / f"{self._number:02}-{name}.png")
