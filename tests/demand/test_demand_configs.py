"""Demand from configs: every process can be configured, they add up, and none disturbs another."""

from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from flows import trade_steps, traded
from places import ROOT

from dtaojax import chain
from dtaojax.assembly import build_demand, build_world
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict, load_config
from dtaojax.demand.process import DemandProcess
from dtaojax.history import HistoryError
from dtaojax.inputs import read_inputs
from dtaojax.mechanism.emission import block_emission
from dtaojax.network import NetworkTable, load_network
from dtaojax.network.table import Slots
from dtaojax.schema.errors import ConfigError
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.studies.shared.assumptions import assumptions

STRESS = sorted((ROOT / "configs" / "stress").glob("*.toml"))
DAYS = 12

EVERY = [
    {"process": "student_flow"},
    {"process": "student_flow", "name": "second_flow", "drift": 0.01},
    {"process": "jumps"},
    {"process": "market_factor", "sector_sd": 0.01, "loadings": {"4": 2.0}},
    {"process": "new_subnet", "usual_daily_sd": 0.0},
    {"process": "flow_bootstrap", "file": "./panel.csv"},
    {"process": "momentum"},
    {"process": "mean_reversion"},
    {"process": "mean_reversion", "name": "to_average", "anchor": "moving_price"},
    {"process": "cross_section"},
    {"process": "revenue_demand"},
    {"process": "root_stake_flow", "half_life_days": 30.0},
    {"process": "whale", "netuids": [64], "fraction": 0.1, "day": 0.2},
    {"process": "whale", "name": "w2", "action": "entry", "fraction": 0.01, "day": 0.1, "days": 1},
    {"process": "price_shock", "day": 0.3, "price_changes": {"3": -0.5}},
    {"process": "pump", "netuids": [4, 19], "tao": 10.0, "day": 0.1, "days": 0.1},
    {"process": "root_exit", "fraction": 0.1, "day": 0.2},
    {"process": "drought", "day": 0.1, "days": 0.2},
]
"""Every process by which something is traded or staked, and two of some kinds."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small history of flows."""
    path = tmp_path_factory.mktemp("histories")
    random = np.random.default_rng(1)
    dates = pd.date_range("2026-01-01", periods=DAYS)
    close = 0.01 * np.exp(np.cumsum(random.normal(0.0, 0.05, (DAYS, 20)), axis=0))
    rows = [
        (date.date(), netuid, close[day, netuid - 1], 100.0 * netuid, 100 + day)
        for day, date in enumerate(dates)
        for netuid in range(1, 21)
    ]
    columns = ["date", "netuid", "close", "tao_in", "days_since_start"]
    pd.DataFrame(rows, columns=columns).to_csv(path / "panel.csv", index=False)
    return path


@pytest.fixture(scope="module")
def table() -> NetworkTable:
    return load_network("finney_8791253")


@pytest.fixture(scope="module")
def every(folder: Path, table: NetworkTable) -> tuple[DemandProcess, ...]:
    config = config_from_dict({"demand": EVERY})
    return build_demand(config.demand, config.run.seed, slots(table), folder)


def slots(table: NetworkTable) -> Slots:
    """The network's subnets and no room for others."""
    return Slots(table, table.n_subnets)


def mainnet(table: NetworkTable) -> tuple[Subnets, NetworkState]:
    world = build_world(config_from_dict({"arrivals": {"rate": 0.0}}), table)
    return world.subnets, world.start


def test_removing_a_process_leaves_the_others_as_they_were(
    every: tuple[DemandProcess, ...], folder: Path, table: NetworkTable
) -> None:
    """A process's draws are a function of its own arrays, the streams among them."""
    for left_out in (0, 2, 3, 10):
        rest = config_from_dict({"demand": EVERY[:left_out] + EVERY[left_out + 1 :]})
        built = build_demand(rest.demand, rest.run.seed, slots(table), folder)
        kept = every[:left_out] + every[left_out + 1 :]
        assert eqx.tree_equal(built, kept)


def test_processes_of_one_kind_have_streams_of_their_own(every: tuple[DemandProcess, ...]) -> None:
    keys = [
        tuple(np.asarray(leaf).tolist())
        for leaf in jax.tree.leaves(every)
        if getattr(leaf, "dtype", None) == jnp.uint32
    ]
    assert len(keys) == 11
    assert len(set(keys)) == len(keys)


@pytest.mark.exhaustive
def test_all_together_give_the_same_bits_in_blocks_of_any_size(
    every: tuple[DemandProcess, ...], table: NetworkTable
) -> None:
    at = mainnet(table)
    narrow, wide = (traded(*every, at=at, paths=paths, days=0.5) for paths in (2, 8))
    for few, many in zip(jax.tree.leaves(narrow), jax.tree.leaves(wide), strict=True):
        np.testing.assert_array_equal(few, many[:2])
        assert np.isfinite(many).all()
    assert (wide.pools.tao_in[0, -1] != wide.pools.tao_in[1, -1]).any()


def test_all_together_have_finite_gradients(
    every: tuple[DemandProcess, ...], table: NetworkTable
) -> None:
    """Of the TAO in pools with respect to every number of every process."""
    who, state = mainnet(table)

    @eqx.filter_jit
    @eqx.filter_grad
    def slopes(demand: tuple[DemandProcess, ...]) -> jax.Array:
        paths = jnp.zeros(1, jnp.uint32)
        after = trade_steps(demand, who, state, None, paths, 6, 360)
        return jnp.sum(jnp.log(after.pools.tao_in[0, -1])) + jnp.log(after.root_tao[0, -1])

    found = jax.tree.leaves(slopes(every))
    assert len(found) > 50
    for leaf in found:
        assert np.isfinite(leaf).all()


@pytest.mark.parametrize("path", STRESS, ids=lambda path: path.stem)
def test_example_is_valid_and_can_be_built(path: Path, table: NetworkTable) -> None:
    inputs = read_inputs(path, [])
    world = build_world(inputs.config, table)
    droughts = sum(part.process == "drought" for part in inputs.config.demand)
    assert len(world.demand) == len(inputs.config.demand) - droughts
    assert inputs.config.title
    assert all(part["text"] for part in assumptions(inputs.config, table))


def test_examples_are_of_every_shock() -> None:
    kinds = {part.process for path in STRESS for part in load_config(path).demand}
    assert {"whale", "price_shock", "pump", "root_exit", "drought"} <= kinds
    configs = [load_config(path) for path in STRESS]
    assert any(config.arrivals.waves for config in configs)
    assert any(config.tao_usd and config.tao_usd.shock for config in configs)


def test_the_halving_comes_on_day_30(table: NetworkTable) -> None:
    config = load_config(STRESS[0].with_name("halving.toml"))
    network = load_network(config.network_file, **config.network.facts)
    issued = network.total_issuance + 0.5 * chain.BLOCKS_PER_DAY * np.array([0.0, 29.99, 30.01])
    assert np.asarray(block_emission(jnp.asarray(issued))).tolist() == [0.5, 0.5, 0.25]
    assert network.total_issuance > table.total_issuance


def test_every_process_says_what_it_assumes(table: NetworkTable) -> None:
    usd = {"kind": "jump_diffusion", "start": 200.0}
    latent = {"quality": {"kind": "drawn"}, "sector": {"kind": "drawn"}}
    known = [*EVERY, {"process": "yield_demand"}, {"process": "emission_selling"}]
    config = config_from_dict({"demand": known, "tao_usd": usd, "latent": latent})
    spoken = assumptions(config, table)
    silent = assumptions(config_from_dict({"demand": []}), table)
    assert len(spoken) == len(silent) + len(known) + 3
    assert any(part["topic"] == "Investors' demand (second_flow)" for part in spoken)


def test_given_quality_and_sectors_reach_their_subnets(table: NetworkTable) -> None:
    quality = {"kind": "given", "by_netuid": {"4": 1.5}}
    sector = {"kind": "given", "by_netuid": {"4": 1, "19": 1}}
    config = config_from_dict({"latent": {"quality": quality, "sector": sector}})
    subnets = build_world(config, table).subnets
    slots = [table.row_of(netuid) for netuid in (4, 19)]
    assert float(subnets.quality[slots[0]]) == 1.5
    assert np.count_nonzero(subnets.quality) == 1
    sectors = np.asarray(subnets.sector)[: table.n_subnets]
    assert sectors[slots[0]] == sectors[slots[1]]
    assert len(set(sectors.tolist())) == table.n_subnets - 1


SHOCK = {"process": "whale", "netuids": [64], "fraction": 0.1, "day": 1.0}
MARKET = {"process": "market_factor", "name": "market"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"demand": [SHOCK | {"netuids": [64, 64]}]}, "holds netuid 64 twice; keep one"),
        ({"demand": [SHOCK | {"netuids": []}]}, "demand.whale.netuids: is empty"),
        ({"demand": [{"process": "whale", "day": 1.0}]}, "demand.whale.fraction: is missing"),
        (
            {"demand": [{"process": "price_shock", "day": 1.0, "price_changes": {"0": -0.5}}]},
            "demand.price_shock.price_changes.0: root is no subnet with a pool",
        ),
        (
            {"demand": [{"process": "price_shock", "day": 1.0, "price_changes": {"3": -1.0}}]},
            "demand.price_shock.price_changes.3: is -1; must be above -1",
        ),
        (
            {"demand": [{"process": "jumps", "from_age_days": [0.0, 30.0]}]},
            "demand.jumps.down_per_year: has 7 figures for 2 classes of from_age_days",
        ),
        (
            {"demand": [{"process": "jumps", "smallest": 2.0}]},
            "demand.jumps.smallest: is 2; must be below largest = 1.5",
        ),
        (
            {"demand": [{"process": "new_subnet", "from_age_days": [1.0] * 7}]},
            "demand.new_subnet.from_age_days: must begin with 0 and rise",
        ),
        (
            {"demand": [MARKET, {"process": "drought", "day": 1.0, "processes": ["makret"]}]},
            'demand.drought.processes: names "makret", which is no process by which investors '
            'trade here; did you mean "market"?',
        ),
        (
            {"tao_usd": {"kind": "jump_diffusion", "start": 200.0, "correlation": 0.1}},
            'tao_usd.correlated_with: is "market_factor", but no market_factor in demand',
        ),
        ({"tao_usd": {"kind": "jump_diffusion"}}, "tao_usd.start: is missing"),
        (
            {"latent": {"sector": {"kind": "given", "by_netuid": {"4": 1.5}}}},
            "latent.sector.by_netuid.4: is 1.5, a float; must be an integer",
        ),
    ],
)
def test_bad_table_is_refused_with_its_place_and_the_fix(data: dict, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_from_dict(data)
    assert message in str(caught.value)


def test_market_of_another_name_can_be_correlated_with() -> None:
    usd = {"kind": "jump_diffusion", "start": 200.0, "correlation": 0.1}
    config = config_from_dict({"demand": [MARKET], "tao_usd": usd | {"correlated_with": "market"}})
    assert isinstance(config, Config)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            '[[demand]]\nprocess = "pump"\nday = 1.0\ntao = 1.0\nnetuids = [9999]',
            "demand.pump.netuids",
        ),
        ('[[demand]]\nprocess = "market_factor"\nloadings = {9999 = 1.0}', "demand.market_factor"),
        ('[latent]\nquality = {kind = "given", by_netuid = {9999 = 1.0}}', "latent.quality"),
    ],
)
def test_unknown_netuid_is_refused(text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_inputs(path, [])
    assert place in str(caught.value)
    assert "there is no subnet 9999" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '[[demand]]\nprocess = "flow_bootstrap"\nfile = "./none.csv"',
        '[tao_usd]\nkind = "bootstrap"\nfile = "./none.csv"',
    ],
)
def test_absent_history_is_refused_before_anything_is_computed(text: str, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(HistoryError, match=r"none\.csv: there is no such file"):
        read_inputs(path, [])


def test_what_was_done_to_a_history_is_among_the_warnings(folder: Path, tmp_path: Path) -> None:
    rows = (folder / "panel.csv").read_text().splitlines()
    columns = len(rows[0].split(","))
    root = ["2026-01-01", "0", "1.0", *[""] * (columns - 3)]
    (tmp_path / "panel.csv").write_text("\n".join([*rows, ",".join(root)]))
    config = tmp_path / "c.toml"
    config.write_text('[[demand]]\nprocess = "flow_bootstrap"\nfile = "./panel.csv"')
    (notice,) = read_inputs(config, []).notices
    assert notice.startswith("of the history panel.csv: 1 row left out as of root")
    assert f"line {len(rows) + 1} (netuid 0, 2026-01-01)" in notice
