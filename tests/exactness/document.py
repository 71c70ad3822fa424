"""What was found, as a page of the documentation."""

from collections import Counter
from collections.abc import Sequence

from .compare import AMOUNT_OF_A_BLOCK, FLOW_SHARE, RELATIVE, TRUNCATIONS, Evidence
from .run import BLOCKS

INTRODUCTION = """# How exactly the step follows the chain

Written by `scripts/exactness` (seed {seed}): the JAX step of one block against the exact reference
in `tests/reference`, plain Python integers and decimals of 50 digits that were written from the
mechanism's specification alone. Networks, orders both ways and events are random; an event comes
before every {segment} blocks. Reserves, alpha by holder, issuance, root stake, price averages, pool
weights, shares, the gate's bar, what the weight rule remembers, and every amount that a block
injects, buys, mints, pays out or sells are compared, of each subnet and after each block.

*Blocks* are compared twice. *Without truncation* both sides compute with real numbers; the model
starts in the reference's state and runs free for {segment} blocks. *With truncation* the reference
keeps whole rao as the chain does, and every block of the model starts in the reference's state.

*Values that differ* counts those beyond the bounds below, in both runs: 0 is agreement in every
value of every block and event.

*Relative error* is the largest of the run without truncation, of any price, share or weight and any
amount of a token or more. The bound is {relative:.0e}, or 0.1 rao of an amount; small shares under
flow rules have their own (see below). Where an amount comes near, its pool is in an edge state: a
few thousandths of an alpha against a thousand TAO.

*Error in rao* is the largest of an amount of a subnet in a block with truncation. A rao here is one
of the pool's dearer token: where one rao of that is truncated, the other token moves by its price.
A block truncates the injection, the chain buy, a sale and the sale of its fee: {truncations} rao of
either token. Beyond that only float64's own resolution counts ({amount:.0e} of an amount; at 20
million tokens the next number is 3.7 rao away, and 7.5 are two of these).

"""
HEAD = """| preset | blocks | events | values that differ | relative error | error in rao |
|---|---|---|---|---|---|
"""
NOTES = """
## Where rounding could decide

A rule that asks whether one number is above another can be answered differently by numbers that are
rounded differently. No decision is left out of the comparison; these are settled as follows.

* **Net flow (R5)**: where one subnet alone has users' and protocol's flow positive, its net flow is
  `U - (U / P) P`, 0 over the reals, and nobody gets TAO. Both sides write it so that it is exactly
  0. The chain's fixed-point numbers may leave 2^-64 rao, and with it give that subnet everything.
  Shares that are differences of averaged flows may differ by {flow:.0e} of the block's emission, a
  millionth of a rao.
* **Subsidy (R3)**: a price that float64 cannot tell from the share is not below it.
* **Emission**: it halves at a threshold of the issuance, which float64 tells to 2 rao in ten
  million TAO; less than a rao of it is nothing.
* **Root proportion (R6)**: taken of the emit set, as on chain; that of a subnet which has not
  started is read by nobody, and not compared.

Not compared here: `root_2023`, whose votes are random numbers of the model's own
(`tests/mechanism/test_root_2023.py`); orders that the pool's extreme prices or the holders' alpha
cut short (`tests/mechanism/trading/test_trading.py`,
`tests/mechanism/step/test_step_reference.py`); and the chain's fixed-point average of prices, which
both sides keep as a real number unless a config asks for it (`moving_price.floor`,
`tests/mechanism/moving_price/test_moving_price.py`).
"""


def row(exact: Evidence, floor: Evidence) -> str:
    """The table's row of a preset."""
    return (
        f"| `{exact.preset}` | 2 x {exact.blocks:,} | {exact.events.total() + floor.events.total()}"
        f" | {exact.n_disagreements + floor.n_disagreements}"
        f" | {exact.relative_error:.1e} | {floor.rao_error:.1f} |"
    )


def page(found: Sequence[tuple[Evidence, Evidence]], seed: int) -> str:
    """The page on all presets compared."""
    introduction = INTRODUCTION.format(
        seed=seed,
        segment=BLOCKS,
        relative=RELATIVE,
        truncations=TRUNCATIONS,
        amount=AMOUNT_OF_A_BLOCK,
    )
    rows = "".join(row(*pair) + "\n" for pair in found)
    both = [evidence for pair in found for evidence in pair]
    return (
        introduction
        + HEAD
        + rows
        + _events(sum((evidence.events for evidence in both), Counter()))
        + _unexplained([line for evidence in both for line in evidence.disagreements])
        + NOTES.format(flow=FLOW_SHARE)
    )


def _events(counts: Counter[str]) -> str:
    listed = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in counts.most_common())
    return f"\nEvents of all presets by kind: {listed}.\n"


def _unexplained(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    return "\n## Values that differ\n\n" + "".join(f"* {line}\n" for line in lines)
