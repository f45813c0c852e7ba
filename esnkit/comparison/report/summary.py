"""The sentences and short numbers of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from esnkit.comparison.records import Cell, Comparison, TaskRecord
from esnkit.comparison.report.significance import (
    LEVEL,
    Findings,
    PairedTest,
    Standing,
    findings,
    seed_scores,
)

TEST_RULE = (
    "Wins : losses on the same test data against the reference, p of Wilcoxon's signed-rank "
    f"test after Holm's correction (level {LEVEL:g}), effect as rank-biserial correlation"
)

_AHEAD = 0.1  # by which share of the score a rival must lead where there is no test
_DISSENT = 0.25  # the share of seeds from which on the verdict cannot be told


@dataclass(frozen=True)
class Judgement:
    """Whether the reference is good enough for a task.

    ``rivals`` are clearly better: by a test, or by a tenth of the score where there are too few
    pairs to test. Kin of the reference is no rival. ``naive`` is the best naive forecast.
    ``dissent`` is the share of seeds that by themselves say the opposite.
    """

    task: TaskRecord
    standing: Standing | None
    rivals: list[str]
    naive: Standing | None
    dissent: float = 0.0

    @property
    def open(self) -> bool:
        """Whether seeds disagree so much that it cannot be told."""
        return self.dissent >= _DISSENT

    @property
    def beats_naive(self) -> bool:
        """Whether the reference is better than every naive forecast."""
        if self.standing is None or self.naive is None:
            return self.standing is not None
        return self.standing.rank < self.naive.rank

    @property
    def good_enough(self) -> bool:
        """Whether it beats what is naive and is not clearly beaten."""
        return self.beats_naive and not self.rivals


def judge(comparison: Comparison, task: TaskRecord, found: Findings) -> Judgement:
    """Tell whether the reference is good enough for a task, from what was found on it."""
    judgement = _judge_once(comparison, task, found)
    seeds = comparison.protocol.seeds
    n_against = sum(_says_otherwise(comparison, judgement, seed) for seed in seeds)
    return replace(judgement, dissent=n_against / len(seeds))


def _says_otherwise(comparison: Comparison, judgement: Judgement, seed: int) -> bool:
    """Tell whether one seed by itself says the opposite of all together."""
    cells = [c for c in comparison.cells if c.seed == seed and c.task == judgement.task.name]
    protocol = replace(comparison.protocol, seeds=[seed])
    only = replace(comparison, tasks=[judgement.task], cells=cells, protocol=protocol)
    found = findings(only)[judgement.task.name]
    single = _judge_once(only, judgement.task, found)
    if judgement.good_enough:
        return not single.good_enough
    # A seed alone has fewer pairs to test: rivals known to be better must really be behind in it.
    own = single.standing
    ahead = {s.contestant for s in found.standings if own is not None and s.rank < own.rank}
    return single.beats_naive and not ahead.intersection(judgement.rivals)


def _judge_once(comparison: Comparison, task: TaskRecord, found: Findings) -> Judgement:
    reference = comparison.protocol.reference
    families = {c.name: c.family for c in comparison.contestants}
    own = next((s for s in found.standings if s.contestant == reference), None)
    rivals = [
        s.contestant
        for s in found.standings
        if own is not None
        and s.contestant != reference
        and families[s.contestant] != families[reference]
        and _clearly_better(s, own, found.tests)
    ]
    naive = next((s for s in found.standings if families[s.contestant] == "naive"), None)
    return Judgement(task, own, rivals, naive)


def _clearly_better(rival: Standing, own: Standing, tests: dict[str, PairedTest]) -> bool:
    if rival.contestant in tests:
        return tests[rival.contestant].verdict == "better"
    lead = abs(rival.median - own.median)
    return rival.rank < own.rank and lead > _AHEAD * abs(own.median)


def answer(comparison: Comparison, found: dict[str, Findings]) -> tuple[str, str]:
    """Say in two sentences whether the reference is good enough, and what it costs.

    Parameters
    ----------
    comparison : Comparison
        The results.
    found : dict of str to Findings
        What they say on each task.

    Returns
    -------
    tuple of two str
        Sentences.
    """
    judgements = [judge(comparison, task, found[task.name]) for task in comparison.tasks]
    if len(judgements) == 1:
        return _answer_on_one(comparison, judgements[0]), _cost(comparison)
    told = [j for j in judgements if not j.open]
    good = [j.task.title for j in told if j.good_enough]
    short = [f"{j.task.title} ({_reason(comparison, j)})" for j in told if not j.good_enough]
    doubtful = [f"{j.task.title} ({_votes(comparison, j)})" for j in judgements if j.open]
    first = (
        f"{_subject(comparison)} was good enough on {len(good)} of {len(judgements)} tasks, better "
        f"than any naive {_answers(comparison.tasks)} and not clearly beaten by a rival"
    )
    first += f": {listed(good)}" if good else ""
    first += f"; it fell short on {listed(short)}" if short else ""
    first += f"; it cannot be told on {listed(doubtful)}" if doubtful else ""
    return f"{first}.", _cost(comparison)


def _answer_on_one(comparison: Comparison, found: Judgement) -> str:
    subject, title = _subject(comparison), found.task.title
    if found.open:
        return (
            f"On {title}, it cannot be told whether {_lowered(subject)} is good enough: "
            f"{_votes(comparison, found)}; more seeds are needed."
        )
    if found.standing is None or not found.good_enough:
        reason = _reason(comparison, found)
        return f"On {title}, {_lowered(subject)} is not good enough: {reason}."
    score = f"its {found.task.metric} of {number(found.standing.median)}"
    if found.naive is None:
        return f"On {title}, {_lowered(subject)} is good enough: no rival clearly beats {score}."
    naive = f"{number(found.naive.median)}, {title_of(comparison, found.naive.contestant)}"
    return (
        f"On {title}, {_lowered(subject)} is good enough: {score} beats the best naive "
        f"{_answers([found.task])} ({naive}), and no rival is clearly better."
    )


def _answers(tasks: Sequence[TaskRecord]) -> str:
    """Return what contestants give, in a word."""
    return "forecast" if any(task.horizon for task in tasks) else "answer"


def _votes(comparison: Comparison, found: Judgement) -> str:
    """Say how many seeds take the reference for good enough, and how its score spreads."""
    n_seeds = len(comparison.protocol.seeds)
    n_against = round(found.dissent * n_seeds)
    n_yes = n_seeds - n_against if found.good_enough else n_against
    text = f"{n_yes} of {n_seeds} seeds say{'s' if n_yes == 1 else ''} yes"
    scores = seed_scores(comparison, found.task.name, comparison.protocol.reference)
    if not len(scores):
        return text
    spread = f"{number(float(scores.min()))} to {number(float(scores.max()))}"
    return f"{text}, with a {found.task.metric} of {spread}"


def _reason(comparison: Comparison, found: Judgement) -> str:
    """Say why the reference is not good enough."""
    if found.standing is None:
        return "it gave no result"
    if not found.beats_naive:
        assert found.naive is not None
        return f"no better than {title_of(comparison, found.naive.contestant)}"
    names = [title_of(comparison, name) for name in found.rivals]
    return f"{listed(names)} {'was' if len(names) == 1 else 'were'} clearly better"


def _cost(comparison: Comparison) -> str:
    """Say what tuning and fitting took, beside the cheapest and the dearest that are tuned."""
    reference = comparison.protocol.reference
    costs = {
        c.name: float(np.median(spent))
        for c in comparison.contestants
        if (spent := [seconds_spent(cell) for cell in _done(comparison, c.name)])
        and (c.space or c.name == reference)
    }
    if reference not in costs:
        return "What it costs cannot be told, as it gave no result."
    own = costs.pop(reference)
    sentence = f"Tuning and fitting it took {seconds(own)} for a task in the median"
    if not costs:
        return f"{sentence}."
    ends = sorted(costs, key=costs.__getitem__)
    ends = ends[:1] if len(ends) == 1 else [ends[0], ends[-1]]
    others = [f"{seconds(costs[name])} for {title_of(comparison, name)}" for name in ends]
    return f"{sentence}, against {listed(others)}."


def seconds_spent(cell: Cell) -> float:
    """Return the seconds that a cell spent on searching and the last fit, compiling apart."""
    return cell.search_seconds + (cell.fit_seconds or 0.0)


def _done(comparison: Comparison, contestant: str) -> list[Cell]:
    return [c for c in comparison.cells if c.contestant == contestant and c.status == "done"]


def _subject(comparison: Comparison) -> str:
    reference = comparison.protocol.reference
    return "An echo state network" if reference == "esn" else title_of(comparison, reference)


def _lowered(subject: str) -> str:
    return "an" + subject[2:] if subject.startswith("An ") else subject


def title_of(comparison: Comparison, contestant: str) -> str:
    """Return how a contestant is called in texts."""
    titles = {c.name: c.title for c in comparison.contestants}
    return titles.get(contestant, contestant)


def against_reference(test: PairedTest) -> str:
    """Say what a paired test found."""
    p = "p < 0.001" if test.p < 0.001 else f"p = {test.p:.2g}"
    even = f"{test.wins} : {test.losses}"
    return f"{even}, {p}, effect {test.effect:+.2f}".replace("-", "−")


def listed(items: Sequence[str]) -> str:
    """Join items as a sentence does.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def number(value: float | None) -> str:
    """Write a number with three digits that count.

    Examples
    --------
    >>> [number(x) for x in (0.0, 0.012345, 1.5, 12345.6, 3.2e-7, None)]
    ['0', '0.0123', '1.50', '12 346', '3.20e−7', '–']
    """
    if value is None or not np.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1e-3 or size >= 1e6:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    digits = max(0, 2 - int(np.floor(np.log10(size))))
    return f"{value:,.{digits}f}".replace(",", " ").replace("-", "−")


def seconds(value: float | None) -> str:
    """Write a time.

    Examples
    --------
    >>> [seconds(s) for s in (2e-5, 0.0123, 1.234, 75.0, None)]
    ['20 µs', '12 ms', '1.2 s', '1.2 min', '–']
    """
    if value is None:
        return "–"
    for limit, unit, name in ((1e-3, 1e-6, "µs"), (1.0, 1e-3, "ms"), (60.0, 1.0, "s")):
        if value < limit:
            scaled = value / unit
            return f"{scaled:.1f} {name}" if scaled < 10 else f"{scaled:.0f} {name}"
    return f"{value / 60:.1f} min"


def megabytes(value: int | None) -> str:
    """Write a size in bytes.

    Examples
    --------
    >>> megabytes(12_345_678)
    '12 MB'
    """
    return "–" if value is None else f"{value / 1e6:.0f} MB" if value >= 1e6 else "< 1 MB"
