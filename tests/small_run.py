"""A small network and a config that is soon run, which tests of the pipeline and the CLI share.

Programs are compiled once for each shape in a process, so runs of one shape share a worker.
"""

import csv
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

EMBEDDED = "finney_8791253"
NETUIDS = (0, 1, 3, 4, 19, 64, 86)
"""Root, subnets of all sizes, and one that has not started."""
HOSTILE = {
    1: '<script>alert("x")</script>',
    3: "\x1b[31ma\x07\x9b1m",
    4: "\u202e\u2066evil",
    19: "[red]x[/red]",
    64: ":skull: [link=http://x]z",
    86: "\\[/y] two\nlines\\",
}
"""Names that want to do harm."""
REPORT_DAYS = [0.05, 1.0, 2.0]
PATHS = 16
CONFIG = f"""
[network]
file = "small.csv"
[arrivals]
rate = 0.0
[portfolio]
root_tao = 100.0
loss_days = [1.0, 2.0]
[portfolio.alpha]
4 = 1000.0
19 = 5000.0
[run]
paths = {PATHS}
horizon_days = 2
report_days = {REPORT_DAYS}
block_paths = 8
"""


def embedded_rows(netuids: Sequence[int] | None = None) -> list[dict[str, str]]:
    """Rows of the embedded network, all or some."""
    source = resources.files("dtaojax.network") / "data" / f"{EMBEDDED}.csv"
    with source.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if netuids is None or int(row["netuid"]) in netuids]


def small_rows() -> list[dict[str, str]]:
    """A few of them, under hostile names."""
    rows = embedded_rows(NETUIDS)
    return [row | {"name": HOSTILE.get(int(row["netuid"]), row["name"])} for row in rows]


def write_network(
    path: Path, rows: Sequence[dict[str, str]], block: int = 8_791_253, bar: float | None = None
) -> Path:
    """Writes a network and the facts beside it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    facts = f"block = {block}\ntotal_issuance = 11206919.340788886\nlast_lock_cost = 567.1\n"
    bar_line = "" if bar is None else f"gate_bar = {bar!r}\n"
    path.with_suffix(".toml").write_text(facts + bar_line)
    return path
