"""The first screen of a back-test's page: whether the forecasts held."""

from __future__ import annotations

from dtaojax.report.document import Card, Number, number
from dtaojax.report.notes import notice_warnings
from dtaojax.report.numerals import amount, days, percent
from dtaojax.studies.backtest.result import HEADLINE_GROUP, HEADLINE_VAR, BacktestResults, Verdict


def sentence(results: BacktestResults) -> str:
    """Whether the forecasts held, in a sentence or two."""
    verdicts = results.verdicts()
    held = [verdict for verdict in verdicts if verdict.held]
    parts = [f"held {_ahead(held)}"] if held else []
    parts += [
        f"did not hold {_ahead([verdict])} ({_fault(verdict)})"
        for verdict in verdicts
        if not verdict.held
    ]
    if not parts:
        return "No mature subnet was judged."
    name = results.forecasters[0].replace("_", " ")
    return f"For mature subnets, {name} forecasts {'; '.join(parts)}."


def _ahead(verdicts: list[Verdict]) -> str:
    *first, last = [days(verdict.horizon) for verdict in verdicts]
    return f"{', '.join(first)} and {last} ahead" if first else f"{last} ahead"


def _fault(verdict: Verdict) -> str:
    faults = []
    if not verdict.covers:
        faults.append(f"95 % intervals held {percent(verdict.coverage)} of outcomes")
    if verdict.zone != "green":
        faults.append(f"the VaR 99 % has a {verdict.zone} light")
    if verdict.worse_than:
        names = " and ".join(name.replace("_", " ") for name in verdict.worse_than)
        faults.append(f"{names} scored no worse")
    return ", ".join(faults)


def cards(results: BacktestResults) -> list[Card]:
    """One for each horizon: coverage, exceedances, and scores against the others."""
    first = results.forecasters[0]
    cards = []
    for verdict in results.verdicts():
        where = {"forecaster": first, "horizon": verdict.horizon, "group": HEADLINE_GROUP}
        exceeded = results.pick("exceedances", **where)
        tail = exceeded.iloc[(exceeded["level"] - HEADLINE_VAR).abs().argmin()]
        rate = number(tail["rate"], tail["rate_error"], 100.0, " %")
        points = [
            f"Losses above the VaR {100 * tail['level']:g} %: {_with_error(rate)} of "
            f"{amount(int(tail['forecasts']))} forecasts, where {100 * (1 - tail['level']):g} % "
            f"were promised; traffic light {tail['zone']}."
        ]
        if len(results.forecasters) > 1:
            for _, row in results.pick("skill", **where).iterrows():
                skill = number(row["skill"], row["skill_error"], 100.0, " %")
                word = "lower" if row["skill"] > 0.0 else "higher"
                points.append(
                    f"CRPS {_with_error(skill).lstrip('−')} {word} than that of "
                    f"{row['against'].replace('_', ' ')}."
                )
        cards.append(
            Card(
                f"{days(verdict.horizon).capitalize()} ahead, mature subnets",
                "of outcomes lay in the 95 % interval"
                + ("" if verdict.covers else ", outside 93 % to 97 %"),
                number(verdict.coverage, verdict.coverage_error, 100.0, " %"),
                points,
            )
        )
    return cards


def _with_error(found: Number) -> str:
    """A number and its error in running text; without one where no error is known."""
    return f"{found.text} ± {found.error}" if found.error else found.text


def warnings(results: BacktestResults) -> list[str]:
    """What a reader must know before using a number."""
    found = []
    for row in results.tables["counts"].to_dict("records"):
        if row["ended"]:
            found.append(
                f"{amount(row['ended'])} forecasts {days(row['horizon'])} ahead have no outcome, "
                "because the subnet was replaced or dissolved first. What its holders got is not "
                "in a price history, so these are in no figure, and losses are understated."
            )
    return found + notice_warnings(results.notices)
