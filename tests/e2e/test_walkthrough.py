"""The main job in the real window on the real broker, judged by plain consumers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from kmp_desktop import bootstrap
from tests.cluster.running import Cluster
from tests.demo import profile, walkthrough
from tests.demo.finds import is_equal, records_and_tombstones
from tests.demo.tour import Tour
from tests.driving import Driver
from tests.faults.oracle import Held, held_records


@pytest.fixture
def queue(running_cluster: Cluster) -> Iterator[list[Held]]:
    """The walkthrough's queue, just written; removed afterwards."""
    walkthrough.create_topics(running_cluster.bootstrap)
    walkthrough.seed(running_cluster.bootstrap, running_cluster.registry)
    yield held_records(running_cluster.bootstrap, walkthrough.QUEUE_TOPIC)
    admin = AdminClient({"bootstrap.servers": running_cluster.bootstrap})
    for future in admin.delete_topics([walkthrough.QUEUE_TOPIC, walkthrough.RETRY_TOPIC]).values():
        future.result(30)


@pytest.fixture
def tour(qtbot: QtBot, running_cluster: Cluster, tmp_path: Path) -> Iterator[Callable[[str], Tour]]:
    """Start the program in a data folder of this name, as somebody at another computer does."""
    tours: list[Tour] = []

    def start(who: str) -> Tour:
        profile.write_profile(running_cluster, tmp_path / who)
        window = bootstrap.start(["--data-dir", str(tmp_path / who)])
        tours.append(Tour(Driver(window), lambda _: None, None))
        return tours[-1]

    yield start
    for each in tours:
        each.close()


def test_merge_purge_merge_leaves_exactly_that_on_the_broker(
    queue: list[Held], tour: Callable[[str], Tour], kafka: str
) -> None:
    desk = tour("desk")
    desk.open_queue()
    assert 3 == len(desk.look(3))
    desk.decide()
    assert [] == held_records(kafka, walkthrough.RETRY_TOPIC)
    assert "Done. All 3 decisions were committed." == desk.review_and_commit()

    originals = {each.key: each for each in queue}
    copies = held_records(kafka, walkthrough.RETRY_TOPIC)
    assert [b"ORD001", b"ORD003"] == sorted(each.key or b"" for each in copies)
    assert [] == [each.key for each in copies if not is_equal(originals[each.key], each)]
    _, tombstones = records_and_tombstones(kafka)
    assert {key: each.partition for key, each in originals.items()} == {
        each.key: each.partition for each in tombstones
    }
    assert 3 == len(tombstones)

    desk.back_to_queues()
    desk.open_queue()
    desk.see_empty()


def test_a_skipped_record_is_the_only_one_left_at_any_computer(
    queue: list[Held], tour: Callable[[str], Tour], kafka: str
) -> None:
    desk = tour("desk")
    desk.open_queue()
    desk.look(3)
    desk.decide([("ORD001", Qt.Key.Key_M), ("ORD002", Qt.Key.Key_S), ("ORD003", Qt.Key.Key_P)])
    desk.review_and_commit()
    desk.back_to_queues()
    desk.open_queue()
    assert ["ORD002"] == [order for order in ("ORD001", "ORD002", "ORD003") if order in str(desk.look(1))]

    other = tour("another computer")
    other.open_queue()
    assert "ORD002" in other.look(1)[0]
    _, tombstones = records_and_tombstones(kafka)
    assert [b"ORD001", b"ORD003"] == sorted(each.key or b"" for each in tombstones)


def test_decisions_survive_closing_the_window_before_the_commit(
    queue: list[Held], tour: Callable[[str], Tour], kafka: str
) -> None:
    desk = tour("desk")
    desk.open_queue()
    desk.look(3)
    desk.decide()
    desk.close()

    again = tour("desk")
    again.open_queue()
    again.look(3)
    assert "Done. All 3 decisions were committed." == again.review_and_commit()
    assert 2 == len(held_records(kafka, walkthrough.RETRY_TOPIC))
