"""What all config models share: strictness, number types and problems that concern several keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr
from pydantic_core import PydanticCustomError

from dtaojax.chain import MAX_SUPPLY, RAO_PER_TAO, U16_MAX
from dtaojax.schema.errors import Problem

CROSS_FIELD: Final = "cross_field"
"""Type of a validation error that carries a list of `Problem`s of its own."""


class StrictModel(BaseModel):
    """A frozen model that refuses unknown keys, coerced types and non-finite numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class FileModel(StrictModel):
    """A model that a file of its own is read into; relative paths start at the file's folder."""

    _source: Path | None = PrivateAttr(default=None)

    def with_source(self, source: Path | None) -> Self:
        """Return the same config, as read from a file."""
        config = self.model_copy()
        config._source = source
        return config

    def beside(self, path: str | Path) -> Path:
        """Return a path that the file gives, seen from the file's folder."""
        return Path(path) if self._source is None else self._source.parent / path


def filled_title(title: str, horizon_days: float) -> str:
    """Return a title with ``{horizon}`` filled in: "90 days", "1 day"."""
    length = "1 day" if horizon_days == 1.0 else f"{horizon_days:g} days"
    return title.replace("{horizon}", length)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise one validation error that lists every problem; do nothing where there is none.

    Args:
        problems: Keys relative to the model under validation, each with what is wrong and the fix.

    Raises:
        PydanticCustomError: There is at least one problem.
    """
    if problems:
        text = "; ".join(f"{problem.key}: {problem.message}" for problem in problems)
        # The template is formatted with the context, so the text must not stand in the template.
        raise PydanticCustomError(CROSS_FIELD, "{text}", {"text": text, "problems": list(problems)})


def rao_hint(value: float) -> str:
    """Say what is wrong with an amount above the supply cap, and the likely repair."""
    return (
        f"is {value:,.0f}, above the supply cap of {MAX_SUPPLY:,.0f}; this looks like rao: "
        f"divide by 1e9 (write {value / RAO_PER_TAO:.9g})"
    )


def _within_supply(value: float) -> float:
    if value > MAX_SUPPLY:
        raise PydanticCustomError("above_supply", "{text}", {"text": rao_hint(value)})
    return value


Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
"""A share of a whole, from 0 to 1."""

U16 = Annotated[int, Field(ge=0, le=U16_MAX)]
"""Numerator of one of the chain's 16-bit fractions; the denominator is 65535."""

Tokens = Annotated[float, Field(ge=0.0), AfterValidator(_within_supply)]
"""An amount of TAO or of one subnet's alpha; neither can exceed 21 million."""


def _no_null(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("null_character", "holds a null character; take it out")
    return value


PathText = Annotated[str, Field(min_length=1), AfterValidator(_no_null)]
"""The text of a path."""

ProcessName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""The name of a demand process, which its random streams bear."""

Days = Annotated[float, Field(gt=0.0, le=36_500.0)]
"""A number of days [days], at most a century."""

Blocks = Annotated[int, Field(ge=0, le=2**40)]
"""A number of blocks or a block height."""
