"""What every ``SecretStore`` keeps to."""

from __future__ import annotations

from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import SecretKind, SecretRef

KAFKA = SecretRef("shop", SecretKind.KAFKA)
REGISTRY = SecretRef("shop", SecretKind.REGISTRY)
OTHER = SecretRef("other", SecretKind.KAFKA)


def check_secret_store(store: SecretStore) -> None:
    """Put, get, replace, delete; secrets of different names are different secrets."""
    assert store.get(KAFKA) is None
    store.delete(KAFKA)
    store.put(KAFKA, "pä ßword\n€ 🔑")
    store.put(REGISTRY, "other")
    assert ("pä ßword\n€ 🔑", "other", None) == (store.get(KAFKA), store.get(REGISTRY), store.get(OTHER))
    store.put(KAFKA, "new")
    assert "new" == store.get(KAFKA)
    store.put(KAFKA, "x" * 1_200)
    assert "x" * 1_200 == store.get(KAFKA)
    store.delete(KAFKA)
    store.delete(KAFKA)
    assert (None, "other") == (store.get(KAFKA), store.get(REGISTRY))
    store.delete(REGISTRY)
