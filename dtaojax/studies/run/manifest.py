"""The manifest of a run: what was asked for, by what it was made, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dtaojax.config.config import Config
from dtaojax.config.schedule import describe_rules
from dtaojax.engine.chunk import Plan
from dtaojax.engine.merge import Statistics
from dtaojax.execution import runtime
from dtaojax.inputs import Inputs
from dtaojax.results.contract import SCHEMA_VERSION
from dtaojax.schema.strict import filled_title
from dtaojax.studies.run.precision import PrecisionWatch
from dtaojax.studies.shared.assumptions import alpha_outside, assumptions, run_warnings
from dtaojax.studies.shared.trust import trust
from dtaojax.version import __version__
from dtaojax.world.world import World


def run_manifest(
    inputs: Inputs,
    plan: Plan,
    world: World,
    statistics: Statistics,
    watch: PrecisionWatch,
    days: tuple[float, ...],
    wall_times: dict[str, float],
    tables: list[str],
) -> dict[str, Any]:
    """Return the content of ``manifest.json``; JSON types only.

    Args:
        inputs: Config and network.
        plan: Portions in which it was run.
        world: World that was run.
        statistics: Counts over all paths.
        watch: Record of the precision that was asked for.
        days: Days at which paths were observed.
        wall_times: Wall times by part of the run [s].
        tables: Names of the tables.
    """
    config, network = inputs.config, inputs.network
    run_config = config.run
    lost: dict[str, int] = {}
    # Counted by the first observed day on which a number was not finite; none is known nearer.
    for moment in statistics.lost.values():
        reason = f"a number was not finite by day {days[moment]:g}"
        lost[reason] = lost.get(reason, 0) + 1
    return {
        "schema_version": SCHEMA_VERSION,
        "command": "run",
        "title": filled_title(
            config.title or f"{network.name}, the next {{horizon}}", run_config.horizon_days
        ),
        "question": question(config),
        "trust": trust(config),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dtaojax_version": __version__,
        "config": config.model_dump(mode="json"),
        "config_hash": config.config_hash,
        "config_file": None if config.source is None else config.source.name,
        "seed": run_config.seed,
        "network": {
            "name": network.name,
            "file": inputs.network_file,
            "block": network.block,
            "total_issuance": network.total_issuance,
            "root_tao": network.root_tao,
            "gate_bar": network.gate_bar,
            "alpha_outside": alpha_outside(network),
        },
        "mechanism": describe_rules(config, network.block),
        "paths": {
            "requested": statistics.used + len(statistics.lost),
            "used": statistics.used,
            "lost": len(statistics.lost),
            "lost_reasons": lost,
        },
        "precision": watch.summary(),
        "limited": dict(zip(world.tally_names, statistics.tallies, strict=True)),
        "beyond_bins": beyond_bins(tuple(world.gauges), statistics),
        "run": {
            "horizon_days": run_config.horizon_days,
            "report_days": list(run_config.report_days),
            "loss_days": list(config.loss_days),
            "step_blocks": run_config.step_blocks,
            "precision": run_config.precision,
            "block_paths": plan.block_paths,
            "device": runtime.device_name(),
        },
        "versions": runtime.versions(),
        "wall_times": wall_times,
        "assumptions": assumptions(config, network),
        "warnings": [
            *run_warnings(config, network, statistics.used),
            *_led(inputs),
            *inputs.notices,
            *watch.warnings(),
        ],
        "tables": tables,
    }


def _led(inputs: Inputs) -> Iterator[str]:
    if inputs.leader is not None:
        yield (
            "no forecast, but half of a comparison: owners and root do here, path by path, what "
            f"they do under {inputs.leader.mechanism.preset} (config hash "
            f"{inputs.leader.config_hash[:16]}), whatever the rules here would make them do"
        )


def beyond_bins(gauges: tuple[str, ...], statistics: Statistics) -> dict[str, dict[str, int]]:
    """Count values below and above the bins, over paths, days and subnets, by gauge.

    Quantiles among them are bounds (:func:`dtaojax.metrics.binned.quantile_of_bins`). A value of 0
    is none of them.
    """
    outermost = statistics.counts.bins[..., [0, -1]].sum(axis=(0, 2))
    return {
        name: {"below": int(below), "above": int(above)}
        for name, (below, above) in zip(gauges, outermost, strict=True)
    }


def question(config: Config) -> str:
    """Return the question of the report, as far as it has a meaning under the rules."""
    rules = config.mechanism
    has_pools = rules.pool.kind != "none"
    fates = []
    if any(each.gate.kind != "none" for each in rules.in_turn):
        fates.append("fall below the gate's bar")
    if has_pools and any(each.registration.limit for each in rules.in_turn):
        fates.append("come up for deregistration")
    asked = ["how concentrated does TAO emission become"]
    if fates:
        asked.append(f"which subnets {' or '.join(fates)}")
    if has_pools:
        asked += ["what do prices and pools do", "and what could a holder of alpha lose"]
    return f"Over the next {config.run.horizon_days:g} days, {', '.join(asked)}?"
