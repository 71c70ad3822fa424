"""``dtaojax calibrate``: what it writes, and what it refuses."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser import Chromium, complaints
from made_panel import known_fit, simulated
from places import ROOT

from dtaojax.calibration import NotConvergedError
from dtaojax.calibration.goodness import compare, resampled
from dtaojax.calibration.model import PRIOR, Parameters
from dtaojax.calibration.moments import LOOSEST, bounded, largest_sd
from dtaojax.calibration.observations import observe
from dtaojax.calibration.panel_statistics import NAMES, figures
from dtaojax.config.load import load_config
from dtaojax.demand.stochastic_variance.config import StochasticVarianceFlowConfig
from dtaojax.history import HistoryError, Panel
from dtaojax.studies.calibrate import calibrate
from dtaojax.studies.calibrate.calibrate import Request, run_calibration
from dtaojax.studies.calibrate.simulated_history import start_days

SERIES = 24
DAYS = 40


def written(panel: Panel, path: Path, factor: float = 1.0) -> Path:
    """A panel as a CSV file, prices multiplied by a factor."""
    day, series = np.nonzero(np.isfinite(panel.close))
    table = pd.DataFrame(
        {
            "date": panel.dates[day].astype(str),
            "netuid": panel.netuid[series],
            "close": factor * panel.close[day, series],
            "tao_in": panel.tao_in[day, series],
            "days_since_start": panel.age[day, series],
        }
    )
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def history() -> Panel:
    return simulated(11, DAYS, SERIES)


def refused(panel: Panel, folder: Path, factor: float = 1.0) -> str:
    """The message; nothing may be written."""
    out = folder / "demand.toml"
    with pytest.raises(HistoryError) as caught:
        run_calibration(Request(written(panel, folder / "history.csv", factor), out))
    assert sorted(file.name for file in folder.iterdir()) == ["history.csv"]
    return str(caught.value)


def test_a_history_of_one_subnet_is_refused(history: Panel, tmp_path: Path) -> None:
    first = history.close.copy()
    first[:, 1:] = np.nan
    text = refused(dataclasses.replace(history, close=first), tmp_path)
    assert "daily flows of 1 subnets" in text


def test_prices_that_stand_still_are_refused_by_netuid_and_days(
    history: Panel, tmp_path: Path
) -> None:
    still = dataclasses.replace(history, close=np.full_like(history.close, 0.01))
    text = refused(still, tmp_path)
    assert "daily flows of 0 subnets" in text
    assert "netuid 1: close stands still on 39 days from 2026-01-02 to 2026-02-09" in text


def test_prices_in_rao_are_refused(history: Panel, tmp_path: Path) -> None:
    assert "this looks like rao" in refused(history, tmp_path, factor=1e9)


def test_a_fit_that_does_not_converge_writes_nothing(
    history: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(panel: Panel) -> None:
        raise NotConvergedError("the search broke off after 3 steps")

    monkeypatch.setattr(calibrate, "fit", lost)
    text = refused(history, tmp_path)
    assert "did not converge: the search broke off after 3 steps. Nothing was written" in text


def test_a_range_without_prices_is_refused(history: Panel) -> None:
    with pytest.raises(HistoryError, match="no price from 2027-01-01"):
        history.between("2027-01-01", None)
    with pytest.raises(HistoryError, match="is no date"):
        history.between("soon", None)
    assert history.between("2026-01-03", "2026-01-05").n_days == 3


def test_a_calibration_leaves_a_file_that_configs_include(
    history: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chromium: Chromium
) -> None:
    monkeypatch.setattr(calibrate, "fit", known_fit)
    monkeypatch.setattr(calibrate, "_HISTORIES", 8)
    out = tmp_path / "flow.toml"
    found = run_calibration(Request(written(history, tmp_path / "history.csv"), out))
    main = tmp_path / "main.toml"
    main.write_text('demand = [{ include = "flow.toml" }]')
    flow = load_config(main).demand[0]
    assert flow.process == "stochastic_variance_flow"
    assert (flow.max_sd, flow.common_share) == (0.2, 0.1)
    assert flow.scale_at_1000_tao == pytest.approx(0.01)
    assert sorted(flow.level.now) == list(range(1, SERIES + 1))
    text = out.read_text()
    assert "#   dtaojax calibrate history.csv --out" in text
    assert "scale_at_1000_tao = 0.01  # ± 0.001" in text
    page = found.page.read_text()
    assert page.count("<svg") == 6
    assert "mean pairwise correlation" in page
    assert complaints(chromium, found.page) == []


def test_missing_days_cost_the_flows_that_touch_them(history: Panel) -> None:
    gap = history.close.copy()
    gap[10:13] = np.nan
    seen = observe(dataclasses.replace(history, close=gap), 30.0)
    assert not seen.seen[10:14].any()
    assert seen.seen[1:10].all()
    assert seen.seen[14:].all()


def test_a_new_life_of_a_netuid_has_flows_of_its_own(history: Panel, tmp_path: Path) -> None:
    from dtaojax.history import read_panel

    age = history.age.copy()
    age[20:, 0] = 100.0 + np.arange(DAYS - 20)
    close = history.close.copy()
    close[20:, 0] *= 50.0
    again = dataclasses.replace(history, age=age, close=close)
    panel = read_panel(written(again, tmp_path / "history.csv"))
    assert panel.n_series == SERIES + 1
    seen = observe(panel, 30.0)
    assert np.abs(seen.flow).max() < 0.5 * np.log(50.0)


def test_bootstrap_errors_are_those_of_independent_returns() -> None:
    """Of the mean square of 120 x 30 normal returns: sqrt(2/3600), less a sixth for six blocks.

    Averaged over 60 panels, each of which tells the variance to about half of itself.
    """
    rng = np.random.default_rng(5)

    def of(panel: np.ndarray) -> np.ndarray:
        return np.array([np.nanmean(panel**2)])

    panels = [rng.normal(size=(120, 30)) for _ in range(60)]
    drawn = [resampled(panel, of, 50, 1, series_too=False).var() for panel in panels]
    assert np.mean(drawn) == pytest.approx(2.0 / 3_600.0, rel=0.35)


def test_a_history_of_the_model_itself_lies_within_its_sampling_error(history: Panel) -> None:
    returns = history.log_returns()
    others = np.stack([simulated(seed, DAYS, SERIES).log_returns() for seed in range(20, 40)])
    found = compare(figures, returns, others, replicates=100)
    assert found.inside[:-1].sum() >= len(NAMES) - 3


def test_the_bound_is_found_again() -> None:
    """From flows that were made with it, within four standard errors."""
    rng = np.random.default_rng(8)
    means = {name: np.asarray(prior.mean) for name, prior in PRIOR.items()}
    parameters = Parameters(**means, drift=np.zeros(1))
    days, series, bound = 300, 60, 0.15
    level = 0.8 * rng.normal(size=series) + 0.5 * rng.normal(size=(days, series))
    heavy = np.sqrt(3.0 / rng.chisquare(3.0, size=(days, series)))
    free = 0.01 * np.exp(level) * heavy
    flow = bounded(free, bound) * rng.normal(size=(days, series))
    template = observe(simulated(1, 3, series), 30.0)
    observations = template._replace(
        flow=flow,
        seen=np.ones(flow.shape, dtype=bool),
        log_depth=np.zeros(flow.shape),
        age=np.full(flow.shape, 1e9),
        block=np.zeros(days, dtype=np.int32),
    )
    found = largest_sd(parameters, observations)
    assert abs(found.value - bound) < 4.0 * found.error
    assert found.value < 0.5 * LOOSEST


def test_the_defaults_of_the_process_are_those_of_the_latest_fit() -> None:
    file = ROOT / "configs" / "demand" / "now_2026.toml"
    (fitted,) = load_config(file).demand
    plain = {"now": {}}
    bare = fitted.model_copy(
        update={
            "level": fitted.level.model_copy(update=plain),
            "swing": fitted.swing.model_copy(update=plain),
        }
    )
    assert bare == StochasticVarianceFlowConfig()


def test_simulated_subnets_have_the_ages_of_the_real_ones(history: Panel) -> None:
    """One that began a week into the history, and one that ended before its last day."""
    age, close = history.age.copy(), history.close.copy()
    age[:, 0] = np.arange(DAYS) - 7.0
    age[:7, 0] = close[:7, 0] = np.nan
    age[30:, 1] = close[30:, 1] = np.nan
    seen = observe(dataclasses.replace(history, age=age, close=close), 1.0)
    np.testing.assert_allclose(start_days(seen)[:3], [7.0, -400.0, -400.0])


def test_what_was_done_to_the_history_is_told_in_the_file_and_on_the_page(
    history: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "fit", known_fit)
    monkeypatch.setattr(calibrate, "_HISTORIES", 8)
    close = history.close.copy()
    close[20, 4] *= 100.0
    file = written(dataclasses.replace(history, close=close), tmp_path / "history.csv")
    told: list[str] = []
    found = run_calibration(
        Request(file, tmp_path / "flow.toml"),
        tell=lambda notices: told.extend(notice.text for notice in notices),
    )
    (text,) = told
    line = 2 + 20 * SERIES + 4
    assert text.startswith("1 row doubted as a bad quote")
    assert f"line {line} (netuid 5, 2026-01-21)" in text
    comments = found.out.read_text().replace("\n#  ", "")
    assert f"# Of the history: {text}." in comments
    page = found.page.read_text()
    assert "Of the history: 1 row doubted as a bad quote" in page
    assert f"{line:,}" in page[page.index("What was made of the rows of the history") :]


def test_months_are_whole_months(history: Panel) -> None:
    january = history.between("2026-01", "2026-01")
    assert (january.dates[0], january.dates[-1]) == (
        np.datetime64("2026-01-01"),
        np.datetime64("2026-01-31"),
    )
    assert history.between(None, "2026").n_days == DAYS
    with pytest.raises(HistoryError, match="'now' is no date"):
        history.between("now", None)


def test_few_flows_of_each_subnet_are_refused(tmp_path: Path) -> None:
    text = refused(simulated(3, 8, 100), tmp_path)
    assert "holds at least 8 daily flows of 0 subnets" in text
