"""The table ``[network]``: which state a run starts from."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import Blocks, Fraction, PathText, StrictModel, Tokens, refuse

DEFAULT_NETWORK: Final = "finney_8791253"


class SyntheticConfig(StrictModel):
    """A network drawn at random.

    Attributes:
        subnets: Number of subnets, root apart.
        seed: Seed of the draw; another seed gives another network.
        stage: ``mature`` spreads depths and prices as mainnet's are; ``launch`` is the first block
            of dTAO, in which every pool holds 1 TAO and as much alpha and nobody holds any.
        newborn: Number of subnets that were registered a tempo ago, the last ones; of a mature
            network only.
        pool_tao: TAO in each pool at the launch; the chain's least lock by default [TAO].
        pool_alpha: Alpha in each pool at the launch [alpha].
        held_alpha: Alpha that is held outside each pool at the launch [alpha].
    """

    subnets: Annotated[int, Field(ge=1, le=chain.U16_MAX)]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    stage: Literal["mature", "launch"] = "mature"
    newborn: Annotated[int, Field(ge=0, le=chain.U16_MAX)] = 0
    pool_tao: Annotated[Tokens, Field(gt=0.0)] = chain.MIN_LOCK
    pool_alpha: Annotated[Tokens, Field(gt=0.0)] = chain.MIN_LOCK
    held_alpha: Tokens = 0.0

    @model_validator(mode="after")
    def _newborn_among_older(self) -> SyntheticConfig:
        if self.newborn and self.stage == "launch":
            text = f"is {self.newborn}, but at the launch every subnet is new; leave it out"
            refuse([Problem("newborn", text)])
        if self.newborn >= self.subnets:
            text = f"is {self.newborn}; must be below subnets = {self.subnets}"
            refuse([Problem("newborn", text)])
        return self

    @model_validator(mode="after")
    def _seeded_at_launch_only(self) -> SyntheticConfig:
        seeds = ("pool_tao", "pool_alpha", "held_alpha")
        usual = {key: type(self).model_fields[key].default for key in seeds}
        if self.stage != "launch":
            text = 'is of the launch only; write stage = "launch", or leave it out'
            refuse([Problem(key, text) for key in seeds if getattr(self, key) != usual[key]])
        return self


class NetworkConfig(StrictModel):
    """The state to start from.

    Attributes:
        file: Name of an embedded network, or the path of a CSV or Parquet file, relative to the
            config file; a bare file name that is not there is looked for in the folder
            ``DTAOJAX_DATA``, or ``../shared/data``.
        block: Block height of that state; overrides the network's companion facts.
        total_issuance: TAO issued at that block [TAO]; overrides the companion facts.
        root_tao: TAO staked to root, for a file that has no row for it [TAO]; overrides the
            companion facts.
        gate_bar: The emission bar in force; overrides the companion facts. 0 for not set.
        last_lock_cost: Cost of the last registration; overrides the companion facts [TAO].
        last_lock_block: Block of the last registration; overrides the companion facts. By default
            that at which the newest subnet was registered.
        columns_from: CSV files that tell, by netuid, what the network file does not: any of its
            columns, also as ``registered_block``, ``start_block``, ``burn`` or ``enabled``. Found
            as the network file is.
        assume: Whether what a dated snapshot does not tell may be assumed; the report says what was
            (docs/networks.md).
        synthetic: Network to draw instead of reading a file.
    """

    file: PathText = DEFAULT_NETWORK
    block: Blocks | None = None
    total_issuance: Tokens | None = None
    root_tao: Tokens | None = None
    gate_bar: Fraction | None = None
    last_lock_cost: Tokens | None = None
    last_lock_block: Blocks | None = None
    columns_from: Annotated[tuple[PathText, ...], Field(strict=False, max_length=16)] = ()
    assume: bool = False
    synthetic: SyntheticConfig | None = None

    @model_validator(mode="after")
    def _is_read_or_drawn(self) -> NetworkConfig:
        if self.synthetic is not None:
            given = {key for key, value in self.facts.items() if value is not None}
            given |= {"file"} if self.file != DEFAULT_NETWORK else set()
            given |= {key for key in ("columns_from", "assume") if getattr(self, key)}
            text = "has no place beside network.synthetic, which draws the network; drop one"
            refuse([Problem(key, text) for key in sorted(given)])
        return self

    @property
    def facts(self) -> dict[str, int | float | None]:
        """Facts that replace those of the companion file; None where none do."""
        return self.model_dump(exclude={"file", "columns_from", "assume", "synthetic"})
