"""How far the two sides differ, and whether truncation or float64 explains it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from reference.moving import keep_moving_price
from worlds import RAO, Snapshot

from .presets import ROUNDINGS, Pair, preset_pair
from .record import ALPHA_AMOUNTS, FLOW_TOKENS, SHARES, STATE_TOKENS
from .run import BLOCKS, Segment, segments

RELATIVE = 1e-11
"""Of float64 over the blocks of a segment that runs free."""
SMALL_DIFFERENCE = 0.1 * RAO
"""An amount may be the small difference of large ones [tokens]."""
TRUNCATIONS = 4
"""A block truncates the injection and the chain buy of a pool, a sale and its fee's sale (§7.1)."""
EVENT_RAO = 2
"""Truncations of an event: a pool's seed, the protocol's part of a pot."""
MOST_LINES = 12
TOKENS = STATE_TOKENS | FLOW_TOKENS
UNTIL_NEXT_BLOCK = {"memory.root_prop"}
"""What an event leaves open: RootProp is taken anew in every block, also of an empty slot."""
ALPHA_TOKENS = {
    *ALPHA_AMOUNTS,
    "alpha_in",
    "alpha_reservoir",
    "alpha_out",
    "protocol_alpha",
    "root_basket",
}


@dataclass
class Evidence:
    """What a comparison found.

    Attributes:
        preset: compared.
        rounding: ``exact`` or ``floor``.
        blocks: compared.
        events: how many of each kind happened.
        relative_error: the largest, of prices, shares, weights and amounts of a token or more.
        rao_error: the largest of an amount, at the pool's price, of pools with a token or more on
            each side [rao].
        disagreements: one line each, the first few.
        n_disagreements: how many there are.
    """

    preset: str
    rounding: str
    blocks: int = 0
    events: Counter[str] = field(default_factory=Counter)
    relative_error: float = 0.0
    rao_error: float = 0.0
    disagreements: list[str] = field(default_factory=list)
    n_disagreements: int = 0

    def add(self, lines: Iterable[str]) -> None:
        """Keeps disagreements while there are few."""
        named = [f"{self.preset}, {self.rounding}, {line}" for line in lines]
        self.disagreements += named[: MOST_LINES - len(self.disagreements)]


def compare(preset: str, rounding: str, blocks: int, seed: int) -> Evidence:
    """Runs both sides of a preset through at least ``blocks`` random blocks."""
    pair = preset_pair(preset, ROUNDINGS[rounding])
    evidence = Evidence(preset, rounding)
    for segment in segments(pair, blocks, seed):
        judge(segment, pair, evidence)
    return evidence


def judge(segment: Segment, pair: Pair, evidence: Evidence) -> None:
    """Adds what a segment shows to the evidence."""
    evidence.blocks += BLOCKS
    evidence.events[segment.kind] += 1
    judge_event(segment, pair, evidence)
    slack = slack_of(segment, pair)
    prices, _, thinnest = extremes(segment)
    deep = thinnest >= 1.0
    assert segment.found.keys() == segment.expected.keys()
    for name, want in segment.expected.items():
        if name in unused(pair):
            continue
        found = segment.found[name]
        error = np.abs(found - want)
        is_token = name in TOKENS
        scale = np.abs(want)
        counts = scale >= (1.0 if is_token else 1e-9)
        relative = np.where(counts, error, 0.0) / np.where(counts, scale, 1.0)
        evidence.relative_error = max(evidence.relative_error, float(relative.max()))
        if is_token and want.ndim == 2:
            value = error * (prices if name in ALPHA_TOKENS else 1.0)
            evidence.rao_error = max(evidence.rao_error, float(value[deep].max(initial=0.0)) / RAO)
        bad = ~(error <= RELATIVE * scale + slack[name])
        evidence.n_disagreements += int(bad.sum())
        evidence.add(_lines(segment, name, want, found, bad))


def judge_event(segment: Segment, pair: Pair, evidence: Evidence) -> None:
    """Compares what the event itself did, where the model has it as a function.

    Amounts may differ by the rao that the seed of a pool and the parts of a pot are truncated to.
    """
    assert segment.event_found.keys() == segment.event_expected.keys()
    for name, want in segment.event_expected.items():
        found = segment.event_found[name]
        error = np.abs(np.subtract(found, want, dtype=float))
        bad = ~(error <= RELATIVE * np.abs(want) + (EVENT_RAO * RAO if name in TOKENS else 0.0))
        if name not in unused(pair) | UNTIL_NEXT_BLOCK and bad.any():
            evidence.n_disagreements += int(bad.sum())
            where = f"segment {segment.number}, after {segment.happening.text}"
            evidence.add([f"{where}, {name}: {found.tolist()} instead of {want.tolist()}"])


def _lines(
    segment: Segment, name: str, want: np.ndarray, found: np.ndarray, bad: np.ndarray
) -> Iterator[str]:
    """Where a field differs, in the first block in which it does."""
    if not bad.any():
        return
    block = int(np.argmax(bad.reshape(len(bad), -1).any(axis=1)))
    where = (
        f"segment {segment.number} ({segment.happening.text}), block {segment.first_block + block}"
    )
    if want.ndim == 1:
        yield f"{where}, {name}: {found[block]!r} instead of {want[block]!r}"
        return
    for slot in np.flatnonzero(bad[block]):
        values = f"{found[block, slot]!r} instead of {want[block, slot]!r}"
        yield f"{where} (number {block}), netuid {slot + 1}, {name}: {values}"


def unused(pair: Pair) -> set[str]:
    """Fields that the model keeps up although the regime has no use for them."""
    spare: set[str] = set()
    if pair.regime.average is keep_moving_price:
        spare |= {"moving_price"}
    if pair.rules.weight_rule.kind == "user_flow":
        spare |= {"memory.protocol", "memory.protocol_ema"}
    return spare


def slack_of(segment: Segment, pair: Pair) -> Snapshot:
    """What each field may differ by beyond float64's relative error."""
    if pair.is_exact:
        return {
            name: np.float64(SMALL_DIFFERENCE if name in TOKENS else 1e-18)
            for name in segment.expected
        }
    return truncation_slack(segment)


def truncation_slack(segment: Segment) -> Snapshot:
    """How far the truncation of one block may have moved each field.

    A rao of one token is worth ``p`` or ``1/p`` rao of the other, and moves prices and weights by
    its part of the reserve.
    """
    high, low, thin = extremes(segment)
    lost = TRUNCATIONS * RAO
    tao, alpha, part = lost * (1.0 + high), lost * (1.0 + 1.0 / low), lost / thin
    slack = dict.fromkeys(segment.expected, tao)
    slack |= {name: alpha for name in segment.expected if name in ALPHA_TOKENS}
    slack |= {name: part * np.maximum(high, 1.0) for name in ("moving_price", "w_tao")}
    slack |= {name: part.max(axis=1, keepdims=True) + 0.0 * part for name in SHARES}
    total = tao.sum(axis=1)
    slack |= {"total_issuance": total, "root_tao": total, "gate_bar": part.max(axis=1), "block": 0}
    return slack


def extremes(segment: Segment) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Highest and lowest price and thinnest reserve of each block, where both tokens are."""
    sides = []
    for seen in (segment.before, segment.expected):
        tao, alpha, w_tao = seen["tao_in"], seen["alpha_in"], seen["w_tao"]
        some = (tao > 0.0) & (alpha > 0.0)
        price = np.where(some, (1.0 - w_tao) / w_tao * tao / np.where(some, alpha, 1.0), 1.0)
        thin = np.where(some, np.minimum(tao, alpha), 1.0)
        sides.append((price, thin))
    (price_a, thin_a), (price_b, thin_b) = sides
    return np.maximum(price_a, price_b), np.minimum(price_a, price_b), np.minimum(thin_a, thin_b)
