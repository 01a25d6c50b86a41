"""One gate at work: rows and models in, facts and a verdict out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mlctl.actions import guards
from mlctl.actions.contenders import Challenger, Contender, champion_answers
from mlctl.actions.first import first_facts
from mlctl.actions.gate_result import GateResult, question_of
from mlctl.actions.gate_rows import GateRows
from mlctl.actions.looks import look_number
from mlctl.actions.measure import Measured, measure
from mlctl.actions.reasons import reasons_for
from mlctl.domain import spending
from mlctl.domain.choice import BOUNDED_TOLERANCE
from mlctl.domain.gate import Facts, FirstFacts, Guard, Rules, Verdict, amount, judge, judge_first
from mlctl.domain.metrics import Metric
from mlctl.domain.records import Experiment
from mlctl.params.model import Promote
from mlctl.stats.paired import Answers
from mlctl.store.store import Store


@dataclass(frozen=True, slots=True)
class Judging:
    """One gate: what it works with."""

    store: Store
    ours: Challenger
    rival: Contender | None
    rows: GateRows
    asked: Promote
    metric: Metric
    now: datetime
    error_rate: float | None
    rounds_per_year: float | None
    seed: int

    def against(self, rival: Contender) -> GateResult:
        """Judge a challenger against the champion."""
        store, ours, positions = self.store, self.ours, self.rows.positions
        dummy = guards.dummy_answers(store, ours, positions)
        theirs = champion_answers(rival, positions)
        units = self._rules(dummy)
        look, rate = self._look(units, rival.experiment.model_version_id)
        found = measure(
            ours,
            rival,
            self.rows,
            metric=self.metric,
            rules=units,
            error_rate=rate,
            others=(theirs, dummy),
            asked=self.asked,
            seed=self.seed,
        )
        schema, warnings = guards.schema_guard(store, ours, rival.experiment, self.now)
        facts = replace(
            found.facts,
            look=look,
            guards=(*self._guards(found), *([schema] if schema else ())),
            reasons_for=reasons_for(store, ours, rival),
        )
        until = (
            {"challenger": str(ours.until), "champion": str(rival.until)} if ours.until is not None else {}
        )
        said = (*found.warnings, *warnings)
        return self._result(judge(facts, units), facts, units, rival.experiment, look, until, said)

    def first(self) -> GateResult:
        """Judge the first champion of a model: it has to beat the dummy."""
        ours = self.ours
        dummy = guards.dummy_answers(self.store, ours, self.rows.positions)
        units = self._rules(dummy)
        look, rate = self._look(units, None)
        facts, scores = first_facts(self.store, ours, self.rows, dummy, rate, self.seed)
        facts = replace(facts, guards=self._costs(scores))
        until = {"challenger": str(ours.until)} if ours.until is not None else {}
        return self._result(judge_first(facts), facts, units, None, look, until, ())

    def _rules(self, dummy: Answers) -> Rules:
        """Return what is asked for in the metric's units: of an error, shares of the dummy's."""
        truth = self.ours.problem.target[self.rows.positions]
        floor = None
        if not self.metric.bounded and len(truth):
            floor = guards.scores_of(self.ours, truth, dummy).get(self.metric.name)
        name, asked = self.metric.name, self.asked
        return Rules(
            asked.mode,
            amount(name, asked.min_gain, floor),
            amount(name, asked.margin, floor),
            amount(name, BOUNDED_TOLERANCE, floor),
        )

    def _look(self, rules: Rules, champion: str | None) -> tuple[int, float]:
        """Return which look at these rows it is, and the chance of a false promotion that it may cost."""
        challenger = self.ours.experiment
        model = self.store.model(challenger.project_name, challenger.model_name)
        question = question_of(challenger.model_version_id, champion, self.metric.name, rules)
        look = look_number(self.store.events(model), self.rows.holdout, question)
        if self.error_rate is not None:
            return look, self.error_rate
        if self.rounds_per_year is None:
            return look, spending.by_hand(look)
        return look, spending.scheduled(self.rounds_per_year, look)

    def _guards(self, found: Measured) -> tuple[Guard, ...]:
        lead = [guards.dummy_guard(*found.lead)] if found.lead else []
        return (*lead, *self._costs(found.scores))

    def _costs(self, scores: Mapping[str, float]) -> tuple[Guard, ...]:
        limits = self.ours.record.parameters.limits
        return (
            *guards.threshold_guards(self.asked, scores),
            *guards.cost_guards(self.ours.experiment, limits.latency_ms, limits.size_mb),
        )

    def _result(
        self,
        verdict: Verdict,
        facts: Facts | FirstFacts,
        rules: Rules,
        champion: Experiment | None,
        look: int,
        until: Mapping[str, str],
        warnings: tuple[str, ...],
    ) -> GateResult:
        return GateResult(
            verdict=verdict,
            facts=facts,
            metric=self.metric.name,
            rules=rules,
            challenger=self.ours.experiment,
            champion=champion,
            holdout=self.rows.holdout,
            look=look,
            until=until,
            warnings=warnings,
        )
