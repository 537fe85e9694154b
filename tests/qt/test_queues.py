"""The queues page: what waits is counted beside the window, and nothing of it holds anybody up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Counts, Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import DeadLetterSource, DraftKey, LoadObserver, QueueAdapters
from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue, Secrets
from kmp_desktop.core.queue_state import LoadedQueue, TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text
from kmp_desktop.qt.queue_overview import QueueKey, QueueOverview
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.queues_page import QueuesPage
from kmp_desktop.qt.views.welcome_page import WelcomePage
from kmp_desktop.qt.widgets.badge import EnvironmentBadge
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.store.profile_format import VERSION
from tests.qt.practice_world import NOW, PracticeWorld


def queue(number: int) -> Queue:
    return Queue(
        f"q{number}", f"Queue {number}", f"topic-{number}.dlq", f"topic-{number}.retry", f"kmp-{number}"
    )


SHOP = ConnectionProfile(
    "shop",
    "Order platform",
    "shop:9092",
    environment=Environment.PRODUCTION,
    user="svc-cs-desk",
    queues=tuple(queue(number) for number in range(6)),
)
TEST = ConnectionProfile("test", "Test platform", "test:9092", queues=(queue(7),))
FIRST = QueueKey("shop", "q0")


@dataclass
class Counting:
    """A ``Connector`` whose sources say how many wait, when they are let; nothing else is asked of them."""

    waiting: dict[str, int | UserFacingError] = field(default_factory=dict)
    let: threading.Event = field(default_factory=threading.Event)
    running: set[str] = field(default_factory=set)
    most: int = 0
    threads: set[threading.Thread] = field(default_factory=set)
    closed: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        """Adapters that can only be counted with."""

        def source() -> DeadLetterSource:
            return _Source(self, f"{profile.id}/{queue.id}")

        def none() -> None:
            return None

        return QueueAdapters(source, none, none)  # type: ignore[arg-type]


@dataclass
class _Source:
    counting: Counting
    name: str

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Not asked for."""
        raise NotImplementedError

    def new_records(self, loaded: LoadedQueue) -> int:
        """Not asked for."""
        raise NotImplementedError

    def waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:
        """Wait until it is let, or stopped."""
        counting = self.counting
        with counting.guard:
            counting.threads.add(threading.current_thread())
            counting.running.add(self.name)
            counting.most = max(counting.most, len(counting.running))
        while not counting.let.wait(0.01) and not stopped():
            pass
        with counting.guard:
            counting.running.remove(self.name)
        found = counting.waiting.get(self.name, 0)
        if isinstance(found, UserFacingError):
            raise found
        return found, NOW if found else None

    def close(self) -> None:
        """Be counted."""
        with self.counting.guard:
            self.counting.closed += 1


@dataclass
class Overview:
    """A queues page with everything behind it."""

    page: QueuesPage
    lines: QueueOverview
    counting: Counting
    world: PracticeWorld
    qtbot: QtBot

    def read(self, *profiles: ConnectionProfile) -> None:
        """Save connections and read them."""
        services = self.world.services()
        for profile in profiles:
            services.profiles.save(profile)
        with self.qtbot.waitSignal(self.lines.profiles_changed):
            self.lines.refresh()

    def counted(self) -> None:
        """Let the servers answer and wait for all of them."""
        self.counting.let.set()
        self.qtbot.waitUntil(
            lambda: all(
                self.lines.line(key).waiting is not None or self.lines.line(key).error is not None
                for key in self.all_keys()
            )
        )

    def all_keys(self) -> list[QueueKey]:
        """All queues."""
        return [QueueKey(each.id, one.id) for each in self.lines.profiles for one in each.queues]

    def words(self, name: str) -> str:
        """The text of a label of the page."""
        found = self.page.findChild(QLabel, name)
        assert isinstance(found, QLabel), name
        return found.text()

    def open_button(self, key: QueueKey) -> Button:
        """The button of a row."""
        found = self.page.findChild(QPushButton, f"openQueueButton_{key.profile_id}_{key.queue_id}")
        assert isinstance(found, Button)
        return found


@pytest.fixture
def overview(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Overview]:
    Theme.current().apply(qapp)
    world, counting = PracticeWorld(tmp_path), Counting()
    lines = QueueOverview(replace(world.services(), connector=counting))
    page = QueuesPage(lines)
    page.resize(1200, 800)
    qtbot.addWidget(page)
    page.show()
    yield Overview(page, lines, counting, world, qtbot)
    with qtbot.waitSignal(lines.closed):
        lines.close()
    qtbot.waitUntil(lambda: running_threads() == 0)


def no_connection(code: ErrorCode = ErrorCode.NO_CONNECTION) -> UserFacingError:
    return UserFacingError(
        code, text("None of the 2 servers answers."), text("Nothing was changed."), text("Check the VPN.")
    )


# What is shown


def test_every_connection_has_a_card_and_every_queue_a_row(overview: Overview) -> None:
    overview.read(SHOP, TEST)

    page = overview.page
    assert "queuesPage" == page.objectName()
    assert [] == [each for each in ("shop", "test") if page.findChild(QWidget, f"queueList_{each}") is None]
    assert 7 == len([overview.open_button(key) for key in overview.all_keys()])
    names = ("newConnectionButton", "openProfileButton")
    assert [] == [name for name in names if page.findChild(QPushButton, name) is None]
    assert ["PRODUCTION", "TEST"] == [each.text() for each in page.findChildren(EnvironmentBadge)]


def test_tab_goes_through_the_page_as_it_is_read(overview: Overview) -> None:
    overview.read(SHOP, TEST)
    page = overview.page

    chain = [page.nextInFocusChain()]
    while chain[-1] is not None and chain[-1] is not page:
        chain.append(chain[-1].nextInFocusChain())
    order = [each.objectName() for each in chain if isinstance(each, QPushButton)]

    rows = [f"openQueueButton_shop_q{number}" for number in range(6)]
    assert [
        *("editConnectionButton_shop", *rows),
        *("editConnectionButton_test", "openQueueButton_test_q7"),
        *("newConnectionButton", "openProfileButton"),
    ] == order


def test_rows_are_there_before_any_server_answers_and_can_be_opened(overview: Overview) -> None:
    overview.read(SHOP)
    assert "…" == overview.words("waitingLabel_shop_q0")

    with overview.qtbot.waitSignal(overview.page.open_wanted) as told:
        overview.open_button(FIRST).click()

    assert [FIRST] == told.args


def test_servers_are_asked_in_the_background_and_only_a_few_at_once(overview: Overview) -> None:
    overview.read(SHOP, TEST)
    overview.qtbot.waitUntil(lambda: len(overview.counting.running) == 3)

    overview.counted()

    assert 3 == overview.counting.most
    assert threading.main_thread() not in overview.counting.threads
    overview.qtbot.waitUntil(lambda: overview.counting.closed == 7)


def test_an_unread_queue_shows_an_upper_bound_and_a_read_one_what_was_found(overview: Overview) -> None:
    overview.counting.waiting = {"shop/q0": 140, "shop/q1": 0}
    overview.read(SHOP)
    overview.counted()
    assert ["up to 140", "0"] == [overview.words(f"waitingLabel_shop_{each}") for each in ("q0", "q1")]

    overview.lines.read(FIRST, 120, NOW + 1)
    assert "120" == overview.words("waitingLabel_shop_q0")

    overview.lines.refresh()  # markers make the bound larger than what waits: the better number stays
    overview.qtbot.waitUntil(lambda: overview.counting.closed == 12)
    assert "120" == overview.words("waitingLabel_shop_q0")


def test_records_that_arrived_after_reading_make_it_a_bound_again(overview: Overview) -> None:
    overview.counting.waiting = {"shop/q0": 140}
    overview.read(SHOP)
    overview.counted()
    overview.lines.read(FIRST, 120, NOW - 1)

    overview.lines.refresh()

    overview.qtbot.waitUntil(lambda: overview.words("waitingLabel_shop_q0") == "up to 140")


def test_what_failed_is_said_in_its_row_and_the_others_go_on(overview: Overview) -> None:
    overview.counting.waiting = {"shop/q0": no_connection(), "shop/q1": 36, "test/q7": no_connection()}
    overview.read(SHOP, TEST)
    overview.counted()

    assert ["?", "up to 36"] == [overview.words(f"waitingLabel_shop_{each}") for each in ("q0", "q1")]
    shown = [each.text() for each in overview.page.findChildren(QLabel)]
    assert "None of the 2 servers answers." in shown
    assert "Connected as svc-cs-desk" == overview.words("connectionStatus_shop")
    assert "Not connected" == overview.words("connectionStatus_test")
    assert overview.open_button(FIRST).isEnabled()


def test_a_refused_sign_in_is_said_at_the_connection(overview: Overview) -> None:
    overview.counting.waiting = {"test/q7": no_connection(ErrorCode.SIGN_IN)}
    overview.read(TEST)
    overview.counted()
    assert "Sign-in failed" == overview.words("connectionStatus_test")


def test_a_draft_is_shown_and_continued(overview: Overview) -> None:
    key = DraftKey("cluster", b"t" * 16, "kmp-0", servers="shop:9092", topic="topic-0.dlq")
    kinds = [Decision.MERGE] * 3 + [Decision.PURGE] * 2 + [Decision.SKIP]
    changes = [(RecordId(0, offset), decision, 0) for offset, decision in enumerate(kinds)]
    overview.world.services().drafts.append(key, changes)

    overview.read(SHOP)

    overview.qtbot.waitUntil(lambda: overview.lines.line(FIRST).draft == Counts(3, 2, 1))
    assert "6 decided, not committed" == overview.words("draftLabel_shop_q0")
    assert ("Continue", "primary") == (overview.open_button(FIRST).text(), overview.open_button(FIRST).kind)
    assert "No open decisions" == overview.words("draftLabel_shop_q1")


def test_a_queue_that_is_open_here_shows_its_own_decisions(overview: Overview) -> None:
    overview.read(SHOP)
    overview.lines.set_open(FIRST, Counts(merge=2))
    overview.lines.refresh()
    overview.counted()
    assert "2 decided, not committed" == overview.words("draftLabel_shop_q0")


def test_a_commit_whose_outcome_is_not_known_is_said(overview: Overview) -> None:
    overview.read(SHOP)

    overview.lines.set_checking(FIRST, checking=True)

    assert "Checking the last commit …" == overview.words("draftLabel_shop_q0")
    assert "Show" == overview.open_button(FIRST).text()


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ("queue 3", {"q3"}),
        ("TOPIC-4", {"q4"}),
        ("test", {"q7"}),
        ("", {f"q{n}" for n in (0, 1, 2, 3, 4, 5, 7)}),
    ],
)
def test_the_search_finds_names_topics_and_connections(
    overview: Overview, wanted: str, rows: set[str]
) -> None:
    overview.read(SHOP, TEST)

    overview.page.search(wanted)

    shown = {key.queue_id for key in overview.all_keys() if overview.open_button(key).isVisible()}
    assert rows == shown


def test_a_search_without_a_hit_says_so(overview: Overview) -> None:
    overview.read(SHOP)
    overview.page.search("nothing like it")
    assert "No queue matches “nothing like it”." == overview.words("noQueueFound")
    assert overview.page.findChild(QLabel, "noQueueFound").isVisible()  # type: ignore[union-attr]


def test_connections_that_cannot_be_read_are_told_and_read_again(overview: Overview, tmp_path: Path) -> None:
    overview.read(SHOP)
    file = tmp_path / "connections.json"
    whole = file.read_text(encoding="utf-8")
    newer = whole.replace(f'"version": {VERSION}', '"version": 99')
    assert newer != whole
    file.write_text(newer, encoding="utf-8")
    with overview.qtbot.waitSignal(overview.lines.profiles_failed):
        overview.lines.refresh()
    assert overview.page.findChild(QWidget, "profilesBanner") is not None

    file.write_text(whole, encoding="utf-8")
    again = overview.page.findChild(QPushButton, "reloadProfilesButton")
    assert isinstance(again, QPushButton)
    with overview.qtbot.waitSignal(overview.page.reload_wanted):
        again.click()
    with overview.qtbot.waitSignal(overview.lines.profiles_changed):
        overview.lines.refresh()
    overview.qtbot.waitUntil(lambda: overview.page.findChild(QWidget, "profilesBanner") is None)


def test_counting_stops_when_the_window_closes(overview: Overview) -> None:
    overview.read(SHOP)
    overview.qtbot.waitUntil(lambda: len(overview.counting.running) == 3)
    # The servers never answer: closing, in the fixture, must not wait for them.
    assert not overview.counting.let.is_set()


# Welcome


def test_the_welcome_page_offers_two_ways_to_begin_and_no_practice(qtbot: QtBot, qapp: QApplication) -> None:
    Theme.current().apply(qapp)
    page = WelcomePage()
    qtbot.addWidget(page)
    page.show()
    buttons = {each.objectName(): each for each in page.findChildren(Button)}

    assert {"welcomeOpenProfileButton", "welcomeNewConnectionButton"} == set(buttons)
    assert "primary" == buttons["welcomeOpenProfileButton"].kind
    with qtbot.waitSignal(page.open_profile_wanted):
        buttons["welcomeOpenProfileButton"].click()
    with qtbot.waitSignal(page.new_connection_wanted):
        buttons["welcomeNewConnectionButton"].click()
