"""Looks whether a connection works, step by step; nothing is written and no record is shown."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

from confluent_kafka import Consumer, KafkaException
from confluent_kafka.admin import AclOperation

from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, Mechanism, Queue, Secrets
from kmp_desktop.core.queue_state import CleanupPolicy
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.kafka import certificate_words, preflight, refusals
from kmp_desktop.kafka.certificate_words import NotSecure
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.offsets import GroupDenied, is_unstable, naming, read_stable, transactional_id
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.settings import ClientSettings, client_settings
from kmp_desktop.kafka.token_address import why_no_token
from kmp_desktop.kafka.topics import TopicFacts, describe, limits_of

_CONNECT_S = 4.0
_GROUP_S = 5.0


class _Failed(Exception):  # noqa: N818 - ends the steps; holds what to show
    def __init__(self, result: CheckResult) -> None:
        super().__init__(str(result.title))
        self.result = result


class _NothingSeen:
    """Counting what waits needs no memory of what was seen before."""

    def seen(self, cluster_id: str, topic_id: bytes, group: str) -> dict[int, int]:  # noqa: ARG002 - a port
        return {}

    def remember(self, cluster_id: str, topic_id: bytes, group: str, bases: object) -> None:
        """Keep nothing."""


class KafkaCheck:
    """The steps of a connection test that ask Kafka; see ``core.ports.ConnectionCheck``."""

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,
        secrets: Secrets,
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Report each step as it is done; the first failure ends it, later ones are "not tried"."""
        remaining = _steps_of(profile, queue)
        steps = _Steps(profile, queue, secrets, stopped)
        try:
            for result in steps.run():
                if stopped():
                    return
                remaining.pop(result.step, None)
                report(result)
        except _Failed as failure:
            remaining.pop(failure.result.step, None)
            report(failure.result)
        finally:
            steps.close()
        if not stopped():
            for step, title in remaining.items():
                report(CheckResult(step, CheckState.NOT_TRIED, text("{title}: not tried yet", title=title)))


def _steps_of(profile: ConnectionProfile, queue: Queue | None) -> dict[CheckStep, Text]:
    steps = {CheckStep.SERVER: text("Server found")}
    if profile.encrypts:
        steps[CheckStep.SECURE] = text("Secure connection")
    steps[CheckStep.SIGN_IN] = text("Signed in")
    if queue is not None:
        steps[CheckStep.READ] = text("Reading “{topic}”", topic=queue.queue_topic)
        if queue.retry_topic:
            steps[CheckStep.WRITE] = text("Writing to “{topic}”", topic=queue.retry_topic)
        steps[CheckStep.COMMIT] = text("All-or-nothing commits")
        steps[CheckStep.DISCARDS] = text("How discards work here")
    return steps


class _Steps:
    def __init__(
        self, profile: ConnectionProfile, queue: Queue | None, secrets: Secrets, stopped: Callable[[], bool]
    ) -> None:
        self._profile = profile
        self._queue = queue
        self._secrets = secrets
        self._settings: ClientSettings = client_settings(profile, secrets, "check")
        self._stopped = stopped
        self._clients: Clients | None = None

    def run(self) -> Iterator[CheckResult]:
        yield self._server()
        if self._profile.encrypts:
            yield self._secure()
        yield self._signed_in()
        if self._queue is None:
            return
        self._clients = Clients(self._settings)
        facts = self._described(CheckStep.READ, self._queue.queue_topic)
        yield self._read(facts, self._queue)
        retry = None
        if self._queue.retry_topic:
            retry = self._described(CheckStep.WRITE, self._queue.retry_topic)
            yield self._write(facts, retry)
        yield self._commits(facts, self._queue)
        yield self._discards(facts, retry)

    def close(self) -> None:
        if self._clients is not None:
            self._clients.close()

    def _server(self) -> CheckResult:
        addresses = _addresses(self._profile.servers)
        answering = [each for each in addresses if _answers(each)]
        if not answering:
            raise _Failed(
                CheckResult(
                    CheckStep.SERVER,
                    CheckState.FAILED,
                    text("No server answers at {servers}", servers=self._profile.servers),
                    text("Check the address, or whether you need the company network (VPN)."),
                )
            )
        return CheckResult(
            CheckStep.SERVER,
            CheckState.PASSED,
            text("Server found"),
            text_n(
                len(addresses),
                "{found} of {n} address answers",
                "{found} of {n} addresses answer",
                found=len(answering),
            ),
        )

    def _secure(self) -> CheckResult:
        address = next(each for each in _addresses(self._profile.servers) if _answers(each))
        try:
            certificate_words.look_at_own(self._profile, self._secrets.key_password)
            until = certificate_words.server_certificate_until(address, self._profile)
        except NotSecure as found:
            result = CheckResult(
                CheckStep.SECURE, CheckState.FAILED, found.title, found.advice, details=found.details
            )
            raise _Failed(result) from found
        detail = None
        if until is not None:
            detail = text("The certificate is valid until {day}", day=certificate_words.day(until))
        return CheckResult(CheckStep.SECURE, CheckState.PASSED, text("Secure connection"), detail)

    def _signed_in(self) -> CheckResult:
        if self._profile.signs_in and self._profile.mechanism is Mechanism.OAUTHBEARER:
            self._ask_for_token()
        try:
            refusals.meet(self._settings, self._stopped)
        except UserFacingError as error:
            step = {ErrorCode.SECURE_CONNECTION: CheckStep.SECURE, ErrorCode.NO_CONNECTION: CheckStep.SERVER}
            title = error.happened
            if error.code is ErrorCode.SIGN_IN:
                title = text("Sign-in was refused")
            result = CheckResult(
                step.get(error.code, CheckStep.SIGN_IN),
                CheckState.FAILED,
                title,
                _both(error.more, error.advice),
                details=error.details,
            )
            raise _Failed(result) from error
        if not self._profile.signs_in:
            return CheckResult(CheckStep.SIGN_IN, CheckState.PASSED, text("Connected without sign-in"))
        if not self._profile.user:
            return CheckResult(CheckStep.SIGN_IN, CheckState.PASSED, text("Signed in"))
        return CheckResult(
            CheckStep.SIGN_IN, CheckState.PASSED, text("Signed in as {user}", user=self._profile.user)
        )

    def _ask_for_token(self) -> None:
        none = why_no_token(self._profile, self._secrets.kafka_password)
        if none is not None:
            result = CheckResult(
                CheckStep.SIGN_IN,
                CheckState.FAILED,
                text("Sign-in was refused"),
                _both(none.why, none.advice),
                details=none.details,
            )
            raise _Failed(result)

    def _described(self, step: CheckStep, topic: str) -> TopicFacts:
        assert self._clients is not None
        try:
            facts = describe(self._clients, topic)
        except KafkaException as error:
            if not refusals.is_denied(error):
                raise _Failed(self._broke(step, error)) from error
            raise _Failed(self._not_allowed(step, topic, "Describe")) from error
        if facts is None:
            raise _Failed(
                CheckResult(
                    step,
                    CheckState.FAILED,
                    text("“{topic}” does not exist", topic=topic),
                    text("Check the name of the topic."),
                )
            )
        return facts

    def _read(self, facts: TopicFacts, queue: Queue) -> CheckResult:
        if facts.rights is not None and AclOperation.READ not in facts.rights:
            raise _Failed(self._not_allowed(CheckStep.READ, facts.name, "Read"))
        source = KafkaSource(self._settings, queue, _NothingSeen())
        try:
            waiting, _ = source.waiting(self._stopped)
        except UserFacingError as error:
            result = CheckResult(
                CheckStep.READ, CheckState.FAILED, error.happened, error.more or error.advice, error.request
            )
            raise _Failed(result) from error
        finally:
            source.close()
        return CheckResult(
            CheckStep.READ,
            CheckState.PASSED,
            text("Reading “{topic}”", topic=facts.name),
            _waiting(waiting),
        )

    def _write(self, facts: TopicFacts, retry: TopicFacts) -> CheckResult:
        for each in (facts, retry):
            if each.rights is not None and AclOperation.WRITE not in each.rights:
                raise _Failed(self._not_allowed(CheckStep.WRITE, each.name, "Write"))
        return CheckResult(
            CheckStep.WRITE,
            CheckState.PASSED,
            text("Writing to “{topic}”", topic=retry.name),
            text("allowed (nothing was written)"),
        )

    def _commits(self, facts: TopicFacts, queue: Queue) -> CheckResult:
        assert self._clients is not None
        for group in (queue.group, transactional_id(queue.queue_topic)):
            self._see_decisions(self._clients.consumer(group), facts, queue, group)
        denied = list(preflight.transaction_findings(self._clients, queue, self._user()))
        if denied:
            finding = denied[0]
            raise _Failed(
                CheckResult(
                    CheckStep.COMMIT,
                    CheckState.FAILED,
                    text("This account may not commit all-or-nothing"),
                    text("Without it the program only shows the queue."),
                    request=finding.request,
                    details=transactional_id(queue.queue_topic),
                )
            )
        return CheckResult(
            CheckStep.COMMIT, CheckState.PASSED, text("All-or-nothing commits"), text("allowed")
        )

    def _see_decisions(self, consumer: Consumer, facts: TopicFacts, queue: Queue, group: str) -> None:
        """Fail where this account has no right on a group; where a transaction is open it has one."""
        try:
            with naming(group):
                read_stable(consumer, facts.name, facts.partitions[:1], _GROUP_S)
        except GroupDenied as error:
            result = CheckResult(
                CheckStep.COMMIT,
                CheckState.FAILED,
                text("This account may not see what was decided"),
                text(
                    "It has no permission on the group “{group}”. Without it the program only shows "
                    "the queue.",
                    group=group,
                ),
                request=preflight.groups_request(queue, self._user()),
            )
            raise _Failed(result) from error
        except KafkaException as error:
            if not is_unstable(error):
                raise _Failed(self._broke(CheckStep.COMMIT, error)) from error

    def _discards(self, facts: TopicFacts, retry: TopicFacts | None) -> CheckResult:
        assert self._clients is not None
        try:
            policy = limits_of(self._clients, facts, retry).queue_policy
        except KafkaException as error:
            raise _Failed(self._broke(CheckStep.DISCARDS, error)) from error
        title = text("How discards work here")
        if policy.compacts:
            return CheckResult(CheckStep.DISCARDS, CheckState.PASSED, title, text("Removed by key"))
        if policy is CleanupPolicy.DELETE:
            detail = text("Discards are marked as done; the stored copies expire by themselves.")
        else:
            detail = text("This account may not see it: discards are marked as done.")
        return CheckResult(CheckStep.DISCARDS, CheckState.INFO, title, detail)

    def _user(self) -> str:
        return self._profile.user or "ANONYMOUS"

    def _not_allowed(self, step: CheckStep, topic: str, operation: str) -> CheckResult:
        reading = step is CheckStep.READ
        title = text("Reading “{topic}” is not allowed", topic=topic)
        return CheckResult(
            step,
            CheckState.FAILED,
            title if reading else text("Writing to “{topic}” is not allowed", topic=topic),
            text(
                "You are signed in, but this account has no permission for this topic. Ask your Kafka "
                "administrator for it. The request says exactly what is missing."
            ),
            request=preflight.acl_request(
                self._user(), [("--topic", topic, operation), ("--topic", topic, "Describe")]
            ),
        )

    def _broke(self, step: CheckStep, error: KafkaException) -> CheckResult:
        return CheckResult(
            step,
            CheckState.FAILED,
            text("The server does not answer any more"),
            text("Try again in a moment."),
            details=str(error),
        )


def _waiting(upper_bound: int) -> Text:
    if not upper_bound:
        return text("Nothing is waiting")
    return text_n(upper_bound, "Up to {n} record waiting", "Up to {n} records waiting")


def _addresses(servers: str) -> list[tuple[str, int]]:
    found = []
    for each in servers.split(","):
        host, _, port = each.strip().rpartition(":")
        if port.isdigit():
            found.append((host.strip("[]"), int(port)))
    return found


def _answers(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, _CONNECT_S).close()
    except OSError:
        return False
    return True


def _both(why: Text | None, advice: Text) -> Text:
    return advice if why is None else text("{why} {advice}", why=why, advice=advice)
