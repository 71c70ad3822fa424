"""How far the two sides differ, and whether truncation or float64 explains it."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from reference.moving import keep_moving_price
from worlds import RAO, Snapshot

from .presets import ROUNDINGS, Pair, preset_pair
from .record import ALPHA_AMOUNTS, FLOW_RULES, FLOW_TOKENS, SHARES, STATE_TOKENS
from .run import BLOCKS, Segment, segments

RELATIVE = 1e-11
"""Of float64 over the blocks of a segment that runs free."""
AMOUNT_OF_A_BLOCK = 1e-15
"""Of an amount in one block, for float64's own resolution: at 20 million tokens 3.7 rao."""
NUMBER_OF_A_BLOCK = 2e-14
"""Of a share, price or weight in one block."""
NOTHING = 1e-18
"""Of a share, price or weight; a share of that is a billionth of a rao of the block's emission."""
FLOW_SHARE = 1e-15
"""Of a share that is a difference of averaged flows: a millionth of a rao of the emission."""
SMALL_DIFFERENCE = 0.1 * RAO
"""An amount may be the small difference of large ones [tokens]."""
TRUNCATIONS = 4
"""A block truncates the injection and the chain buy of a pool, a sale and its fee's sale (§7.1)."""
EVENT_RAO = 2
"""Truncations of an event: a pool's seed, the protocol's part of a pot."""
LINES_A_SEGMENT = 3
MOST_LINES = 60
TOKENS = STATE_TOKENS | FLOW_TOKENS
OF_THE_EMIT_SET = {"memory.root_prop"}
"""RootProp is taken of the emit set alone (BS::update_root_prop); of others it is never read."""
UNTIL_NEXT_BLOCK = OF_THE_EMIT_SET
"""What an event leaves open: RootProp is taken anew in every block."""
ALPHA_TOKENS = {
    *ALPHA_AMOUNTS,
    "alpha_in",
    "alpha_reservoir",
    "alpha_out",
    "protocol_alpha",
    "root_basket",
    "burned_alpha",
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
        rao_error: the largest of a subnet's amount [rao of the dearer token of the pool].
        disagreements: of each segment the first few in time, one line each.
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


def compare(
    preset: str, rounding: str, blocks: int, seed: int, wanted: Container[int] | None = None
) -> Evidence:
    """Runs both sides of a preset through at least ``blocks`` random blocks.

    Args:
        preset: its name.
        rounding: ``exact`` or ``floor``.
        blocks: of the reference.
        seed: of networks, orders and events.
        wanted: segments to compare; all if not given.
    """
    pair = preset_pair(preset, ROUNDINGS[rounding])
    evidence = Evidence(preset, rounding)
    for segment in segments(pair, blocks, seed, wanted):
        judge(segment, pair, evidence)
    return evidence


def judge(segment: Segment, pair: Pair, evidence: Evidence) -> None:
    """Adds what a segment shows to the evidence."""
    evidence.blocks += BLOCKS
    evidence.events[segment.kind] += 1
    judge_event(segment, pair, evidence)
    slack, rao = slack_of(segment, pair), dearer_rao(segment)
    lines: list[tuple[int, str]] = []
    assert segment.found.keys() == segment.expected.keys()
    for name, want in segment.expected.items():
        if name in unused(pair):
            continue
        found = segment.found[name]
        if name in OF_THE_EMIT_SET:
            found = np.where(segment.members, found, want)
        error = np.abs(found - want)
        is_token = name in TOKENS
        scale = np.abs(want)
        counts = scale >= (1.0 if is_token else 1e-9)
        ratio = np.where(counts, error, 0.0) / np.where(counts, scale, 1.0)
        evidence.relative_error = max(evidence.relative_error, float(ratio.max()))
        if is_token and want.ndim == 2:
            worth = error / rao["alpha" if name in ALPHA_TOKENS else "tao"]
            evidence.rao_error = max(evidence.rao_error, float(worth.max()))
        of_a_block = AMOUNT_OF_A_BLOCK if is_token else NUMBER_OF_A_BLOCK
        relative = RELATIVE if pair.is_exact else of_a_block
        bad = ~(error <= relative * scale + slack[name])
        evidence.n_disagreements += int(bad.sum())
        lines += _lines(segment, name, want, found, bad)
    lines.sort(key=lambda line: line[0])
    evidence.add(line for _, line in lines[:LINES_A_SEGMENT])


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
) -> Iterator[tuple[int, str]]:
    """Where a field differs, in the first block in which it does; that block's number first."""
    if not bad.any():
        return
    block = int(np.argmax(bad.reshape(len(bad), -1).any(axis=1)))
    where = (
        f"segment {segment.number} ({segment.happening.text}), block {segment.first_block + block}"
        f" (number {block})"
    )
    if want.ndim == 1:
        yield block, f"{where}, {name}: {found[block]!r} instead of {want[block]!r}"
        return
    for slot in np.flatnonzero(bad[block]):
        values = f"{found[block, slot]!r} instead of {want[block, slot]!r}"
        yield block, f"{where}, netuid {slot + 1}, {name}: {values}"


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
        slack = {
            name: np.float64(SMALL_DIFFERENCE if name in TOKENS else NOTHING)
            for name in segment.expected
        }
    else:
        slack = truncation_slack(segment)
    # Shares are taken before a block truncates anything.
    of_flows = pair.rules.weight_rule.kind in FLOW_RULES
    return slack | dict.fromkeys((*SHARES, "gate_bar"), FLOW_SHARE if of_flows else NOTHING)


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
    total = tao.sum(axis=1)
    return slack | {"total_issuance": total, "root_tao": total, "block": 0}


def dearer_rao(segment: Segment) -> Snapshot:
    """What the dearer rao of each pool is worth, in TAO and in alpha [tokens].

    Truncating a rao of the dearer token moves the other's reserve by so much.
    """
    high, low, _ = extremes(segment)
    return {"tao": RAO * np.maximum(high, 1.0), "alpha": RAO * np.maximum(1.0 / low, 1.0)}


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
