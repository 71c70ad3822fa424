"""What the behaviour of owners and root takes for granted, in words, for the report."""

from __future__ import annotations

from collections.abc import Iterator

from dtaojax.behaviour.config import BurnScriptConfig, SwitchScriptConfig
from dtaojax.config.config import Config
from dtaojax.demand.describe import listed


def held_fixed(config: Config) -> str:
    """Return what nobody changes during a run, as the subject of a sentence."""
    behaviour = config.behaviour
    parts = [
        text
        for text, moves in (
            ("Miner burn", behaviour.miner_burn is not None),
            ("the emission switch of each subnet", behaviour.emission_switch is not None),
            ("root stake", any(part.process in _ROOT_MOVES for part in config.demand)),
            ("the TAO weight", False),
        )
        if not moves
    ]
    named = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return named[0].upper() + named[1:]


_ROOT_MOVES = ("root_exit", "root_stake_flow")
"""Demand by which root stake changes."""


def behaviour_words(config: Config) -> Iterator[tuple[str, str]]:
    """Yield topics and texts."""
    behaviour = config.behaviour
    if (owners := behaviour.miner_burn) is not None:
        yield (
            "Owners",
            "Owners change how much of the miners' pay they withhold: between nothing, a part and "
            f"all, at rates of {behaviour.fit}. Those whom burn costs emission (the rules charge "
            "for it, the emission is on, and without burn the subnet would have "
            f"{100 * owners.reach:g} % of the gate's bar) withhold less than others. What the few "
            "observed moves leave open is drawn on each path.",
        )
    if (root := behaviour.emission_switch) is not None:
        yield (
            "Emission switch",
            f"Root switches the TAO emission of a subnet on {365 * root.on.rate:.2g} and off "
            f"{365 * root.off.rate:.2g} times a year, one by one, and of many in a batch "
            f"{365 * root.batch.rate:.2g} times a year, of which {100 * root.batch_on:g} % switch "
            "on. Two batches are known; who is in the next one is an assumption.",
        )
    if (claims := behaviour.root_claims) is not None and any(
        rules.root.kind == "basket" for rules in config.mechanism.in_turn
    ):
        bursts = (
            "all days alike"
            if claims.day_shape is None
            else "in bursts over all subnets at once, whose size from day to day is an assumption"
        )
        yield (
            "Root's claims",
            f"Root stake sells {100 * claims.rate.rate:.2g} % of its baskets a day on average, "
            f"{bursts}. The TAO joins root stake. What is known of the average is drawn on each "
            "path.",
        )
    switches = [rules.emit_set.owner_switch for rules in config.mechanism.in_turn]
    if not any(switches) and not behaviour.is_frozen:
        yield "No emission switch", "These rules have no switch of emission: all of it is on."
    elif not all(switches):
        yield (
            "No emission switch",
            "Some of the run's rules have no switch of emission: under them all of it is on.",
        )
    for script in behaviour.scripts:
        yield "Scripted decision", _script(script)


def _script(script: BurnScriptConfig | SwitchScriptConfig) -> str:
    whose = "all subnets" if script.netuids is None else listed(script.netuids)
    if len(script.classes) < len(_CLASSES):
        whose += f", as far as they {' or '.join(_CLASSES[name] for name in script.classes)}"
    match script:
        case SwitchScriptConfig():
            what = f"root switches {'on' if script.enabled else 'off'} the emission of {whose}"
        case BurnScriptConfig():
            what = f"owners withhold {100 * script.burned:g} % of the miners' pay in {whose}"
    return f"At the beginning of day {script.day}, on every path, {what}."


_CLASSES = {
    "burns_all": "burn all",
    "out_of_reach": "are out of reach of the bar",
    "in_reach": "are in reach of the bar",
}
