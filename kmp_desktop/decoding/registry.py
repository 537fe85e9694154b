"""A schema registry as a source of schemas that remembers what it was told.

Schemas are kept for ever (an id never changes its meaning), failures for a while, so that a registry
that hangs is not waited for record by record.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from uuid import UUID

from kmp_desktop.core.ports import RegisteredSchema, SchemaUnavailable
from kmp_desktop.core.profile import ConnectionProfile, RegistrySignIn, Secrets
from kmp_desktop.core.text import Text
from kmp_desktop.decoding.registry_access import RegistryAccess
from kmp_desktop.decoding.registry_http import RegistryDown, RegistryHttp

_LOG = logging.getLogger(__name__)

_BY_PASSWORD = RegistryAccess()
TIME_LIMIT = 5.0  # seconds for one schema with all it refers to
ASK_AGAIN_AFTER = 60.0  # seconds until an id is asked for again that could not be had
ASK_REGISTRY_AGAIN_AFTER = 30.0  # seconds until a registry is asked again that did not answer


def registry_of(profile: ConnectionProfile, secrets: Secrets) -> ConfluentRegistry | None:
    """The registry of a connection; None where no registry is set. No I/O."""
    if not profile.registry_url:
        return None
    kind = profile.registry_sign_in
    by_token = kind is RegistrySignIn.OAUTH
    access = RegistryAccess(
        profile.ca_pem,
        profile.certificate_file,
        profile.key_file,
        secrets.key_password,
        bearer=kind is RegistrySignIn.BEARER,
        token_url=profile.registry_token_url if by_token else "",
        scope=profile.registry_scope,
    )
    url, user = profile.registry_url, profile.registry_user
    return ConfluentRegistry(url, user, secrets.registry_password, profile.ca_file, access=access)


class ConfluentRegistry:
    """A ``SchemaSource`` over HTTP. Built without I/O; for one thread; holds nothing open."""

    def __init__(
        self,
        url: str,
        user: str = "",
        password: str = "",
        ca_file: str = "",
        *,
        time_limit: float = TIME_LIMIT,
        now: Callable[[], float] = time.monotonic,
        access: RegistryAccess = _BY_PASSWORD,
    ) -> None:
        self._http = RegistryHttp(url, user, password, ca_file, time_limit, access)
        self._now = now
        self._known: dict[int | UUID, RegisteredSchema] = {}
        self._failed: dict[int | UUID, tuple[float, SchemaUnavailable]] = {}  # id -> (until, why)
        self._down_until = float("-inf")
        self._down_reason = Text("")

    def schema(self, schema_id: int | UUID) -> RegisteredSchema:
        """The schema with this id; raises SchemaUnavailable, at once where it failed a moment ago."""
        known = self._known.get(schema_id)
        if known is None:
            self._raise_if_failed(schema_id)
            known = self._known[schema_id] = self._fetch(schema_id)
        return known

    def forget_failures(self) -> None:
        """Ask again at the next call."""
        self._failed.clear()
        self._down_until = float("-inf")

    def _raise_if_failed(self, schema_id: int | UUID) -> None:
        if self._now() < self._down_until:
            raise SchemaUnavailable(self._down_reason, unknown=False)
        if failed := self._failed.get(schema_id):
            until, why = failed
            if self._now() < until:
                raise SchemaUnavailable(why.reason, unknown=why.unknown)

    def _fetch(self, schema_id: int | UUID) -> RegisteredSchema:
        try:
            return self._http.fetch(schema_id)
        except RegistryDown as down:
            _LOG.info("Format registry: %s", down.reason)
            self._down_until, self._down_reason = self._now() + ASK_REGISTRY_AGAIN_AFTER, down.reason
            raise SchemaUnavailable(down.reason, unknown=False) from None
        except SchemaUnavailable as unavailable:
            _LOG.info("Format registry, format %s: %s", schema_id, unavailable.reason)
            self._failed[schema_id] = (self._now() + ASK_AGAIN_AFTER, unavailable)
            raise
