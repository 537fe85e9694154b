"""A Java client's settings as a connection: what became what, what was dropped and why.

No secret ever gets into a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from kmp_desktop.core.client_setting_names import KNOWN
from kmp_desktop.core.names import are_servers, is_url
from kmp_desktop.core.profile import (
    PASSWORD_MECHANISMS,
    ConnectionProfile,
    Mechanism,
    RegistrySignIn,
    Secrets,
    Security,
)
from kmp_desktop.core.properties import WrongProperty, for_client
from kmp_desktop.core.secret_settings import is_secret_setting
from kmp_desktop.core.text import Text, text

_PREFIX = re.compile(
    r"(spring\.kafka\.(properties\.)?)?((consumer|producer|admin)\.(?:override\.)?(properties\.)?)?"
)
_ELSEWHERE = re.compile(r"\$\{([^{}:]*)[^{}]*\}")
_REGION = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com")
_OPTION = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|([^\s;"\']+))')
_JAVA_STORES = frozenset({"JKS", "PKCS12"})
_JAVA_ENDINGS = (".jks", ".p12", ".pfx", ".pkcs12", ".keystore", ".truststore", ".ts", ".ks")
_SIGN_IN_NAMES = {
    "sasl.mechanisms": "sasl.mechanism",
    "sasl.oauthbearer.client.credentials.client.id": "sasl.oauthbearer.client.id",
    "sasl.oauthbearer.client.credentials.client.secret": "sasl.oauthbearer.client.secret",
}
_NAME_AND_PASSWORD = {"username": "sasl.username", "password": "sasl.password"}
_LOGIN_MODULES: Mapping[str, Mapping[str, str]] = {
    "PlainLoginModule": _NAME_AND_PASSWORD,
    "ScramLoginModule": _NAME_AND_PASSWORD,
    "OAuthBearerLoginModule": {
        "clientid": "sasl.oauthbearer.client.id",
        "clientsecret": "sasl.oauthbearer.client.secret",
        "scope": "sasl.oauthbearer.scope",
    },
    "IAMLoginModule": {},
    "Krb5LoginModule": {
        "keytab": "sasl.kerberos.keytab",
        "principal": "sasl.kerberos.principal",
        "servicename": "sasl.kerberos.service.name",
    },
}
"""Java's ways to sign in: their options, in lower case, and what they mean."""

_EXTENSION = "extension_"
_PASTED_KEYS = ("ssl.keystore.key", "ssl.keystore.certificate.chain", "ssl.key.pem", "ssl.certificate.pem")
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a setting; ``used`` False: dropped, and ``what`` says why."""

    name: str
    what: Text
    used: bool


@dataclass(frozen=True, slots=True)
class JavaStore:
    """A truststore that only Java reads as it is: its certificates have to be taken out."""

    file: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """A connection without id, what it needs beside it, and what was made of each setting."""

    profile: ConnectionProfile
    secrets: Secrets = field(repr=False)
    notes: tuple[Note, ...]
    truststore: JavaStore | None = None


def imported(pairs: Iterable[tuple[str, str]], name: str) -> Imported:
    """Make a connection called ``name`` of settings; what cannot be used is noted, never raised."""
    return _Import(name).done(pairs)


class _Import:
    """One import: takes settings out of ``left``, notes each, and fills the connection."""

    def __init__(self, name: str) -> None:
        self._notes: list[Note] = []
        self._left: dict[str, str] = {}
        self._profile = ConnectionProfile("", name, "")
        self._store: JavaStore | None = None

    def done(self, pairs: Iterable[tuple[str, str]]) -> Imported:
        self._collect(pairs)
        self._connection()
        password = self._sign_in()
        key_password = self._certificates()
        registry_password = self._registry(password)
        self._rest()
        secrets = Secrets(password, registry_password, key_password)
        return Imported(self._profile, secrets, tuple(self._notes), self._store)

    def _collect(self, pairs: Iterable[tuple[str, str]]) -> None:
        for said, value in pairs:
            name = _plain_name(said)
            elsewhere = _ELSEWHERE.search(value)
            if elsewhere and not (name == "sasl.jaas.config" and elsewhere.start() > 0):
                provider = elsewhere[1] or "?"
                self._drop(
                    said, text("its value stands elsewhere ({place}); enter it in the form", place=provider)
                )
            elif name == said or name not in self._left:
                # Blanks at the end of a line are hard to see; only in a password they may be meant.
                self._left[name] = value if is_secret_setting(name) else value.strip()

    def _connection(self) -> None:
        servers = self._take("bootstrap.servers") or self._take("metadata.broker.list")
        if servers and not are_servers(servers):
            self._drop("bootstrap.servers", text("it is not host:port, several with commas between them"))
        elif servers:
            self._use("bootstrap.servers", text("server addresses"))
            self._profile = replace(self._profile, servers=servers)
        self._profile = replace(
            self._profile,
            security=self._choice("security.protocol", Security, Security.PLAINTEXT, text("connection")),
        )

    def _choice(self, name: str, kind: type[_Choice], usual: _Choice, became: Text) -> _Choice:
        value = self._take(name)
        if value is None:
            return usual
        for each in kind:
            if value.upper() == each.value:
                self._use(name, became)
                return each
        words = ", ".join(each.value for each in kind)
        self._drop(name, text("expected one of {words}", words=words))
        return usual

    def _sign_in(self) -> str:
        """The password."""
        self._same_names()
        became = text("kind of sign-in")
        mechanism = self._choice("sasl.mechanism", Mechanism, Mechanism.SCRAM_SHA_512, became)
        self._profile = replace(self._profile, mechanism=mechanism)
        jaas = self._take("sasl.jaas.config")
        if jaas is not None:
            self._jaas(jaas)
        user = self._noted("sasl.username", text("user name"))
        password = self._noted("sasl.password", text("password, for the password store"))
        match self._profile.mechanism:
            case Mechanism.OAUTHBEARER:
                user, password = self._oauth(user, password)
            case Mechanism.AWS_MSK_IAM:
                self._amazon()
            case Mechanism.GSSAPI:
                user = self._noted("sasl.kerberos.principal", text("user name")) or user
        if not self._profile.signs_in:
            user = password = ""
        self._profile = replace(self._profile, user=user)
        return password if self._profile.mechanism in PASSWORD_MECHANISMS else ""

    def _same_names(self) -> None:
        for other, own in _SIGN_IN_NAMES.items():
            if other in self._left:
                self._left.setdefault(own, self._left.pop(other))

    def _noted(self, name: str, became: Text) -> str:
        """The value, noted if there is one."""
        value = self._take(name) or ""
        if value:
            self._use(name, became)
        return value

    def _jaas(self, value: str) -> None:
        words = value.split(maxsplit=1)
        module = words[0].rpartition(".")[2] if words else ""
        if module not in _LOGIN_MODULES:
            self._drop("sasl.jaas.config", text("the program knows no sign-in of this kind"))
            return
        options = {each[1]: _option_value(each) for each in _OPTION.finditer(value)}
        extensions = [
            f"{name.removeprefix(_EXTENSION)}={said}"
            for name, said in options.items()
            if name.startswith(_EXTENSION)
        ]
        if extensions:
            self._left["sasl.oauthbearer.extensions"] = ",".join(extensions)
        options = {name.lower(): self._if_here(name, said) for name, said in options.items()}
        became = {own: options[said] for said, own in _LOGIN_MODULES[module].items() if said in options}
        if module == "IAMLoginModule":
            self._profile = replace(self._profile, mechanism=Mechanism.AWS_MSK_IAM)
            if options:
                why = text("profiles and roles of Amazon are taken from its own settings on this computer")
                self._drop("sasl.jaas.config", why)
        elif "sasl.username" in _LOGIN_MODULES[module].values() and len(became) < len(_NAME_AND_PASSWORD):
            self._drop("sasl.jaas.config", text("username or password is missing"))
        else:
            self._left.update(became)
            self._use("sasl.jaas.config", text("sign-in, see the following lines"))

    def _if_here(self, option: str, value: str) -> str:
        """The value, or nothing where it stands elsewhere."""
        elsewhere = _ELSEWHERE.search(value)
        if elsewhere is None:
            return value
        place = elsewhere[1] or "?"
        why = text("its value stands elsewhere ({place}); enter it in the form", place=place)
        self._drop(f"sasl.jaas.config: {option}", why)
        return ""

    def _oauth(self, user: str, password: str) -> tuple[str, str]:
        url = self._take("sasl.oauthbearer.token.endpoint.url") or ""
        self._take("sasl.oauthbearer.method")
        if url and is_url(url):
            self._use("sasl.oauthbearer.token.endpoint.url", text("token address"))
        elif url:
            self._drop("sasl.oauthbearer.token.endpoint.url", text("it is not a web address"))
            url = ""
        client = self._noted("sasl.oauthbearer.client.id", text("client id"))
        became = text("client secret, for the password store")
        secret = self._noted("sasl.oauthbearer.client.secret", became)
        scope = self._noted("sasl.oauthbearer.scope", text("scope"))
        self._profile = replace(self._profile, token_url=url, token_scope=scope)
        return client or user, secret or password

    def _amazon(self) -> None:
        found = _REGION.search(self._profile.servers)
        if found:
            self._use("bootstrap.servers", text("AWS region {region}", region=found[1]))
            self._profile = replace(self._profile, aws_region=found[1])
        else:
            self._drop(
                "sasl.mechanism", text("the AWS region is not in the server addresses; enter it in the form")
            )

    def _certificates(self) -> str:
        """The password of the key."""
        self._trusted()
        return self._own_certificate()

    def _trusted(self) -> None:
        kind = (self._take("ssl.truststore.type") or "").upper()
        password = self._take("ssl.truststore.password") or ""
        java = self._take("ssl.truststore.location")
        pem = self._take("ssl.truststore.certificates") or self._take("ssl.ca.pem")
        file = self._take("ssl.ca.location")
        if java and (kind in _JAVA_STORES or (not kind and java.lower().endswith(_JAVA_ENDINGS))):
            self._store = JavaStore(java, password)
        elif java:
            file = java
            self._use("ssl.truststore.location", text("certificate file"))
        elif file:
            self._use("ssl.ca.location", text("certificate file"))
        if pem and not file:
            self._use("ssl.truststore.certificates", text("pasted certificates"))
            self._profile = replace(self._profile, ca_pem=pem.strip() + "\n")
        if file:
            self._profile = replace(self._profile, ca_file=file)

    def _own_certificate(self) -> str:
        kind = (self._take("ssl.keystore.type") or "").upper()
        store = self._take("ssl.keystore.location")
        store_password = self._take("ssl.keystore.password") or ""
        key_password = self._take("ssl.key.password") or ""
        file = self._take("ssl.certificate.location") or ""
        key = self._take("ssl.key.location") or ""
        for inline in (
            "ssl.keystore.key",
            "ssl.keystore.certificate.chain",
            "ssl.key.pem",
            "ssl.certificate.pem",
        ):
            if self._take(inline) is not None:
                self._drop(inline, text("save it as a PEM file and choose that as your certificate"))
        if store and (kind == "JKS" or (not kind and store.lower().endswith(".jks"))):
            self._drop(
                "ssl.keystore.location",
                text("only Java reads the keys of a JKS file; convert it: {command}", command=_CONVERT),
            )
            return ""
        if store:
            self._use("ssl.keystore.location", text("your certificate"))
            file = store
        elif file:
            self._use("ssl.certificate.location", text("your certificate"))
        password = (store_password or key_password) if kind != "PEM" else (key_password or store_password)
        if file and password:
            self._use("ssl.key.password", text("password of the key, for the password store"))
        self._profile = replace(self._profile, certificate_file=file, key_file=key if file != key else "")
        return password if file else ""

    def _registry(self, kafka_password: str) -> str:
        """The registry's password."""
        said = self._take("schema.registry.url")
        if said is None:
            return ""
        url, account = _without_account(said.split(",")[0].strip())
        if not is_url(url):
            self._drop("schema.registry.url", text("it is not a web address"))
            return ""
        self._use("schema.registry.url", text("format registry"))
        self._profile = replace(self._profile, registry_url=url)
        self._registry_setting("bearer.auth.credentials.source")
        source = (self._registry_setting("basic.auth.credentials.source") or "").upper()
        account = self._registry_setting("basic.auth.user.info") or account
        if source == "SASL_INHERIT":
            self._use("basic.auth.credentials.source", text("the registry takes the same account"))
            self._profile = replace(self._profile, registry_user=self._profile.user)
            return kafka_password
        if account:
            user, _, password = account.partition(":")
            self._use("basic.auth.user.info", text("user and password of the registry"))
            self._profile = replace(self._profile, registry_user=user)
            return password
        return self._registry_token()

    def _registry_token(self) -> str:
        token = self._registry_setting("bearer.auth.token")
        url = self._registry_setting("bearer.auth.issuer.endpoint.url") or ""
        client = self._registry_setting("bearer.auth.client.id") or ""
        secret = self._registry_setting("bearer.auth.client.secret") or ""
        scope = self._registry_setting("bearer.auth.scope") or ""
        if url and is_url(url) and client:
            self._use("bearer.auth.client.id", text("company sign-in of the registry"))
            self._profile = replace(
                self._profile,
                registry_sign_in=RegistrySignIn.OAUTH,
                registry_user=client,
                registry_token_url=url,
                registry_scope=scope,
            )
            return secret
        if token:
            self._use("bearer.auth.token", text("token of the registry, for the password store"))
            self._profile = replace(self._profile, registry_sign_in=RegistrySignIn.BEARER)
        return token or ""

    def _registry_setting(self, name: str) -> str | None:
        direct, prefixed = self._take(name), self._take(f"schema.registry.{name}")
        return direct if direct is not None else prefixed

    def _rest(self) -> None:
        """Whatever else the client library knows; the rest has a meaning for Java only."""
        for name in [each for each in self._left if each.startswith("schema.registry.")]:
            self._take(name)
            self._drop(name, text("the registry is checked like the servers"))
        kept = []
        for name in list(self._left):
            value = self._left.pop(name)
            if is_secret_setting(name):
                self._drop(name, text("it holds a secret that the program has no use for"))
            else:
                kept += self._translated(name, value)
        self._profile = replace(self._profile, settings=tuple(kept))

    def _translated(self, name: str, value: str) -> list[tuple[str, str]]:
        if name == "ssl.cipher.suites" and "TLS_" in value:
            self._drop(name, text("Java has other names for them"))
            return []
        try:
            found = for_client([(name, value)])
        except WrongProperty as error:
            self._drop(name, error.why)
            return []
        for dropped, why in found.dropped:
            self._drop(dropped, why)
        kept = []
        for own, setting in found.settings:
            if own in KNOWN:
                self._use(name, text("further settings: {name}", name=own))
                kept.append((own, setting))
            else:
                self._drop(name, text("the program has no use for it"))
        return kept

    def _take(self, name: str) -> str | None:
        return self._left.pop(name, None)

    def _use(self, name: str, what: Text) -> None:
        self._notes.append(Note(name, what, used=True))

    def _drop(self, name: str, why: Text) -> None:
        self._notes.append(Note(name, why, used=False))


_CONVERT = "keytool -importkeystore -srckeystore FILE.jks -destkeystore FILE.p12 -deststoretype PKCS12"


def _option_value(option: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", next(part for part in option.groups()[1:] if part is not None))


def _plain_name(said: str) -> str:
    """Without the prefixes that frameworks and Kafka Connect put in front of a client's settings."""
    rest = said[_prefix_end(said) :]
    if rest in ("bootstrap-servers", "bootstrap.servers"):
        return "bootstrap.servers"
    return rest.replace("-", ".") if said.startswith("spring.") else rest


def _prefix_end(said: str) -> int:
    found = _PREFIX.match(said)
    return found.end() if found and found.end() < len(said) else 0


def _without_account(url: str) -> tuple[str, str]:
    """(address, user:password or nothing) of an address that may hold an account."""
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    account, at, server = host.rpartition("@")
    if not slashes or not at:
        return url, ""
    return f"{scheme}://{server}{slash}{path}", account
