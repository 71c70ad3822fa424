"""The whole config: every table together, its canonical form and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from dtaojax.behaviour.config import BehaviourConfig
from dtaojax.cohorts.config import CohortsConfig
from dtaojax.config.examples import default_demand
from dtaojax.config.network import NetworkConfig
from dtaojax.config.run import (
    LOSS_DAYS,
    DecompositionConfig,
    OutputConfig,
    PortfolioConfig,
    ReportConfig,
    RunConfig,
)
from dtaojax.demand.arrivals.config import ArrivalsConfig
from dtaojax.demand.flow.config import MarketFactorConfig
from dtaojax.demand.registry import AnyDemandConfig, DemandConfig, demand_problems
from dtaojax.demand.tao_usd.config import JumpDiffusionConfig, TaoUsdConfig
from dtaojax.latent.config import LatentConfig
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.presets import DEFAULT_PRESET, PRESETS
from dtaojax.mechanism.root.config import RootBasketConfig
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import FileModel, refuse


def _default_mechanism() -> MechanismConfig:
    return MechanismConfig.model_validate(DEFAULT_PRESET)


def _demand_for_network(validated: dict[str, Any]) -> tuple[AnyDemandConfig, ...]:
    """Return the default demand; ``validated`` holds the tables before it, as the network."""
    network: NetworkConfig = validated["network"]
    return default_demand(drawn=network.synthetic is not None)


def _presets_of(mechanism: Any) -> list[str]:
    """Return the presets that an unchecked ``[mechanism]`` table names, for its changes too."""
    if isinstance(mechanism, MechanismConfig):
        names: list[Any] = [rules.preset for rules in mechanism.in_turn]
    elif isinstance(mechanism, Mapping):
        changes = mechanism.get("change", ())
        tables = [mechanism, *(changes if isinstance(changes, list | tuple) else ())]
        names = [table.get("preset") for table in tables if isinstance(table, Mapping)]
    else:
        names = [mechanism]
    return [name for name in names if isinstance(name, str) and name in PRESETS]


class Config(FileModel):
    """Everything that a run depends on; all of it has a default.

    Attributes:
        title: Heading of the report; ``{horizon}`` in it is filled in, as in "90 days".
        mechanism: The protocol's rules, complete.
        network: The state to start from.
        demand: Processes whose trades add up, each under a name of its own.
        behaviour: Actions of owners and root; ``frozen`` for none.
        arrivals: Applicants who register subnets.
        latent: Quality and sector of subnets, which the chain does not see.
        tao_usd: The price of TAO in dollars; losses are then told in dollars too.
        cohorts: Holders of the alpha outside the pools; not told apart where it is left out.
        portfolio: Positions of the holder.
        decomposition: Sources of randomness that make the spread of the numbers; it costs further
            runs, and is left out where the table is.
        run: Size, horizon, seed and precision.
        report: Audience of the report.
        output: Place of the report.
    """

    title: Annotated[str, Field(max_length=200)] = ""
    mechanism: MechanismConfig = Field(default_factory=_default_mechanism)
    # Before demand: pydantic hands a default factory the fields above it, and the default demand
    # depends on the network.
    network: NetworkConfig = NetworkConfig()
    demand: Annotated[tuple[DemandConfig, ...], Field(strict=False, max_length=64)] = Field(
        default_factory=_demand_for_network
    )
    behaviour: BehaviourConfig = BehaviourConfig()
    arrivals: ArrivalsConfig = ArrivalsConfig()
    latent: LatentConfig = LatentConfig()
    tao_usd: TaoUsdConfig | None = None
    cohorts: CohortsConfig | None = None
    portfolio: PortfolioConfig = PortfolioConfig()
    decomposition: DecompositionConfig | None = None
    run: RunConfig = RunConfig()
    report: ReportConfig = ReportConfig()
    output: OutputConfig = OutputConfig()

    @model_validator(mode="before")
    @classmethod
    def _step_of_preset(cls, value: Any) -> Any:
        """Take the preset's length of a step where the config names none; of several the least."""
        if not isinstance(value, Mapping):
            return value
        run = value.get("run", {})
        # A preset that needs short steps must not be run with the long ones of another.
        lengths = [PRESETS[name].step_blocks for name in _presets_of(value.get("mechanism", {}))]
        if not lengths or not isinstance(run, Mapping) or "step_blocks" in run:
            return value
        return {**value, "run": {**run, "step_blocks": min(lengths)}}

    @model_validator(mode="after")
    def _tables_fit(self) -> Config:
        problems = []
        if self.portfolio.loss_days is not None:
            problems += self.run.list_faults("portfolio.loss_days", self.portfolio.loss_days)
        target = self.run.precision_target
        if target is not None and self.portfolio.is_empty:
            for name in target.of:
                if name.startswith("loss_"):
                    text = f"names {name}, but nothing is held; add a [portfolio] or leave it out"
                    problems.append(Problem("run.precision_target.of", text))
        for index, wave in enumerate(self.arrivals.waves):
            if wave.day > self.run.horizon_days:
                text = (
                    f"is {wave.day:g}, past run.horizon_days = {self.run.horizon_days:g}; drop it"
                )
                problems.append(Problem(f"arrivals.waves.{index}.day", text))
        scripted = () if self.cohorts is None else (self.cohorts.exits, self.cohorts.entries)
        for table, events in zip(("exits", "entries"), scripted, strict=False):
            for index, event in enumerate(events):
                if event.day >= self.run.horizon_days:
                    text = (
                        f"is {event.day:g}, not before run.horizon_days = "
                        f"{self.run.horizon_days:g}; drop it"
                    )
                    problems.append(Problem(f"cohorts.{table}.{index}.day", text))
        for place, rules in enumerate(self.mechanism.in_turn, -1):
            where = "mechanism" if place < 0 else f"mechanism.change.{place}"
            root = rules.root
            claimed = self.behaviour.root_claims is not None
            if claimed and isinstance(root, RootBasketConfig) and root.sale_per_day > 0.0:
                text = (
                    f"is {root.sale_per_day:g}, and behaviour.root_claims sells out of the baskets "
                    'too; set it to 0, or behaviour.root_claims to "frozen"'
                )
                problems.append(Problem(f"{where}.root.sale_per_day", text))
            if rules.moving_price.floor and self.run.precision != "float64":
                text = (
                    f"is true, which {self.run.precision} cannot tell from false: it has fewer "
                    "digits than the average on chain; set it to false, or run.precision to "
                    '"float64"'
                )
                problems.append(Problem(f"{where}.moving_price.floor", text))
        if self.mechanism.pool.kind == "none" and any(self.portfolio.alpha.values()):
            text = (
                f"holds alpha, but there is none under {self.mechanism.preset}; write "
                "portfolio.alpha = {} and hold portfolio.root_tao"
            )
            problems.append(Problem("portfolio.alpha", text))
        problems += demand_problems(self.demand)
        if isinstance(self.tao_usd, JumpDiffusionConfig) and self.tao_usd.correlation != 0.0:
            markets = [part.name for part in self.demand if isinstance(part, MarketFactorConfig)]
            if self.tao_usd.correlated_with not in markets:
                text = (
                    f'is "{self.tao_usd.correlated_with}", but no market_factor in demand is '
                    "called so; add one, or set correlation = 0"
                )
                problems.append(Problem("tao_usd.correlated_with", text))
        refuse(problems)
        return self

    @property
    def source(self) -> Path | None:
        """The file that the config was read from; None for one made in Python."""
        return self._source

    @property
    def network_file(self) -> str | Path:
        """The embedded network's name, or the path of the network file, found from the config's."""
        path = Path(self.network.file)
        if path.name == self.network.file and not path.suffix:
            return self.network.file
        return self.beside(path)

    @property
    def folder(self) -> Path:
        """Folder in which relative paths of other files start: the config's, or the current one."""
        return Path() if self._source is None else self._source.parent

    @property
    def output_folder(self) -> Path:
        """Folder of the report, with ``{stem}`` filled in."""
        stem = "run" if self._source is None else self._source.stem
        return Path(self.output.folder.replace("{stem}", stem))

    @property
    def loss_days(self) -> tuple[float, ...]:
        """Days after which portfolio losses are measured, rising; at least one."""
        if self.portfolio.loss_days is not None:
            return self.portfolio.loss_days
        return self.run.days_within(LOSS_DAYS)

    def canonical_json(self) -> str:
        """Return JSON with sorted keys and every default in place; equal for equal configs."""
        return json.dumps(
            self.model_dump(mode="json"),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        )

    @property
    def config_hash(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()
