"""``dtaojax validate``: check a config without running anything."""

from __future__ import annotations

from dtaojax.commands.options import ConfigFile, Overrides
from dtaojax.commands.terminal import answer


def validate(config: ConfigFile, set_: Overrides = None) -> None:
    """Check a config and its network without running anything."""
    from dtaojax.assembly.inputs import read_inputs

    inputs = read_inputs(config, list(set_ or []))
    run_config = inputs.config.run
    answer(
        f"{config}: valid · {inputs.config.mechanism.named} · {inputs.network.n_subnets} subnets "
        f"at block {inputs.network.block:,} · {run_config.paths:,} paths of "
        f"{run_config.n_steps:,} steps to day {run_config.horizon_days:g} · "
        f"hash {inputs.config.config_hash[:16]}"
    )
