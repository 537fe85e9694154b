"""Further settings of the client library, as a person types them: one ``name=value`` a line."""

from __future__ import annotations

from kmp_desktop.core.properties import Pairs, WrongProperty, for_client, parse
from kmp_desktop.core.secret_settings import is_secret_setting
from kmp_desktop.core.text import Text, text


class WrongSetting(Exception):  # noqa: N818 - always turned into a sentence for people
    """Why it cannot be used; never holds a value."""

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


def written(settings: Pairs) -> str:
    """One line each, as ``settings_in`` reads them."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in settings)


def settings_in(lines: str) -> Pairs:
    """The settings; raises WrongSetting for secrets, for what the program sets itself, for no settings."""
    try:
        pairs = parse(lines)
        secret = next((name for name, _ in pairs if is_secret_setting(name)), None)
        if secret is not None:
            why = text("“{name}” holds a secret. Use the fields of the form: they keep it safe.", name=secret)
            raise WrongSetting(why)
        found = for_client(pairs)
    except WrongProperty as error:
        raise WrongSetting(text("Further settings: {why}.", why=error.why)) from error
    for name, why in found.dropped:
        raise WrongSetting(text("“{name}” cannot be set here: {why}.", name=name, why=why))
    return found.settings


def _quoted(value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f"\\{quoted}" if quoted[:1] in (" ", "\f") else quoted
