"""Any value of any parameter gives a finite result, or an error that names the parameter."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.fuzzing.arguments import CASES, EXPLAINED, SUBJECTS, judge

# One case of so many is tried each time; all of them where long tests are asked for.
EVERY = 20


@pytest.mark.parametrize("name", SUBJECTS)
def test_each_subject_works_with_its_own_arguments(name):
    subject = SUBJECTS[name]
    subject.use(subject.make(**subject.arguments))


def faults(cases) -> list[str]:
    outcomes = {case: judge(*case) for case in cases}
    counts = Counter(outcome.verdict for outcome in outcomes.values())
    assert counts["accepted"] > 0.05 * len(outcomes)  # or something refuses everything
    return [
        f"{name}({parameter}={strange}): {outcome.verdict} {outcome.seen[:200]}"
        for (name, parameter, strange), outcome in outcomes.items()
        if outcome.verdict not in ("accepted", "refused")
        and (name, parameter, strange) not in EXPLAINED
    ]


def test_a_sample_of_strange_values_is_accepted_or_refused_by_name():
    assert not faults(CASES[::EVERY])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(4))  # in parts, which run side by side
def test_all_strange_values_are_accepted_or_refused_by_name(first):
    assert not faults(CASES[first::4])
