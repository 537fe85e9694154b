"""Each rule of the commit protocol, by the fault that does harm as soon as it is switched off.

Every scenario runs twice: with all rules it must end as promised, without the one rule the oracle (or
the comparison of what was claimed with what is) must name the harm.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from tests.cluster.markers import all_written
from tests.cluster.proxy import Api, Cut, Delay, Hold, Pretend, Proxy, Rule, Way
from tests.cluster.running import Cluster
from tests.faults.conftest import scaled, seeded
from tests.faults.lanes import Lanes, lanes
from tests.faults.oracle import Claim, Verdict, held_records
from tests.faults.rules import RULES
from tests.faults.test_foreign_transactions import foreign_transaction
from tests.faults.world import Applying, World

Decided = dict[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a scenario is played with; ``without`` names the rule that is switched off, or none."""

    cluster: Cluster
    folder: Path
    seed: int
    without: str
    own: Callable[[], Lanes]  # a broker of this case's own behind a proxy, started when first asked for

    def world(self, *, partitions: int = 1, records: int = 6, keys: int = 18) -> World:
        """A queue, not made yet."""
        return World(
            *(self.cluster.bootstrap, self.folder, self.seed),
            partitions=partitions,
            records=records,
            keys=keys,
        )

    def start(self, world: World, who: str, plan: Decided, fault: str = "", **options: object) -> Applying:
        """A program that keeps all rules but one."""
        return world.start_actor(who, plan, fault, without=self.without, **options)


def _all(world: World, decision: str) -> Decided:
    return {each.place: decision for each in world.inputs}


def _until(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not fact():
        assert time.monotonic() < deadline, "the fact waited for did not come about"
        time.sleep(0.05)


def _told(applying: Applying) -> dict[str, object]:
    lines = [line for line in applying.said if line.startswith("{")]
    told: dict[str, object] = json.loads(lines[-1])
    return told


def _ended(applying: Applying, verdict: Verdict, claim: Claim, outcome: str) -> None:
    if claim.outcome != outcome:
        verdict.violations.append(f"ended {claim.outcome} instead of {outcome}: {_told(applying)['details']}")


def _paused_between_load_and_commit(scene: Scene) -> Verdict:
    """Two programs decide the same records; one is stopped after it read them, until the other is done."""
    world = scene.world(partitions=2, records=12)
    world.create()
    slow = scene.start(world, "slow", _all(world, "merge"), "stop:journal")
    slow.wait_until_stopped()
    fast = scene.start(world, "fast", _all(world, "merge"))
    claims = [fast.claim()]
    slow.go_on()
    claims.append(slow.claim())
    return world.judge(claims)


def _a_new_record_of_the_key_comes_in(scene: Scene) -> Verdict:
    """Another program writes a record of the same key between load and tombstone; then compaction."""
    world = scene.world(records=3, keys=1)
    world.create()
    plan = _all(world, "purge")
    desk = scene.start(world, "desk", plan, "stop:journal")
    desk.wait_until_stopped()
    _write_foreign(world, world.inputs[-1].key)
    world.read_inputs()
    desk.go_on()
    claim = desk.claim()
    verdict = world.judge([claim])
    world.compact()
    after = world.judge([claim])
    verdict.violations += after.violations
    verdict.wrong_claims += after.wrong_claims
    return verdict


def _the_group_is_refused_when_the_offsets_are_sent(scene: Scene) -> Verdict:
    """The right on the group is taken away within the transaction; a consumer reads uncommitted records."""
    world = scene.world()
    world.create()
    with _clerk(scene.cluster, world) as take_group_away:
        desk = scene.start(
            *(world, "desk", _all(world, "merge"), "stop:begin"),
            bootstrap=scene.cluster.sasl,
            user="clerk",
            password=scene.cluster.users["clerk"],
        )
        desk.wait_until_stopped()
        take_group_away()
        desk.go_on()
        claim = desk.claim()
    verdict = world.judge([claim])
    _ended(desk, verdict, claim, "not_committed")
    seen = held_records(world.bootstrap, world.retry_topic, "read_uncommitted")
    verdict.violations += [
        f"a consumer of uncommitted records gets copy {each.place} of a commit that never was"
        for each in seen
    ]
    return verdict


def _a_request_of_an_earlier_attempt_comes_late(scene: Scene) -> Verdict:
    """A copy is stuck in the network, the attempt is given up; it arrives while the next one is under way."""
    with scene.own().lane() as proxy:
        return _late(scene, proxy, scene.own().node.bootstrap)


def _late(scene: Scene, proxy: Proxy, bootstrap: str) -> Verdict:
    world = World(bootstrap, scene.folder, scene.seed, partitions=1, records=2, through=proxy.address)
    world.create({"cleanup.policy": "delete"})
    first, second = (each.place for each in world.inputs)
    given_up, plan = {first: "merge"}, {first: "purge", second: "merge"}
    ended = proxy.seen[Api.END_TXN, Way.RESPONSE]
    stuck = proxy.follow(
        Rule(Api.PRODUCE, Way.REQUEST, 1, Hold()),
        *([Rule(Api.PRODUCE, Way.REQUEST, 1, Cut())] * 1000),
    )
    desk = scene.start(
        *(world, "desk", given_up),
        then=str(world.plan_file("then", plan)),
        work_s=10,  # of which the next attempt has to wait three
    )
    _until(lambda: proxy.seen[Api.END_TXN, Way.RESPONSE] > ended)
    late = proxy.follow(Rule(Api.PRODUCE, Way.REQUEST, 1, Delay(3)))
    assert not stuck.met.is_set()
    assert late.met.wait(120)
    proxy.release()
    claim = replace(desk.claim(), plan=plan)
    verdict = world.judge([Claim("desk, at first", given_up, "not_committed"), claim], compacts=False)
    _ended(desk, verdict, claim, "committed")
    assert json.loads(desk.said[0])["outcome"] == "not_committed", desk.said
    return verdict


def _only_the_first_record_of_a_key_is_decided(scene: Scene) -> Verdict:
    """No fault at all: of two records of a key only the older one is decided; then compaction."""
    world = scene.world(records=2, keys=1)
    world.create()
    claim = scene.start(world, "desk", {world.inputs[0].place: "merge"}).claim()
    verdict = world.judge([claim])
    world.compact()
    after = world.judge([claim])
    verdict.violations += after.violations
    verdict.wrong_claims += after.wrong_claims
    return verdict


def _another_desktop_commits_before_the_outcome_is_known(scene: Scene) -> Verdict:
    """Killed right after commit_transaction; another desktop commits; the next start looks it up.

    What was decided left no other trace: discards that wait for the key's last record.
    """
    world = scene.world(records=3, keys=1)
    world.create()
    plan = {world.inputs[0].place: "purge"}
    assert scene.start(world, "killed", plan, "kill:commit").claim().outcome == "killed"
    other = scene.start(world, "other", {world.inputs[1].place: "purge"}).claim()
    again = scene.start(world, "killed", plan)
    again.claim()
    resolved = str(_told(again)["resolved"])
    decided = frozenset(plan) if resolved == "committed" else frozenset()
    return world.judge([other, Claim("killed, at its next start", plan, resolved, decided)])


def _copies_are_held_back_by_another_program(scene: Scene) -> Verdict:
    """Another program has a transaction open in the retry topic: what was committed cannot be seen yet."""
    world = scene.world()
    world.create()
    with foreign_transaction(world.bootstrap, world.retry_topic, b"key of nobody here"):
        desk = scene.start(world, "desk", _all(world, "merge"))
        claim = desk.claim()
    verdict = world.judge([claim])
    _ended(desk, verdict, claim, "committed")
    if not _told(desk)["waiting_for"]:
        verdict.wrong_claims.append("said committed, and not that its copies cannot be seen yet")
    if _told(desk)["different"]:
        verdict.wrong_claims.append(f"said that {_told(desk)['different']} equal copies differ")
    return verdict


def _the_end_of_an_acknowledged_commit_is_lost(scene: Scene) -> Verdict:
    """The cluster says yes to commit_transaction, then loses its markers, as brokers were seen to do."""
    with scene.own().lane() as proxy:
        lost = proxy.follow(Rule(Api.WRITE_TXN_MARKERS, Way.REQUEST, 1, Pretend(all_written)))
        verdict = _lost(scene, scene.own().node.bootstrap)
        assert lost.met.is_set()
        return verdict


def _lost(scene: Scene, bootstrap: str) -> Verdict:
    world = World(bootstrap, scene.folder, scene.seed, partitions=1, records=6)
    world.create()
    plan = _all(world, "merge")
    claim = scene.start(world, "desk", plan, verify_s=3).claim()
    if claim.outcome == "committed" and not held_records(bootstrap, world.retry_topic):
        return Verdict(wrong_claims=["said committed, and nobody will ever see it"])
    again = scene.start(world, "desk", plan)
    last = again.claim()
    verdict = world.judge([claim, last], patience_s=5)
    _ended(again, verdict, last, "committed")
    return verdict


def _small_batches_only(scene: Scene) -> Verdict:
    """The queue takes batches of 1,500 bytes: each tombstone fits, all at once do not.

    Copies have a second net: what is refused as a batch is sent once more one by one.
    """
    world = scene.world(records=300, keys=10_000)
    world.create()
    world.configure({"max.message.bytes": "1500"})
    desk = scene.start(world, "desk", _all(world, "purge"))
    claim = desk.claim()
    verdict = world.judge([claim])
    _ended(desk, verdict, claim, "committed")
    return verdict


@dataclass(frozen=True, slots=True)
class Case:
    """A rule, what is played with and without it, and words of the harm that must be named without it."""

    rule: str
    scenario: Callable[[Scene], Verdict]
    harm: str
    broker: Mapping[str, str] = field(default_factory=dict)  # settings of its own broker, if it has one


CASES: Final = (
    Case("stable re-read", _paused_between_load_and_commit, "merged twice"),
    Case("interleave check", _a_new_record_of_the_key_comes_in, "undecided but gone from the queue"),
    Case("offsets first", _the_group_is_refused_when_the_offsets_are_sent, "of a commit that never was"),
    Case("one producer per transaction", _a_request_of_an_earlier_attempt_comes_late, "has no copy"),
    Case("same-key rule", _only_the_first_record_of_a_key_is_decided, "undecided but gone from the queue"),
    Case("ancestor nonces", _another_desktop_commits_before_the_outcome_is_known, "yet decided"),
    Case("verify", _copies_are_held_back_by_another_program, "cannot be seen yet"),
    Case(
        "verify",
        _the_end_of_an_acknowledged_commit_is_lost,
        "nobody will ever see it",
        {"inter.broker.listener.name": "PROXY1"},
    ),
    Case("batch.size", _small_batches_only, "ended not_committed"),
)


def test_every_rule_has_a_case() -> None:
    assert set(RULES) == {case.rule for case in CASES}


@pytest.mark.parametrize(
    "number", dict.fromkeys(number for (number,) in scaled([(n,) for n in range(len(CASES))], at_least=2))
)
def test_without_one_rule_a_fault_does_harm_and_is_caught_and_with_it_does_none(
    secured: Cluster, tmp_path: Path, record_property: Callable[[str, object], None], number: int
) -> None:
    case, seed = CASES[number], seeded(8000 + number)

    with ExitStack() as stack:
        own = cache(lambda: stack.enter_context(lanes(tmp_path / "broker", 1, case.broker)))
        kept = case.scenario(Scene(secured, tmp_path, seed, "", own))
        broken = case.scenario(Scene(secured, tmp_path, seed, case.rule, own))

    fault = (case.scenario.__doc__ or "").splitlines()[0]
    with_it, found = [*kept.violations, *kept.wrong_claims], [*broken.violations, *broken.wrong_claims]
    example = next((each for each in found if case.harm in each), "nothing")
    record_property("rule", (case.rule, fault, len(with_it), len(found), example))
    assert [] == with_it
    assert any(case.harm in each for each in found), found


def _write_foreign(world: World, key: bytes | None) -> None:
    producer = Producer({"bootstrap.servers": world.bootstrap, "log_level": 0})
    value = world.queue_topic.encode() + b" another failure of this key"
    producer.produce(world.queue_topic, value, key, 0, headers=[("foreign", b"1")])
    assert producer.flush(30) == 0


@contextmanager
def _clerk(cluster: Cluster, world: World) -> Iterator[Callable[[], None]]:
    """Give the clerk what committing needs; hands out how the right on the group is taken away again."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap, "log_level": 0})
    name = f"kmp-desktop.v1.{world.queue_topic}"
    kinds, may = ResourceType, AclOperation
    rights = [
        *(
            (kinds.TOPIC, topic, what)
            for topic in (world.queue_topic, world.retry_topic)
            for what in (may.READ, may.WRITE, may.DESCRIBE, may.DESCRIBE_CONFIGS)
        ),
        (kinds.TRANSACTIONAL_ID, name, may.WRITE),
        (kinds.TRANSACTIONAL_ID, name, may.DESCRIBE),
        (kinds.GROUP, name, may.READ),
        (kinds.GROUP, world.group, may.READ),
    ]
    user, literal, allow = "User:clerk", ResourcePatternType.LITERAL, AclPermissionType.ALLOW
    for future in admin.create_acls(
        [AclBinding(kind, name, literal, user, "*", what, allow) for kind, name, what in rights]
    ).values():
        future.result(30)

    def take_away(kind: ResourceType, name: str, what: AclOperation) -> None:
        one = AclBindingFilter(kind, name, literal, user, "*", what, allow)
        for future in admin.delete_acls([one]).values():
            future.result(30)

    try:
        yield lambda: take_away(kinds.GROUP, world.group, may.READ)
    finally:
        for kind, name, what in rights:
            take_away(kind, name, what)
