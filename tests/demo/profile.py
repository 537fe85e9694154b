"""The profile file of the demo, as somebody would write it by hand (docs/profile-format.md)."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cluster.running import Cluster
from tests.demo import shop, walkthrough

CONNECTION = "demo"
WALKTHROUGH = "order-canceled"
SHOP = "shop"


def write_profile(running: Cluster, folder: Path) -> None:
    """Write it where ``--data-dir folder`` looks for it."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "format": "kmp-desktop connections",
        "version": 1,
        "connections": [
            {
                "id": CONNECTION,
                "name": "Demo shop",
                "servers": running.bootstrap,
                "environment": "development",
                "security": "PLAINTEXT",
                "registry_url": running.registry,
                "person": "demo",
                "queues": [
                    {
                        "id": WALKTHROUGH,
                        "name": "Canceled orders",
                        "description": "Three orders that billing could not cancel",
                        "queue_topic": walkthrough.QUEUE_TOPIC,
                        "retry_topic": walkthrough.RETRY_TOPIC,
                        "group": walkthrough.GROUP,
                    },
                    {
                        "id": SHOP,
                        "name": "Shop events",
                        "description": "Orders, payments and shipments of the shop",
                        "queue_topic": shop.QUEUE_TOPIC,
                        "retry_topic": shop.RETRY_TOPIC,
                        "group": shop.GROUP,
                    },
                ],
            }
        ],
    }
    (folder / "connections.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
