"""The config of ``dtaojax stress``: attacker, target, budgets, and the rules that are attacked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from dtaojax import chain
from dtaojax.config.load import read_model
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.demand.registry import AnyDemandConfig
from dtaojax.mechanism.presets import PRESETS
from dtaojax.schema.errors import Problem, choice
from dtaojax.schema.netuids import ByNetuid, Netuids
from dtaojax.schema.strict import FileModel, PathText, StrictModel, Tokens, refuse
from dtaojax.studies.tune.config import Count, VerifyConfig

if TYPE_CHECKING:
    from dtaojax.demand.shock.attack import Attack
    from dtaojax.mechanism.fees.rules import FeeRule
    from dtaojax.network import NetworkTable

Netuid = Annotated[int, Field(ge=1, le=65_535)]
Days = Annotated[int, Field(ge=1, le=3_650)]


class AttackConfig(StrictModel):
    """Attacker, target and budgets.

    Attributes:
        target: ``own_share`` raises the emission share of ``own``; ``gain`` the attacker's wealth;
            ``rival_below_bar`` pushes ``rival`` below the gate's bar; ``rival_pruned`` makes it the
            subnet that the next registration replaces. All but ``gain`` are means over the days.
        own: netuid of the attacker's subnet.
        owner: true if the attacker owns it, and gets the owner's cut.
        rival: netuid of the subnet that is attacked.
        netuids: subnets in which the attacker trades; ``own`` or else ``rival`` where left out.
        holds: netuid -> alpha that the attacker has at the start.
        budgets: TAO that may be spent in all, a search for each.
        day: day on which it begins; days before it do not count in the target.
        days: days over which it trades; what is left is sold at the horizon.
        period_days: the plan has one amount for each so many days.
        smoothing: width of the edges that replace jumps in the search, in log share or log price.
    """

    target: Literal["own_share", "gain", "rival_below_bar", "rival_pruned"]
    own: Netuid | None = None
    owner: bool = False
    rival: Netuid | None = None
    netuids: Netuids | None = None
    holds: ByNetuid = Field(default_factory=dict)
    budgets: Annotated[tuple[Tokens, ...], Field(strict=False, min_length=1, max_length=50)]
    day: Annotated[int, Field(ge=0, le=3_650)] = 0
    days: Days = 10
    period_days: Days = 1
    smoothing: Annotated[float, Field(gt=0.0, le=10.0)] = 0.1

    @model_validator(mode="after")
    def _fits(self) -> AttackConfig:
        problems = []
        about_rival = self.target.startswith("rival")
        if about_rival and self.rival is None:
            problems.append(Problem("rival", f"is missing; {self.target} attacks a subnet"))
        if not about_rival and self.own is None:
            problems.append(Problem("own", f"is missing; {self.target} favours a subnet"))
        if self.owner and self.own is None:
            problems.append(Problem("own", "is missing, but owner = true says whose it is"))
        if self.days % self.period_days:
            text = f"is {self.period_days}; must divide days = {self.days}"
            problems.append(Problem("period_days", text))
        if list(self.budgets) != sorted(set(self.budgets)) or self.budgets[0] <= 0.0:
            problems.append(Problem("budgets", "must rise, and begin above 0"))
        for netuid, alpha in self.holds.items():
            if alpha < 0.0:
                problems.append(Problem(f"holds.{netuid}", f"is {alpha:g}; must be at least 0"))
        refuse(problems)
        return self

    @property
    def aimed_at(self) -> int:
        """The subnet that the target is about."""
        found = self.rival if self.target.startswith("rival") else self.own
        assert found is not None
        return found

    @property
    def places(self) -> tuple[int, ...]:
        """Every subnet in which the attacker may trade, or has something."""
        named = self.netuids or (self.aimed_at,)
        return tuple(dict.fromkeys([*named, *self.holds, *([self.own] if self.own else [])]))

    def build(self, demand: Sequence[AnyDemandConfig], table: NetworkTable, fee: FeeRule) -> Attack:
        """Return the attacker, with a plan of no trades.

        Args:
            demand: the world's own demand, which says how much of their income others sell at
                once.
            table: network.
            fee: fee that trades pay.

        Raises:
            NetworkError: a netuid is not in the network.
        """
        from dtaojax.studies.stress.episode import idle_attack

        places = self.places
        sellers = [each for each in demand if isinstance(each, EmissionSellingConfig)]
        return idle_attack(
            slots=[table.row_of(netuid) for netuid in places],
            alpha=[self.holds.get(netuid, 0.0) for netuid in places],
            owned=[float(self.owner and netuid == self.own) for netuid in places],
            fee=fee,
            # Sums of floats that may be empty: without + 0.0 one would be the integer 0, and its
            # array of another type than that of a world with sellers.
            owners_sell=sum(each.owner for each in sellers) + 0.0,
            validators_sell=sum(each.validator for each in sellers) + 0.0,
            begins=self.day * chain.BLOCKS_PER_DAY,
            periods=self.days // self.period_days,
            period_blocks=self.period_days * chain.BLOCKS_PER_DAY,
        )


class StressSearchConfig(StrictModel):
    """Settings of the search for the plan.

    Attributes:
        paths: demand paths behind each evaluation, the same in all of them.
        step_blocks: blocks simulated at once during the search.
        iterations: evaluations from each start, at most.
        first_step: length of the first step, as a part of the budget [-].
        random_starts: random plans to start from, beside the plain ones: at once, evenly, and the
            plan of the next smaller budget.
        seed: seed of the paths and starts.
        block_paths: paths in a block; memory grows with it.
    """

    paths: Count = 16
    step_blocks: Annotated[int, Field(ge=1, le=7_200)] = 7_200
    iterations: Annotated[int, Field(ge=1, le=100_000)] = 30
    first_step: Annotated[float, Field(gt=0.0, le=1.0)] = 0.3
    random_starts: Annotated[int, Field(ge=0, le=1_000)] = 1
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    block_paths: Annotated[int, Field(ge=1, le=65_536)] = 8


class StressConfig(FileModel):
    """An attack on the network, under one set of rules or several.

    Attributes:
        title: heading of the report.
        config: the run's config, relative to this file.
        change: dotted key -> value, changes of that config.
        presets: rules that are attacked, one after the other; the config's own where left out.
        attack: attacker, its target and its means.
        search: settings of the search for the plan.
        verify: settings of the measurement on fresh paths.
    """

    title: Annotated[str, Field(max_length=200)] = ""
    config: PathText
    change: dict[str, Any] = Field(default_factory=dict)
    presets: Annotated[tuple[str, ...], Field(strict=False, max_length=32)] = ()
    attack: AttackConfig
    search: StressSearchConfig = StressSearchConfig()
    verify: VerifyConfig = VerifyConfig(paths=256)

    @field_validator("presets")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        refuse(
            [
                Problem(str(place), f'"{name}" is no preset; {choice(name, PRESETS)}')
                for place, name in enumerate(value)
                if name not in PRESETS
            ]
        )
        return value

    @model_validator(mode="after")
    def _fresh(self) -> StressConfig:
        if self.verify.seed == self.search.seed:
            text = f"is {self.verify.seed}, the search's own; the verification needs fresh paths"
            refuse([Problem("verify.seed", text)])
        return self

    @property
    def output_folder(self) -> Path:
        """The folder of the results if the command names none."""
        return Path("runs") / ("stress" if self._source is None else self._source.stem)


def load_stress(path: str | Path, overrides: Sequence[str] = ()) -> StressConfig:
    """Read and check the config of an attack.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return read_model(Path(path), StressConfig, overrides)
