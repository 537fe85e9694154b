"""``make demo``: a broker, a registry, two queues, and the window on them.

With a display the window opens for you to try. Without one (or with --tour) the same window runs
off-screen through the main job, tells each step and leaves pictures in ``demo-tour/``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.cluster.running import Cluster, cluster
from tests.demo import shop, walkthrough
from tests.demo.finds import told_by_a_consumer
from tests.demo.profile import write_profile

PICTURES = Path("demo-tour")


def main() -> int:
    """Start everything, show the window or go on the tour."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--tour", action="store_true", help="off-screen, even with a display")
    is_tour = parser.parse_args().tour or not _has_display()
    print("Starting Apache Kafka and the registry (the first time they are downloaded) ...", flush=True)
    with cluster() as running, tempfile.TemporaryDirectory(prefix="kmp-desktop-demo-") as name:
        folder = Path(name)
        walkthrough.create_topics(running.bootstrap)
        walkthrough.seed(running.bootstrap, running.registry)
        count = shop.create_and_seed(running.bootstrap)
        write_profile(running, folder)
        print(f"Kafka {running.bootstrap}, registry {running.registry}")
        print(f"“Canceled orders” holds 3 failed messages, “Shop events” {count}.", flush=True)
        if is_tour:
            return _tour(running, folder)
        from kmp_desktop import bootstrap

        return bootstrap.run_window(["--data-dir", str(folder)])


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _tour(running: Cluster, folder: Path) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from kmp_desktop import bootstrap
    from tests.demo.tour import Tour
    from tests.driving import Driver

    # What the platform without a screen cannot do is no concern of the person who follows the tour.
    qInstallMessageHandler(
        lambda _kind, _where, message: (
            None if "propagateSizeHints" in message else print(message, file=sys.stderr, flush=True)
        )
    )
    shutil.rmtree(PICTURES, ignore_errors=True)
    application = QApplication.instance() or QApplication([])
    window = bootstrap.start(["--data-dir", str(folder)])
    driver = Driver(window)
    tour = Tour(driver, _say, PICTURES)
    _say("The window is open and lists both queues. Opening “Canceled orders”.")
    tour.open_queue()
    for line in tour.look(3):
        _say(f"  shown: {line}")
    tour.decide()
    _say("Nothing has been sent yet:")
    _tell(running)
    _say(f"The window says: {tour.review_and_commit()}")
    _say("What an independent consumer finds on the broker now:")
    is_right = _tell(running)
    tour.back_to_queues()
    tour.open_queue()
    tour.see_empty()
    _say("Opened again, the queue is empty.")
    tour.close()
    application.processEvents()
    print(f"Pictures are in {PICTURES}/.")
    return 0 if is_right else 1


def _tell(running: Cluster) -> bool:
    lines, is_right = told_by_a_consumer(running.bootstrap)
    for line in lines:
        _say(f"  {line}")
    return is_right


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
