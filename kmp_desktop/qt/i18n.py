"""Every text a person sees goes through here; one context, complete sentences.

The English source is the key. Places are written ``{name}``; numbers get the locale's separators.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from kmp_desktop.core.text import Text
from kmp_desktop.qt.visible_text import one_line

_CONTEXT = "kmp_desktop"
_LONGEST = 10_000  # characters that one place of a sentence may take


def tr(template: str, **params: object) -> str:
    """Translate ``template``, then fill its places; what acts on text is shown in what fills them."""
    return _filled(QCoreApplication.translate(_CONTEXT, template), params)


def trn(n: int, one: str, other: str, **params: object) -> str:
    """Translate a sentence that depends on a count, also filled in as ``{n}``."""
    return tr(one if n == 1 else other, n=n, **params)


def say(sentence: Text) -> str:
    """Translate a sentence that was written without Qt."""
    return tr(sentence.template, **dict(sentence.params))


def number(value: int) -> str:
    """A whole number with the locale's thousands separators."""
    return QLocale().toString(value)


def _filled(template: str, params: dict[str, object]) -> str:
    if not params:
        return template
    return template.format_map({name: _shown(value) for name, value in params.items()})


def _shown(value: object) -> str:
    if isinstance(value, Text):
        return say(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    return one_line(str(value), _LONGEST)
