"""Rolling forecasts through made-up histories: no look ahead, right counts, right verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dtaojax.history import Panel
from dtaojax.studies.backtest.prices.forecasters import (
    Fitted,
    Forecaster,
    HistoricalSimulation,
    RandomWalk,
)
from dtaojax.studies.backtest.prices.groups import (
    BASKET,
    BASKET_LABEL,
    MATURE,
    UNKNOWN,
    YOUNG,
    OutcomeGroup,
    age_class,
    age_labels,
    depth_class,
    groups,
)
from dtaojax.studies.backtest.prices.roll import TAIL_DRAWS, Outcomes, RollPlan, roll
from dtaojax.studies.backtest.prices.score_tables import (
    coverage_table,
    crps_table,
    exceedance_table,
    pit_table,
    shortfall_table,
    skill_table,
)

DAYS, SERIES, SD = 150, 12, 0.05
BASELINES: tuple[Forecaster, ...] = (RandomWalk(), HistoricalSimulation())
PLAN = RollPlan(
    origins=tuple(range(60, 140)),
    horizons=(1, 7),
    paths=200,
    seed=3,
    refit_days=28,
    var_levels=(0.95, 0.99),
    mature_days=30.0,
)


def made_up(days: int = DAYS, series: int = SERIES, seed: int = 0) -> Panel:
    """Independent normal walks; the last series is young, born on day 70."""
    walk = np.cumsum(SD * np.random.default_rng(seed).normal(size=(days, series)), axis=0)
    close = 0.02 * np.exp(walk)
    age = np.arange(days)[:, None] + 100.0 + np.zeros(series)
    close[:70, -1], age[:, -1] = np.nan, np.arange(days) - 70.0
    age[:70, -1] = np.nan
    return Panel(
        source="made up",
        dates=np.datetime64("2025-05-01") + np.arange(days),
        netuid=np.arange(1, series + 1),
        close=close,
        tao_in=np.full_like(close, np.nan),
        age=age,
    )


@pytest.fixture(scope="module")
def rolled() -> Outcomes:
    return roll(made_up(), BASELINES, PLAN)


@pytest.fixture(scope="module")
def found(rolled: Outcomes) -> list[OutcomeGroup]:
    return list(groups(rolled.table, 30.0, ["low", "middle", "high"]))


@dataclass(frozen=True)
class Spy:
    """Remembers the histories that it is shown, and forecasts nothing but the truth's law."""

    seen: list[tuple[str, Panel]]
    name: str = "spy"

    def fit(self, history: Panel) -> Fitted:
        self.seen.append(("fit", history))
        return self

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> NDArray[np.float64]:
        self.seen.append(("forecast", history))
        rng = np.random.default_rng(seed)
        scale = SD * np.sqrt(horizons)[:, None, None]
        return scale * rng.normal(size=(len(horizons), history.n_series, paths))


def test_forecasters_see_nothing_after_the_origin() -> None:
    spy = Spy([])
    panel = made_up()
    roll(panel, [spy], PLAN)
    shown = [history for what, history in spy.seen if what == "forecast"]
    assert [history.n_days - 1 for history in shown] == list(PLAN.origins)
    assert [history.n_series for history in shown] == [11] * 10 + [12] * 70
    fits = [history.n_days - 1 for what, history in spy.seen if what == "fit"]
    assert fits == [60, 88, 116]


@pytest.mark.parametrize("forecaster", BASELINES, ids=lambda forecaster: forecaster.name)
def test_forecasts_do_not_change_when_the_future_does(forecaster: Forecaster) -> None:
    panel, origin = made_up(), 90
    future = panel.close.copy()
    future[origin + 1 :] *= np.random.default_rng(1).uniform(0.1, 10.0, size=(DAYS - 91, SERIES))
    other = replace(panel, close=future)
    first, second = (
        forecaster.fit(known).forecast(known, (1, 7), 50, 9)
        for known in (panel.until(origin), other.until(origin))
    )
    assert np.array_equal(first, second)
    third = forecaster.fit(panel.until(91)).forecast(panel.until(91), (1, 7), 50, 9)
    assert not np.array_equal(first, third)


def test_same_seed_same_outcomes_and_other_forecasters_do_not_matter(rolled: Outcomes) -> None:
    short = replace(PLAN, origins=PLAN.origins[:3])
    both, alone = roll(made_up(), BASELINES, short), roll(made_up(), BASELINES[1:], short)
    mine = both.table[both.table.forecaster == "historical"].reset_index(drop=True)
    assert mine.equals(alone.table)
    earlier = rolled.table[rolled.table.day <= short.origins[-1]].reset_index(drop=True)
    assert both.table.equals(earlier)


def test_every_quoted_series_is_judged_or_counted(rolled: Outcomes) -> None:
    counts = rolled.counts.set_index("horizon")
    asked = 11 * 80 + 70
    assert counts.asked.tolist() == [asked, asked]
    # The young series has too few returns on days 70 to 74.
    assert counts.no_forecast.tolist() == [5, 5]
    assert (counts.no_forecast + counts.no_day + counts.ended + counts.judged == asked).all()
    judged = rolled.table[rolled.table.series != BASKET].groupby(["forecaster", "horizon"]).size()
    assert judged["random_walk"].tolist() == counts.judged.tolist()
    assert judged["historical"].tolist() == counts.judged.tolist()


def test_replaced_subnets_and_missing_days_are_told_apart() -> None:
    panel = made_up()
    close = panel.close.copy()
    close[64:, 2] = np.nan
    close[66] = np.nan
    plan = replace(PLAN, origins=(61, 63), horizons=(3,))
    counts = roll(replace(panel, close=close), BASELINES, plan).counts.iloc[0]
    # From 61 the netuid of series 2 is gone by 64; from 63 the day 66 is missing for all.
    assert (counts.ended, counts.no_day, counts.judged) == (1, 11, 10)


def test_a_basket_is_the_mean_of_what_its_mature_subnets_become(rolled: Outcomes) -> None:
    rows = rolled.table.query("forecaster == 'random_walk' and horizon == 7 and day == 120")
    mature = rows[(rows.series != BASKET) & (rows.age >= 30.0)]
    basket = rows[rows.series == BASKET].iloc[0]
    assert len(mature) == 12
    assert basket.outcome == pytest.approx(np.log(np.exp(mature.outcome).mean()))


def test_random_walk_has_the_volatility_of_its_window() -> None:
    panel = made_up()
    forecast = RandomWalk(window=20).forecast(panel, (1, 4), 20_000, 1)
    mean_square = np.mean(panel.log_returns()[-20:] ** 2, axis=0)
    # 20,000 draws: 0.5 % a standard deviation.
    assert np.allclose(forecast[0].std(axis=1), np.sqrt(mean_square), rtol=0.025)
    assert np.allclose(forecast[1].std(axis=1), 2.0 * np.sqrt(mean_square), rtol=0.025)
    steps = np.corrcoef(forecast[0, 0], forecast[1, 0] - forecast[0, 0])[0, 1]
    assert abs(steps) < 0.03


def test_historical_simulation_draws_from_the_past_of_each_series() -> None:
    panel = made_up()
    forecast = HistoricalSimulation(window=40).forecast(panel, (1, 2), 5_000, 1)
    past = panel.log_returns()[-40:]
    for series in (0, 5):
        assert set(forecast[0, series]) == set(past[:, series])
        assert np.isin(
            np.round(forecast[1, series] - forecast[0, series], 12), np.round(past[:, series], 12)
        ).all()


def test_classes_of_age_and_depth() -> None:
    labels = age_labels()
    assert [labels[place] for place in age_class(np.array([0.0, 7.0, 29.9, 30.0, 500.0]))] == [
        "under 7 days", "7-14 days", "14-30 days", "30-60 days", "120 days and older"
    ]  # fmt: skip
    panel = made_up()
    mature = panel.age[-1] >= 30.0
    thirds = depth_class(panel, DAYS - 1, mature)
    assert np.bincount(thirds).tolist() == [4, 4, 4]
    assert panel.close[-1][thirds == 0].max() < panel.close[-1][thirds == 1].min()
    tao_in = panel.tao_in.copy()
    tao_in[-1] = [900.0] * 5 + [5_000.0] * 3 + [1e6] * 3 + [np.nan]
    known = depth_class(replace(panel, tao_in=tao_in), DAYS - 1, mature)
    assert known.tolist() == [0] * 5 + [1] * 3 + [2] * 3 + [UNKNOWN]


def test_right_forecasts_pass_and_too_narrow_ones_fail() -> None:
    """Twelve independent normal walks over 80 days: a forecaster who knows the law, and one who
    believes in half its volatility."""

    @dataclass(frozen=True)
    class Narrow(Spy):
        name: str = "narrow"

        def forecast(
            self, history: Panel, horizons: Sequence[int], paths: int, seed: int
        ) -> NDArray[np.float64]:
            return 0.5 * super().forecast(history, horizons, paths, seed)

    plan = replace(PLAN, paths=1_000)
    outcomes = roll(made_up(), [Spy([]), Narrow([])], plan)
    found = [
        group for group in groups(outcomes.table, 30.0, ["a", "b", "c"]) if group.label == MATURE
    ]
    daily = [group for group in found if group.horizon == 1]
    cover = coverage_table(daily, (0.95,)).set_index("forecaster").coverage
    errors = coverage_table(daily, (0.95,)).set_index("forecaster").coverage_error
    # 930 forecasts: 0.7 %.
    assert abs(cover["spy"] - 0.95) < 3.0 * errors["spy"] < 0.03
    assert cover["narrow"] == pytest.approx(0.673, abs=0.05)
    lights = exceedance_table(daily, (0.99,)).set_index("forecaster")
    assert lights.zone.to_dict() == {"spy": "green", "narrow": "red"}
    assert lights.kupiec_p_value["spy"] > 0.01 > lights.kupiec_p_value["narrow"]
    assert lights.p_value_blocks["spy"] > 0.01 > lights.p_value_blocks["narrow"]
    shortfall = shortfall_table(daily, (0.95,), outcomes.tails).set_index("forecaster")
    assert shortfall.z2_p_value["spy"] > 0.01 > shortfall.z2_p_value["narrow"]
    histogram = pit_table(daily).groupby("forecaster").p_value.first()
    assert histogram["spy"] > 0.01 > histogram["narrow"]
    skill = skill_table(found).set_index("horizon")
    assert (skill.skill > 0.0).all()
    assert skill.p_value[1] < 0.001
    assert (skill.against == "narrow").all()


def test_tables_have_a_row_for_every_group(rolled: Outcomes, found: list[OutcomeGroup]) -> None:
    labels = {(group.kind, group.label) for group in found}
    assert {("maturity", MATURE), ("maturity", YOUNG), ("basket", BASKET_LABEL)} <= labels
    assert {label for kind, label in labels if kind == "depth"} == {"low", "middle", "high"}
    assert len(coverage_table(found, (0.5, 0.95))) == 2 * len(found)
    assert len(pit_table(found)) == 20 * len(found)
    crps = crps_table(found)
    assert len(crps) == len(found)
    assert (crps.crps > 0.0).all()
    exceeded = exceedance_table(found, PLAN.var_levels)
    assert len(exceeded) == 2 * len(found)
    mature = exceeded.query("group == @MATURE and level == 0.95").set_index(
        ["forecaster", "horizon"]
    )
    # Forecasts of 7 days are tested once in 7 days.
    daily, weekly = (mature.tested["random_walk", horizon] for horizon in (1, 7))
    assert daily / 8 < weekly < daily / 6
    assert np.allclose(exceeded.expected, (1.0 - exceeded.level) * exceeded.forecasts)


def test_tails_are_losses_over_their_own_shortfall(rolled: Outcomes) -> None:
    for tails in rolled.tails.values():
        assert tails.shape == (len(rolled.table), TAIL_DRAWS)
    wide = rolled.tails[0.95][:, ::-1]
    assert np.all(np.diff(wide, axis=1) >= 0.0)
    assert np.allclose(wide.mean(axis=1), 1.0, atol=0.1)
