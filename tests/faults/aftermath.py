"""What a fault left on the broker, and whether the next start finishes what was begun."""

from __future__ import annotations

import subprocess
from dataclasses import replace

from tests.faults.oracle import Verdict
from tests.faults.world import Applying, World

_PATIENCE_S = 240.0


def aftermath(world: World, struck: Applying) -> Verdict:
    """Judge what a program left that could not reach its broker, start it again, and judge once more.

    It may have ended "unknown", but must not have said more than was true; the next start finds out.
    """
    hangs = _ended_by_force(struck)
    claim = replace(struck.claim(), was_cut_off=True)
    # Of a commit that is not settled nobody can tell before the program has started again.
    shown = world.undecided_shown(struck.who) if claim.outcome in ("killed", "unknown") else None
    between = world.judge([claim], settled=False)
    again = world.start_apply(struck.who, struck.plan).claim()
    verdict = world.judge([claim, again])
    verdict.violations += between.violations
    verdict.wrong_claims += between.wrong_claims
    if shown is not None and {each.place for each in world.inputs} - between.decided != shown:
        verdict.wrong_claims.append("the next start shows something else as undecided")
    if "committed" != again.outcome or verdict.decided != frozenset(struck.plan):
        verdict.violations.append(
            f"the second start ended {again.outcome} with {len(verdict.decided)} decided"
        )
    if hangs:
        verdict.violations.append("the program hung and had to be killed")
    verdict.violations = [f"ended {claim.outcome}: {each}" for each in verdict.violations]
    verdict.wrong_claims = [f"ended {claim.outcome}: {each}" for each in verdict.wrong_claims]
    return verdict


def _ended_by_force(struck: Applying) -> bool:
    """Wait for its end, or make one: what is left of it is judged all the same."""
    try:
        struck.process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        struck.process.kill()
        return True
    return False
