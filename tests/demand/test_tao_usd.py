"""The price of TAO in dollars: its law, its expectation, its correlation, and losses told in it."""

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from flows import STEP, STEPS_A_DAY, WIDTH, network, wishes
from jax import lax
from places import ROOT
from scipy import stats

from dtaojax.config.load import load_config
from dtaojax.demand.clock import Clock, window
from dtaojax.demand.distributions import less_log_mean
from dtaojax.demand.flow.market_factor import market_factor, market_stream
from dtaojax.demand.tao_usd.process import (
    JumpDiffusion,
    ShockedTaoUsd,
    TaoUsd,
    bootstrap,
    jump_diffusion,
)
from dtaojax.history import data_folder
from dtaojax.metrics.portfolio import PortfolioSample, portfolio_rows
from dtaojax.metrics.tables import frame

LEVEL = 1e-4
SD, RATE, JUMP_MEAN, JUMP_SD = 0.05, 0.8, -0.1, 0.2
START = 200.0
PATHS = 4096


def diffusion(drift: float = 0.0, correlation: float = 0.0) -> JumpDiffusion:
    return jump_diffusion(
        3,
        market=market_stream(3, "market_factor"),
        start=START,
        sd=SD,
        jumps_per_day=RATE,
        jump_mean=JUMP_MEAN,
        jump_sd=JUMP_SD,
        drift=drift,
        correlation=correlation,
    )


def logs(
    process: TaoUsd | ShockedTaoUsd, blocks: int = STEP, days: float = 1.0, paths: int = PATHS
) -> np.ndarray:
    """Log prices after each step, the start first, (paths, steps + 1)."""
    steps = round(days * 7_200 / blocks)

    @jax.jit
    def run(process: TaoUsd | ShockedTaoUsd, numbers: jax.Array) -> jax.Array:
        def of_path(path: jax.Array) -> jax.Array:
            def advance(memory, number):
                memory = process.advance(memory, Clock(number, blocks))
                return memory, process.price(memory)

            begun = process.begin(path)
            seen = lax.scan(advance, begun, jnp.arange(steps))[1]
            return jnp.concatenate([process.price(begun)[None], seen])

        return jax.vmap(of_path)(numbers)

    return np.log(run(process, jnp.arange(paths, dtype=jnp.uint32)))


def mixture(value: np.ndarray, days: float) -> np.ndarray:
    """Merton's distribution of a log return: normal, given a Poisson number of jumps."""
    drift = -0.5 * SD**2 - RATE * np.expm1(JUMP_MEAN + 0.5 * JUMP_SD**2)
    number = np.arange(40)
    mean = drift * days + number * JUMP_MEAN
    sd = np.sqrt(SD**2 * days + number * JUMP_SD**2)
    return stats.poisson.pmf(number, RATE * days) @ stats.norm.cdf(
        value, mean[:, None], sd[:, None]
    )


@pytest.mark.parametrize("blocks", [STEP, 7_200])
def test_daily_returns_follow_the_closed_form_whatever_the_step(blocks: int) -> None:
    path = logs(diffusion(), blocks)
    np.testing.assert_allclose(path[:, 0], np.log(START), rtol=1e-14)
    assert stats.kstest(path[:, -1] - path[:, 0], lambda x: mixture(x, 1.0)).pvalue > LEVEL


@pytest.mark.parametrize("drift", [0.0, 0.05])
def test_expected_price_grows_by_the_drift(drift: float) -> None:
    path = logs(diffusion(drift))
    growth = np.exp(path[:, -1] - path[:, 0])
    error = growth.std() / np.sqrt(PATHS)
    assert abs(growth.mean() - np.exp(drift)) < stats.norm.isf(LEVEL / 2) * error


def test_the_diffusion_is_correlated_with_the_market_that_it_names() -> None:
    """Both draw the market's number of the step from one stream."""
    calm = jump_diffusion(
        3,
        market=market_stream(3, "market_factor"),
        start=START,
        sd=SD,
        jumps_per_day=0.0,
        jump_mean=0.0,
        jump_sd=0.0,
        drift=0.0,
        correlation=0.6,
    )
    ones = jnp.ones(WIDTH)
    market = market_factor(3, market_sd=0.1, sector_sd=0.0, loading=ones, drift=0.0)
    push = wishes(market, network(), paths=256, days=1.0).push[:, :, 0].ravel()
    steps = np.diff(logs(calm, paths=256), axis=1).ravel()
    found = np.corrcoef(push, steps)[0, 1]
    noise = (1.0 - 0.6**2) / np.sqrt(len(steps))
    assert abs(found - 0.6) < stats.norm.isf(LEVEL / 2) * noise


def test_bootstrapped_days_are_days_of_the_history_and_expect_the_drift() -> None:
    returns = less_log_mean(np.random.default_rng(5).normal(0.0, 0.1, (20, 1)))[:, 0]
    drawn = bootstrap(3, returns=jnp.asarray(returns), mean_block_days=3.0, start=START, drift=0.02)
    path = logs(drawn, days=2.0)
    days = np.diff(path[:, ::STEPS_A_DAY], axis=1)
    distance = np.abs(days[:, :, None] - 0.02 - returns).min(axis=2)
    assert distance.max() < 1e-12
    growth = np.exp(days[:, 0])
    error = growth.std() / np.sqrt(PATHS)
    assert abs(growth.mean() - np.exp(0.02)) < stats.norm.isf(LEVEL / 2) * error


@pytest.mark.parametrize("blocks", [STEP, 7_200])
@pytest.mark.parametrize("drawn", ["jump_diffusion", "bootstrap"])
def test_a_shock_moves_the_price_by_its_factor_and_leaves_the_draws_as_they_were(
    drawn: str, blocks: int
) -> None:
    returns = jnp.asarray([-0.1, 0.02, 0.08])
    law = (
        diffusion()
        if drawn == "jump_diffusion"
        else bootstrap(3, returns=returns, mean_block_days=2.0, start=START, drift=0.0)
    )
    shocked = ShockedTaoUsd(law, window(1.0, 2.0), jnp.log(0.56))
    apart = logs(shocked, blocks, days=5.0, paths=8) - logs(law, blocks, days=5.0, paths=8)
    a_day = 7_200 // blocks
    np.testing.assert_allclose(apart[:, : a_day + 1], 0.0, atol=1e-12)
    np.testing.assert_allclose(apart[:, 2 * a_day], 0.5 * np.log(0.56), rtol=1e-12)
    np.testing.assert_allclose(apart[:, 3 * a_day :], np.log(0.56), rtol=1e-12)


def test_the_scripted_fall_is_the_worst_fortnight_of_tao() -> None:
    """2025-02-23 to 03-09, in the longest stretch of days without a gap."""
    file = data_folder() / "tao_usd_daily.csv"
    if not file.exists():
        pytest.skip(f"{file} is not at hand; DTAOJAX_DATA names its folder")
    closes = pd.read_csv(file, parse_dates=["date"]).set_index("date")["close"]
    closes = closes[:"2026-03-19"]
    worst = (closes / closes.shift(14, freq="D").reindex(closes.index) - 1.0).dropna()
    config = load_config(ROOT / "configs" / "stress" / "tao_usd_fall.toml")
    assert config.tao_usd is not None
    assert config.tao_usd.shock is not None
    assert config.tao_usd.shock.days == 14.0
    assert worst.idxmin() == pd.Timestamp("2025-03-09")
    assert config.tao_usd.shock.price_change == pytest.approx(worst.min(), abs=0.005)


def sample(day: float, alpha: np.ndarray, usd: np.ndarray | None) -> PortfolioSample:
    values = {valuation: [alpha, np.full_like(alpha, 10.0)] for valuation in ("spot", "realizable")}
    price = None if usd is None else lambda: usd
    return PortfolioSample(day, values, lambda: np.zeros_like(alpha), price)


def test_losses_in_dollars_count_the_price_of_tao() -> None:
    """A holder of 110 TAO at 200 USD who has 100 TAO at 150, 200 or 300 USD later."""
    usd = np.array([150.0, 200.0, 300.0])
    start = sample(0.0, np.full(3, 100.0), np.full(3, 200.0))
    later = sample(1.0, np.full(3, 90.0), usd)
    table = frame(list(portfolio_rows(start, [later], dict.fromkeys((4, 0), 1.0))))
    means = table[(table["statistic"] == "mean") & (table["scope"] == "portfolio")]
    by_name = means[means["day"] == 1.0].set_index("quantity")
    assert by_name.loc["loss_spot_usd", "value"] == pytest.approx(22_000.0 - 100.0 * usd.mean())
    assert by_name.loc["value_realizable_usd", "value"] == pytest.approx(100.0 * usd.mean())
    assert set(by_name.loc[["loss_spot_usd", "value_spot_usd"], "unit"]) == {"USD"}
    in_dollars = table[table["quantity"] == "loss_spot_usd"]
    # Three paths tell nothing of the tail; the quantiles are of what was lost in dollars.
    assert in_dollars[in_dollars["statistic"] == "es"]["value"].isna().all()
    median = in_dollars[(in_dollars["statistic"] == "quantile") & (in_dollars["level"] == 0.5)]
    assert median["value"].item() == pytest.approx(22_000.0 - 20_000.0)
    assert by_name.loc["loss_spot", "value"] == pytest.approx(10.0)


def test_the_tail_in_dollars_is_that_of_the_dollars() -> None:
    """Of 1,000 paths the worst 5 % lost 10 TAO while a TAO was cheapest."""
    paths = np.arange(1_000)
    usd = np.where(paths < 50, 150.0, 300.0)
    start = sample(0.0, np.full(1_000, 100.0), np.full(1_000, 200.0))
    later = sample(1.0, np.full(1_000, 90.0), usd)
    table = frame(list(portfolio_rows(start, [later], dict.fromkeys((4, 0), 1.0))))
    tail = table[(table["quantity"] == "loss_spot_usd") & (table["statistic"] == "es")]
    tail = tail[tail["scope"] == "portfolio"].set_index("level")["value"]
    assert tail[0.95] == pytest.approx(22_000.0 - 15_000.0)
    assert tail[0.99] == pytest.approx(22_000.0 - 15_000.0)


def test_without_a_price_of_tao_nothing_is_told_in_dollars() -> None:
    start, later = (sample(day, np.full(3, 90.0), None) for day in (0.0, 1.0))
    table = frame(list(portfolio_rows(start, [later], dict.fromkeys((4, 0), 1.0))))
    assert not (table["unit"] == "USD").any()
