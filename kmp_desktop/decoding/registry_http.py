"""Asking a schema registry that speaks Confluent's HTTP interface for one schema."""

from __future__ import annotations

import base64
import http.client
import json
import math
import ssl
import time
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID

from kmp_desktop.core.ports import RegisteredSchema, SchemaUnavailable
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.decoding.registry_access import CompanyTokens, NoToken, RegistryAccess
from kmp_desktop.decoding.timed_http import Answer, get

_ACCEPT = "application/vnd.schemaregistry.v1+json, application/json"
_MAX_REFERENCES = 200  # they may refer to each other in one long chain
_NOT_FOUND = range(40400, 40500)  # error codes of the registry itself; a wrong path answers without one


class RegistryDown(Exception):  # noqa: N818 - a state to show, not a fault of the program
    """No schema can be had at the moment, whatever its id."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


class RegistryHttp:
    """Asks one registry; ``time_limit`` (seconds) is for a schema with all that it refers to."""

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        ca_file: str,
        time_limit: float,
        access: RegistryAccess,
    ) -> None:
        self._url = url.strip()
        self._user = user
        self._password = password
        self._ca_file = ca_file
        self._time_limit = time_limit
        self._access = access
        self._tokens = CompanyTokens(access, user, password, ca_file) if access.token_url else None
        self._base = self._host = ""
        self._headers: dict[str, str] = {}
        self._tls: ssl.SSLContext | None = None

    def fetch(self, schema_id: int | UUID) -> RegisteredSchema:
        """The schema with this id; raises SchemaUnavailable (only this one) or RegistryDown."""
        deadline = time.monotonic() + self._time_limit
        unknown = text(
            "The format registry does not know number {id}. It may have been deleted.", id=str(schema_id)
        )
        by_guid = isinstance(schema_id, UUID)
        found = self._get(f"/schemas/{'guids' if by_guid else 'ids'}/{schema_id}", deadline, unknown)
        references: dict[tuple[str, str], tuple[str, str]] = {}
        self._collect(found, references, set(), deadline)
        kind = str(found.get("schemaType") or "AVRO")
        number = schema_id.int if isinstance(schema_id, UUID) else schema_id
        return RegisteredSchema(number, kind, found["schema"], tuple(references.values()))

    def _collect(
        self,
        found: dict[str, Any],
        references: dict[tuple[str, str], tuple[str, str]],
        seen: set[tuple[str, str]],
        deadline: float,
    ) -> None:
        """Fetch what a schema refers to, each once, what is referred to before what refers to it."""
        for name, subject, version in _references(found):
            if (subject, version) in seen:
                continue
            seen.add((subject, version))
            if len(seen) > _MAX_REFERENCES:
                raise SchemaUnavailable(text("It refers to too many other formats."), unknown=False)
            unknown = text("It refers to “{name}”, which the format registry does not know.", name=name)
            path = f"/subjects/{quote(subject, safe='')}/versions/{quote(version, safe='')}"
            inner = self._get(path, deadline, unknown)
            self._collect(inner, references, seen, deadline)
            references[subject, version] = (name, inner["schema"])

    def _get(self, path: str, deadline: float, unknown: Text) -> dict[str, Any]:
        answer = self._answer(path, deadline)
        content = _json_object(answer.body)
        if answer.status == http.client.OK and isinstance(content.get("schema"), str):
            return content
        if answer.status == http.client.NOT_FOUND and content.get("error_code") in _NOT_FOUND:
            raise SchemaUnavailable(unknown, unknown=True)
        if answer.status == http.client.FORBIDDEN:
            raise SchemaUnavailable(text("Your account may not read this format."), unknown=False)
        raise RegistryDown(self._not_answered(answer.status))

    def _not_answered(self, status: int) -> Text:
        if status == http.client.UNAUTHORIZED:
            return text("The format registry refused the user name or the password.")
        if 300 <= status < 400:  # a redirect could lead the password astray
            return text("The format registry has moved. Its new address must be entered.")
        if status in (http.client.OK, http.client.NOT_FOUND):
            return text("What answers at {host} is not a format registry.", host=self._host)
        return text("The format registry answered with error {status}.", status=str(status))

    def _answer(self, path: str, deadline: float) -> Answer:
        try:
            self._prepare()
            if self._tokens is not None:
                self._headers["Authorization"] = f"Bearer {self._tokens.token(deadline)}"
            return get(self._base + path, self._headers, self._tls, deadline)
        except NoToken as refused:
            reason = text(
                "The company sign-in gave no token for the format registry (error {status}).", status=refused
            )
        except TimeoutError:
            reason = text_n(
                math.ceil(self._time_limit),
                "The format registry did not answer within {n} second.",
                "The format registry did not answer within {n} seconds.",
            )
        except ssl.SSLCertVerificationError as error:
            reason = text(
                "The format registry's certificate is not trusted: {why}.", why=error.verify_message
            )
        except ssl.SSLError:
            reason = text("No secure connection to the format registry at {host}.", host=self._host)
        except (OSError, ValueError):  # ValueError: a name that no host can have
            reason = text("The format registry at {host} cannot be reached.", host=self._host)
        except http.client.HTTPException:
            reason = text("What answers at {host} is not a format registry.", host=self._host)
        raise RegistryDown(reason)

    def _prepare(self) -> None:
        """Take the address apart, once; raises RegistryDown when it is none."""
        if self._base:
            return
        try:
            parts = urlsplit(self._url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or parts.scheme not in ("http", "https"):
            raise RegistryDown(text("The address of the format registry is not a web address."))
        self._host = f"{host}:{port}" if port else host
        if parts.scheme == "https":
            self._tls = self._context()
        self._headers = {"Accept": _ACCEPT, "User-Agent": "kmp-desktop"}
        user = self._user or unquote(parts.username or "")
        if self._access.bearer:
            self._headers["Authorization"] = f"Bearer {self._password}"
        elif user:
            pair = f"{user}:{self._password or unquote(parts.password or '')}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        self._base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"

    def _context(self) -> ssl.SSLContext:
        try:
            return self._access.context(self._ca_file)
        except OSError as error:
            if self._access.certificate_file and not error.filename:
                raise RegistryDown(
                    text("Your certificate {path} cannot be used.", path=self._access.certificate_file)
                ) from None
            raise RegistryDown(
                text("The certificate file {path} cannot be read.", path=self._ca_file)
            ) from None


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _references(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(name, subject, version) of what a schema refers to."""
    listed = found.get("references")
    return [
        (str(each["name"]), str(each["subject"]), str(each["version"]))
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict) and {"name", "subject", "version"} <= each.keys()
    ]
