"""The whole connection test: what Kafka says, then whether the format registry answers."""

from __future__ import annotations

from collections.abc import Callable

from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.ports import ConnectionCheck, SchemaSource, SchemaUnavailable
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.text import text

Registry = Callable[[ConnectionProfile, Secrets], SchemaSource | None]
"""Makes the registry client of a connection; None where no registry is set."""

_ANY_SCHEMA = 1


class WholeCheck:
    """A ``ConnectionCheck`` made of one for Kafka and of a registry."""

    def __init__(self, kafka: ConnectionCheck, registry: Registry) -> None:
        self._kafka = kafka
        self._registry = registry

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,
        secrets: Secrets,
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Report each step; the registry's is the last one. Blocks; never in the GUI thread."""
        failed = False

        def pass_on(result: CheckResult) -> None:
            nonlocal failed
            failed = failed or result.state is CheckState.FAILED
            report(result)

        self._kafka(profile, queue, secrets, pass_on, stopped)
        registry = self._registry(profile, secrets)
        if registry is None or stopped():
            return
        report(_not_tried() if failed else _asked(registry))


def _asked(registry: SchemaSource) -> CheckResult:
    try:
        registry.schema(_ANY_SCHEMA)
    except SchemaUnavailable as unavailable:
        if not unavailable.unknown:
            return CheckResult(
                CheckStep.REGISTRY,
                CheckState.WARNING,
                text("The format registry does not answer."),
                text("Content may be shown as bytes only."),
                details=str(unavailable.reason),
            )
    return CheckResult(
        CheckStep.REGISTRY, CheckState.PASSED, text("Format registry"), text("The registry answers.")
    )


def _not_tried() -> CheckResult:
    title = text("{title}: not tried yet", title=text("Format registry"))
    return CheckResult(CheckStep.REGISTRY, CheckState.NOT_TRIED, title)
