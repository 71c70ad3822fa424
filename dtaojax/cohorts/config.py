"""The table ``[cohorts]``: holders of the alpha outside the pools, and how they behave."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.schema.errors import Problem, choice, shown
from dtaojax.schema.netuids import Positions
from dtaojax.schema.strict import U16, Fraction, ProcessName, StrictModel, Tokens, refuse

if TYPE_CHECKING:
    from dtaojax.cohorts.follower import Cohorts
    from dtaojax.cohorts.selling import BuyOnSchedule, Selling
    from dtaojax.demand.holders.config import EmissionSellingConfig
    from dtaojax.network.table import Slots
    from dtaojax.numerics.shapes import PerSubnet
    from dtaojax.state.network import NetworkState

_Days = Annotated[float, Field(ge=0.0, le=36_500.0)]
_ROUNDING: Final = 1e-12
"""Most that parts of a whole may be off it, as decimals of a TOML file are finite."""
_Netuid = Annotated[int, Field(ge=1, le=chain.U16_MAX)]

OF_EVERY_SUBNET: Final = ("owner", "miner", "validator", "investor")
_RESERVED: Final = (*OF_EVERY_SUBNET, "root", "protocol", "burned")


class HabitsConfig(StrictModel):
    """Habits of a cohort with its alpha.

    Attributes:
        staked: Part of it that is staked with validators and so earns dividends.
        sold_per_day: Fraction of its holdings that it sells a day, whatever it earns.
        selling_lag_days: Mean time for which it keeps what it sells of its income, exponential; 0
            is at once [days].
    """

    staked: Fraction = 1.0
    sold_per_day: Fraction = 0.0
    selling_lag_days: _Days = 0.0


class OwnerConfig(HabitsConfig):
    """The subnet's owner.

    Attributes:
        holds: Part of the participants' alpha at the start; the default is the owners' part of all
            alpha outside the pools, 12 % (5, 50 and 95 % of the subnets: 0.03, 10 and 36 %), of
            which participants hold 71 %.
    """

    holds: Fraction = 0.17


class MinerConfig(HabitsConfig):
    """The miners, whose alpha lies at their own hotkeys and is not staked with a validator.

    Attributes:
        holds: Part of the participants' alpha at the start; the default is what miners would hold
            had they always sold 70 % of their pay, at a mean burn of 0.44: 7 % of all alpha
            outside the pools.
    """

    staked: Fraction = 0.0
    holds: Fraction = 0.10


class ValidatorConfig(HabitsConfig):
    """The validators themselves, without their nominators.

    Attributes:
        holds: Part of the participants' alpha at the start; the default is what they would hold
            had they always sold 30 % of their take: 4 % of all alpha outside the pools.
    """

    holds: Fraction = 0.06


class NamedWhaleConfig(HabitsConfig):
    """A holder who is followed by name.

    Attributes:
        name: Name of the whale.
        alpha: Netuid -> alpha held at the start.
        dividends_sold: Fraction of the dividends that is sold.
    """

    name: ProcessName
    alpha: Positions = Field(default_factory=dict)
    dividends_sold: Fraction = 0.0


class ExitConfig(StrictModel):
    """A cohort sells out of what it holds, in equal parts over some days.

    Attributes:
        who: Name of a cohort, or a whale's name.
        day: Time when it begins, after the start [days].
        days: Length; 0 is at once [days].
        fraction: Fraction of its holdings.
        netuids: Netuids where it sells; by default everywhere.
    """

    who: str
    day: _Days
    days: _Days = 0.0
    fraction: Fraction = 1.0
    netuids: Annotated[tuple[_Netuid, ...], Field(strict=False)] | None = None


class EntryConfig(StrictModel):
    """A cohort spends TAO on a subnet's alpha, in equal parts over some days.

    Attributes:
        who: Name of a cohort, or a whale's name.
        netuid: Netuid of the subnet.
        tao: TAO spent in all, fees included [TAO].
        day: Time when it begins, after the start [days].
        days: Length; 0 is at once [days].
    """

    who: str
    netuid: _Netuid
    tao: Tokens
    day: _Days
    days: _Days = 0.0


class CohortsConfig(StrictModel):
    """Cohorts that are told apart; what nobody else holds is the investors'.

    Of its income a cohort sells what the demand process ``emission_selling`` says: the owner of the
    cut, miners of their pay, validators of their take, and all but whales of their dividends, the
    fraction of the validators.

    Attributes:
        delegate_take_u16: Part that validators keep of the yield of stake, out of 65535.
        burned: Part of the participants' alpha that nobody holds at the start, besides what the
            network file has as burned.
        owner: Habits of the subnet's owner.
        miner: Habits of the miners.
        validator: Habits of the validators.
        investor: Habits of all others, nominators among them.
        whales: Holders who are followed by name.
        exits: Scripted sales.
        entries: Scripted purchases.
    """

    delegate_take_u16: U16 = chain.DELEGATE_TAKE_U16
    burned: Fraction = 0.0
    owner: OwnerConfig = OwnerConfig()
    miner: MinerConfig = MinerConfig()
    validator: ValidatorConfig = ValidatorConfig()
    investor: HabitsConfig = HabitsConfig()
    whales: Annotated[tuple[NamedWhaleConfig, ...], Field(strict=False, max_length=64)] = ()
    exits: Annotated[tuple[ExitConfig, ...], Field(strict=False, max_length=256)] = ()
    entries: Annotated[tuple[EntryConfig, ...], Field(strict=False, max_length=256)] = ()

    @model_validator(mode="after")
    def _fits(self) -> CohortsConfig:
        problems = []
        if self.investors_hold < 0.0:
            text = (
                f"owner, miner, validator and burned add up to {1.0 - self.investors_hold:g}; "
                "together they hold at most 1, and investors the rest"
            )
            problems.append(Problem("", text))
        taken: list[str] = list(_RESERVED)
        for index, whale in enumerate(self.whales):
            if whale.name in taken:
                text = f'is "{whale.name}", a name that is taken; choose another'
                problems.append(Problem(f"whales.{index}.name", text))
            taken.append(whale.name)
        for table, events in (("exits", self.exits), ("entries", self.entries)):
            for index, event in enumerate(events):
                if event.who not in self.names:
                    text = f"is {shown(event.who)}; {choice(event.who, self.names)}"
                    problems.append(Problem(f"{table}.{index}.who", text))
        refuse(problems)
        return self

    @property
    def investors_hold(self) -> float:
        """Part of the participants' alpha that investors hold at the start [-]."""
        others = (self.owner.holds, self.miner.holds, self.validator.holds, self.burned)
        rest = 1.0 - math.fsum(others)
        return 0.0 if abs(rest) < _ROUNDING else rest

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the cohorts of every subnet, then of whales."""
        return (*OF_EVERY_SUBNET, *(whale.name for whale in self.whales))

    @property
    def habits(self) -> tuple[HabitsConfig, ...]:
        """Habits of each cohort, in the order of :attr:`names`."""
        return (self.owner, self.miner, self.validator, self.investor, *self.whales)

    def build(self, slots: Slots, sellers: Sequence[EmissionSellingConfig]) -> Cohorts:
        """Build the cohorts.

        Args:
            slots: Slots of the network, in which whales hold alpha by netuid.
            sellers: Tables of ``emission_selling``, which become habits of the cohorts.

        Raises:
            NetworkError: A netuid that the table names is not in the network.
        """
        from dtaojax.cohorts.follower import cohorts

        holds = (self.owner.holds, self.miner.holds, self.validator.holds, self.investors_hold)
        return cohorts(
            self.names,
            holds=holds,
            whales=[slots.column(0.0, whale.alpha) for whale in self.whales],
            staked=[habits.staked for habits in self.habits],
            take=self.delegate_take_u16 / chain.U16_MAX,
            selling=self._selling(slots, sellers),
            buying=self._buying(slots),
        )

    def burned_at_start(self, slots: Slots, state: NetworkState) -> PerSubnet:
        """Return the burned alpha, with the part of the participants' that is taken to be burned.

        Args:
            slots: Slots of the network, in which whales hold alpha by netuid.
            state: State as the network file has it.
        """
        others = state.participants_alpha
        for whale in self.whales:
            others = others - slots.column(0.0, whale.alpha)
        return state.burned_alpha + self.burned * others

    def describe(self) -> Iterator[tuple[str, str]]:
        """Yield headings and texts of what a run assumes about cohorts, for the report."""
        parts = (self.owner.holds, self.miner.holds, self.validator.holds, self.investors_hold)
        owner, miner, validator, investor = (f"{100 * part:.3g} %" for part in parts)
        burned = f", and {100 * self.burned:.3g} % are burned" if self.burned else ""
        yield (
            "Who holds alpha",
            f"In every subnet owners hold {owner} of the participants' alpha at the start, miners "
            f"{miner}, validators {validator} and investors and nominators {investor}{burned}. "
            "Only the owners' part is measured, over all subnets together (12 % of all alpha "
            "outside the pools, 17 % of what participants hold; it differs from almost nothing to "
            "a third); those of miners and validators are what the default selling would have left "
            "them.",
        )
        take = 100 * self.delegate_take_u16 / chain.U16_MAX
        yield (
            "Income of cohorts",
            f"Validators keep {take:.3g} % of their part of the emission and the rest is shared by "
            "all staked alpha. Miners' incentive that the owner withholds is burned: it stays in "
            "existence, and nobody holds or sells it.",
        )
        yield (
            "Who trades with whom",
            "All trades of a step in a subnet clear at one price; what orders of other cohorts and "
            "the pool leave over is bought or sold by investors, who cannot sell more than they "
            "hold. A dissolved subnet pays all its holders; burned alpha has no part in the pot.",
        )

    def _selling(self, slots: Slots, sellers: Sequence[EmissionSellingConfig]) -> Iterator[Selling]:
        """Yield the habits, which add up: selling of income, of holdings, and exits."""
        from dtaojax.cohorts.selling import exit_over, selling_of_holdings, selling_of_income

        work = [sum(getattr(each, paid) for each in sellers) for paid in OF_EVERY_SUBNET[:3]]
        others = len(self.names) - len(work)
        stakers = len(OF_EVERY_SUBNET)
        yield from selling_of_income(
            earned=[*work, *[0.0] * others],
            # All but whales sell of their dividends what validators sell of their pay.
            dividends=[*[work[2]] * stakers, *(whale.dividends_sold for whale in self.whales)],
            lag_days=[habits.selling_lag_days for habits in self.habits],
        )
        yield from selling_of_holdings([habits.sold_per_day for habits in self.habits])
        for leaving in self.exits:
            everywhere = leaving.netuids is None
            named = {} if leaving.netuids is None else dict.fromkeys(leaving.netuids, 1.0)
            yield exit_over(
                self.names.index(leaving.who),
                where=slots.column(1.0 if everywhere else 0.0, named),
                fraction=leaving.fraction,
                day=leaving.day,
                days=leaving.days,
            )

    def _buying(self, slots: Slots) -> Iterator[BuyOnSchedule]:
        """Yield the entries, which add up."""
        from dtaojax.cohorts.selling import entry_over

        for entry in self.entries:
            yield entry_over(
                self.names.index(entry.who),
                tao=slots.column(0.0, {entry.netuid: entry.tao}),
                day=entry.day,
                days=entry.days,
            )
