"""The view of a holder: what can be lost, what selling brings, which position does it, how long."""

from __future__ import annotations

import math
from typing import Final

from markupsafe import Markup

from dtaojax.report import display
from dtaojax.report.charts.timeline import OUTER
from dtaojax.report.numerals import days, plain
from dtaojax.results.contract import ResultsError, why_withheld
from dtaojax.results.read import Evidence
from dtaojax.studies.run.page.answer import Card, in_other_units, portfolio
from dtaojax.studies.run.page.phrases import number, with_interval
from dtaojax.studies.run.page.portfolio import last_day, value_now
from dtaojax.studies.run.page.views.parts import View

_LOSS: Final = "loss_realizable"
_CONFIDENCE: Final = 0.95
_MAX_NAMES: Final = 5


def view(evidence: Evidence) -> View:
    """The view.

    Raises:
        ResultsError: nothing is held.
    """
    sentence = answer(evidence)
    if sentence is None:
        raise ResultsError(
            "audience 'holder': the run holds nothing; add a [portfolio] to its config, run it "
            "again, or choose another audience"
        )
    return View(
        audience="for holders",
        question=(
            f"Over the next {days(last_day(evidence, _LOSS))}, what could this portfolio lose, "
            "what does selling it bring, which positions carry the risk, and how long does leaving "
            "take?"
        ),
        sentences=[sentence],
        cards=[portfolio(evidence), _worth(evidence), _contributions(evidence), _exit(evidence)],
        order=("portfolio", "prices", "gate", "concentration", "cohorts"),
        headline="Portfolio",
    )


def answer(evidence: Evidence) -> Markup | None:
    """What is lost with a probability of 5 %, and what that is of today's worth."""
    table, day = evidence.portfolio, last_day(evidence, _LOSS)
    loss = table.get(_LOSS, day, "var", _CONFIDENCE) if table else None
    if loss is None:
        return None
    worth = value_now(evidence, "realizable")
    if math.isnan(loss.value):
        return Markup(
            "So few paths cannot tell what the portfolio loses with a probability of 5 %: "
            "VaR 95 % {}."
        ).format(why_withheld("var", _CONFIDENCE))
    if loss.value >= 0.0:
        lead, shown = "With a probability of 5 % the portfolio loses more than {}", loss
    else:
        lead = "With a probability of 95 % the portfolio gains more than {}"
        shown = loss._replace(value=-loss.value, ci_low=-loss.ci_high, ci_high=-loss.ci_low)
    text = Markup(lead).format(with_interval(_LOSS, shown, "TAO"))
    text += Markup(" in {}, if each position is sold through its pool").format(days(day))
    if worth:
        text += Markup("; today that would bring <b>{}</b> TAO").format(plain(worth, 4))
    return text + in_other_units(evidence, shown, day, "var", _CONFIDENCE) + "."


def _worth(evidence: Evidence) -> Card | None:
    table, quantity = evidence.portfolio, "value_realizable"
    day = last_day(evidence, _LOSS)
    then = table.get(quantity, day) if table else None
    if table is None or then is None:
        return None
    points = []
    now = {kind: value_now(evidence, kind) for kind in ("spot", "realizable")}
    if now["spot"] and now["realizable"]:
        cost = 100.0 * (1.0 - now["realizable"] / now["spot"])
        points.append(
            Markup("<b>Today:</b> {} TAO, {} % less than at spot prices ({} TAO).").format(
                plain(now["realizable"], 4), plain(cost, 2), plain(now["spot"], 4)
            )
        )
    spot = table.get("value_spot", day)
    if spot:
        points.append(
            Markup("<b>At spot prices then:</b> {} TAO in the mean.").format(
                number("value_spot", spot)
            )
        )
    ends = display.quantiles(quantity, table.quantiles(quantity, day, OUTER))
    return Card(
        "What does selling it bring?",
        number(quantity, then),
        Markup("TAO in the mean after {}, each position sold through its pool").format(days(day)),
        "90 % of paths: " + " to ".join(ends.values()) + " TAO" if ends else "",
        tuple(points),
    )


def _contributions(evidence: Evidence) -> Card | None:
    table, day = evidence.portfolio, last_day(evidence, _LOSS)
    whole = table.get(_LOSS, day, "es", _CONFIDENCE) if table else None
    if table is None or whole is None:
        return None
    if math.isnan(whole.value):
        what = Markup("to tell the expected shortfall, ES 95 %, and its parts by position")
        why = Markup(why_withheld("es", _CONFIDENCE))
        return Card("Which positions carry the risk?", why, what, "", ())
    found = {
        netuid: part
        for netuid in table.netuids()
        if (part := table.get(_LOSS, day, "es_contribution", _CONFIDENCE, netuid))
    }
    if not found:
        return None
    first = sorted(found, key=lambda netuid: (-found[netuid].value, netuid))
    points = [
        Markup("<b><bdi>{}</bdi>:</b> {} TAO.").format(
            evidence.label(netuid), number(_LOSS, found[netuid])
        )
        for netuid in first[:_MAX_NAMES]
    ]
    if len(first) > _MAX_NAMES:
        points.append(Markup("The rest is in the section on the portfolio."))
    return Card(
        "Which positions carry the risk?",
        number(_LOSS, whole),
        Markup(
            "TAO is lost on average on the worst 5 % of paths (expected shortfall, ES 95 %), of "
            "which by position"
        ),
        "",
        tuple(points),
    )


def _exit(evidence: Evidence) -> Card | None:
    table, quantity = evidence.portfolio, "exit_days"
    now = table.get(quantity, 0.0) if table else None
    day = last_day(evidence, quantity)
    then = table.get(quantity, day) if table else None
    if table is None or now is None or then is None:
        return None
    config = evidence.part("config").get("portfolio")
    fall = config.get("exit_fall") if isinstance(config, dict) else None
    worst = table.get(quantity, day, "quantile", OUTER[1])
    points = [
        Markup(
            "Selling then lowers no pool’s price by more than {} % a day, and each pool recovers "
            "until the next."
        ).format(plain(100.0 * fall) if isinstance(fall, float) else "1")
    ]
    if worst:
        points.append(
            Markup("After {}: {} days in the mean, and more than {} on 5 % of paths.").format(
                days(day), number(quantity, then), display.written(quantity, worst)[0]
            )
        )
    slowest = {
        netuid: found.value
        for netuid in table.netuids()
        if (found := table.get(quantity, 0.0, netuid=netuid))
    }
    if slowest:
        name = max(slowest, key=lambda netuid: slowest[netuid])
        points.append(Markup("<b>Slowest today:</b> <bdi>{}</bdi>.").format(evidence.label(name)))
    return Card(
        "How long does leaving take?",
        number(quantity, now),
        Markup("days to sell everything, from today"),
        "",
        tuple(points),
    )
