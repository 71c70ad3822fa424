"""The weight rules that a config can name: one line a rule, and nothing else to register.

To add a rule, write it in a module of ``dtaojax/mechanism/weight_rule/`` and add a line to `_ALL`:
the kind, the module, the class (or function) there, and each parameter as ``name=(type with bounds,
default)``. Configs, error messages, presets and the model follow from the line. A parameter that is
a float reaches the rule as an array, any other as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, Union

from pydantic import BeforeValidator, Field, create_model
from pydantic_core import PydanticCustomError

from dtaojax import chain
from dtaojax.schema.strict import StrictModel

if TYPE_CHECKING:
    from dtaojax.mechanism.weight_rule.rule import WeightRule


class WeightRuleConfig(StrictModel):
    """A weight rule's kind and parameters; each rule has a model of its own, made from its line."""

    kind: str

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by kind, since the models are made on import."""
        return _read, (self.model_dump(),)

    def build(self, shared: Mapping[str, Any]) -> WeightRule:
        """Return the rule, with its own parameters and those that it takes from elsewhere.

        Args:
            shared: what a rule may take from elsewhere, as :attr:`RegisteredRule.takes` names it.
        """
        from dtaojax.numerics.shapes import parameter

        line = WEIGHT_RULES[self.kind]
        make = getattr(import_module(f"dtaojax.mechanism.weight_rule.{line.module}"), line.name)
        parameters = {
            # Floats as arrays, so that the model can be differentiated by them.
            key: parameter(value) if isinstance(value, float) else value
            for key, value in self.model_dump(exclude={"kind"}).items()
        }
        taken = {place.rpartition(".")[2]: shared[place] for place in line.takes}
        return make(**parameters, **taken)


@dataclass(frozen=True)
class RegisteredRule:
    """A line of the registry.

    Attributes:
        kind: Name by which a config asks for it, as in ``weight_rule = { kind = "..." }``.
        module: Module of ``dtaojax.mechanism.weight_rule`` in which the rule is.
        name: Name there of what makes the rule when it is called with the parameters.
        takes: Parameters that it takes from elsewhere: ``root.tao_weight``, ``run.seed``.
        model: Model of its table in a config.
    """

    kind: str
    module: str
    name: str
    takes: tuple[str, ...]
    model: type[WeightRuleConfig]


def _rule(kind: str, module: str, name: str, *takes: str, **parameters: Any) -> RegisteredRule:
    """Return the line of a rule, with the model of its table."""
    fields: dict[str, Any] = {"kind": (Literal[kind], kind), **parameters}
    model = create_model(name, __base__=WeightRuleConfig, **fields)
    return RegisteredRule(kind, module, name, takes, model)


def _averages(value: Any) -> Any:
    """Refuse a rate of 0 with a reason."""
    if value == 0.0 and not isinstance(value, bool):
        text = "is 0; a flow rule without its average has no shares: write a rate above 0"
        raise PydanticCustomError("no_average", "{text}", {"text": text})
    return value


Interval = Annotated[int, Field(ge=1, le=2**31)]
Rate = Annotated[float, Field(gt=0.0, le=1.0)]
Smoothing = Annotated[Rate, BeforeValidator(_averages)]
Flow = Annotated[float, Field(ge=-1e6, le=1e6)]
Power = Annotated[float, Field(gt=0.0, le=16.0)]

_SMOOTHING: Final = (Smoothing, chain.FLOW_SMOOTHING / chain.FLOW_SMOOTHING_ONE)
_CUTOFF: Final = (Flow, chain.FLOW_CUTOFF)
_EXPONENT: Final = (Power, chain.FLOW_EXPONENT)

_SPREAD: Final = Annotated[float, Field(ge=0.0, le=8.0)]
_VALIDATORS: Final = (Annotated[int, Field(ge=1, le=4096)], chain.ROOT_VALIDATORS)
_DAILY: Final = (Interval, chain.BLOCKS_PER_DAY)

_FLOWS: Final = {"smoothing": _SMOOTHING, "cutoff": _CUTOFF, "exponent": _EXPONENT}

_ALL: Final = (
    _rule("ema_price_burn", "price", "EmaPriceBurn"),
    _rule("powered_price_burn", "price", "PoweredPriceBurn", exponent=(Power, 1.0)),
    _rule("ema_price", "price", "EmaPrice"),
    _rule("ema_price_conviction", "price", "EmaPriceConviction", boost=(Power, 1.0)),
    _rule("ema_price_rootprop_burn", "price", "EmaPriceRootpropBurn", "root.tao_weight"),
    _rule("spot_price", "price", "SpotPrice", interval_blocks=_DAILY),
    _rule("tao_reserve", "price", "TaoReserve"),
    _rule("user_flow", "flow", "UserFlow", **_FLOWS),
    _rule("net_flow", "flow", "NetFlow", **_FLOWS),
    _rule(
        "root_validators",
        "root_validators",
        "root_validators",
        "run.seed",
        validators=_VALIDATORS,
        stake_exponent=(_SPREAD, 1.0),
        insight=(_SPREAD, 1.0),
        bias=(_SPREAD, 1.5),
        noise=(_SPREAD, 0.5),
        interval_blocks=_DAILY,
    ),
)

WEIGHT_RULES: Final[Mapping[str, RegisteredRule]] = MappingProxyType(
    {rule.kind: rule for rule in _ALL}
)
"""All weight rules by kind."""


def _read(table: Mapping[str, Any]) -> WeightRuleConfig:
    """Return the config that a table holds."""
    return WEIGHT_RULES[table["kind"]].model.model_validate(table)


if TYPE_CHECKING:
    AnyWeightRuleConfig: TypeAlias = WeightRuleConfig
else:
    AnyWeightRuleConfig = Annotated[
        Union[tuple(rule.model for rule in _ALL)],  # noqa: UP007
        Field(discriminator="kind"),
    ]
    """The model of any registered rule, told apart by ``kind``."""
