"""The registry's step of a connection test, after Kafka's."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from kmp_desktop.app.whole_check import WholeCheck
from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.ports import RegisteredSchema, SchemaUnavailable
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.text import text

PROFILE = ConnectionProfile("p", "p", "localhost:9092", registry_url="http://localhost")


class Kafka:
    """The part of the test that asks Kafka; ``state`` is how its one step ends."""

    def __init__(self, state: CheckState) -> None:
        self._state = state

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,
        secrets: Secrets,
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Report one step."""
        report(CheckResult(CheckStep.SERVER, self._state, text("Server found")))


class Registry:
    """A registry that answers in one way."""

    def __init__(self, answer: RegisteredSchema | SchemaUnavailable) -> None:
        self._answer = answer

    def schema(self, schema_id: int | UUID) -> RegisteredSchema:
        """Answer."""
        if isinstance(self._answer, SchemaUnavailable):
            raise self._answer
        return self._answer

    def forget_failures(self) -> None:
        """Nothing is remembered."""


def states(kafka: CheckState, registry: Registry | None, *, stopped: bool = False) -> list[CheckState]:
    results: list[CheckResult] = []
    check = WholeCheck(Kafka(kafka), lambda _profile, _secrets: registry)
    check(PROFILE, None, Secrets(), results.append, lambda: stopped)
    assert CheckStep.SERVER is results[0].step
    assert all(each.step is CheckStep.REGISTRY for each in results[1:])
    return [each.state for each in results[1:]]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (RegisteredSchema(1, "AVRO", "{}"), CheckState.PASSED),
        (SchemaUnavailable("no such schema", unknown=True), CheckState.PASSED),
        (SchemaUnavailable("no answer", unknown=False), CheckState.WARNING),
    ],
)
def test_any_answer_is_an_answer(answer: RegisteredSchema | SchemaUnavailable, state: CheckState) -> None:
    assert [state] == states(CheckState.PASSED, Registry(answer))


def test_after_a_failure_the_registry_is_not_asked() -> None:
    registry = Registry(RegisteredSchema(1, "AVRO", "{}"))
    assert [CheckState.NOT_TRIED] == states(CheckState.FAILED, registry)


def test_no_registry_is_no_step_and_neither_is_a_stopped_test() -> None:
    assert [] == states(CheckState.PASSED, None)
    assert [] == states(CheckState.PASSED, Registry(RegisteredSchema(1, "AVRO", "{}")), stopped=True)
