"""What a regime makes of a network that it finds."""

from dtaojax.mechanism.coming_into_force import (
    Adaptation,
    enable_everyone,
    let_everyone_cut,
    start_everyone,
    weigh_evenly,
    without_bar,
)
from dtaojax.mechanism.config import RulesConfig
from dtaojax.mechanism.gate.config import NoGateConfig
from dtaojax.mechanism.liquidity.config import WeightedPoolConfig
from dtaojax.mechanism.split.config import OwnerCutSplitConfig


def adaptations(rules: RulesConfig) -> tuple[Adaptation, ...]:
    """Return what is to be applied in turn to who takes part and to a state.

    Under rules that know no start call, every subnet counts as started when it was registered;
    under rules without the owners' switches, every subnet's emission and cut are on; other pools
    than weighted ones have equal weights; without a gate there is no bar.
    """
    needed = (
        (start_everyone, rules.emit_set.kind == "all"),
        (enable_everyone, not rules.emit_set.owner_switch),
        (
            let_everyone_cut,
            isinstance(rules.split, OwnerCutSplitConfig) and not rules.split.owner_switch,
        ),
        (weigh_evenly, not isinstance(rules.pool, WeightedPoolConfig)),
        (without_bar, isinstance(rules.gate, NoGateConfig)),
    )
    return tuple(adaptation for adaptation, is_needed in needed if is_needed)
