"""How the findings of the device benchmark are shown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from typing import Any

Found = dict[str, Any]


def markdown(result: dict[str, Any]) -> str:
    """The tables, as text; those without a row are left out."""
    about, found = result["about"], result["found"]
    sound = [each for each in found if "failed" not in each]
    lines = [f"# Device benchmark: {about['device']}", ""]
    lines.append(
        f"JAX {about['versions']['jax']}; medians of {result['repeats']} repeats. Memory: what is "
        "moved at least, or as the step is compiled, as a share of the measured ceiling. The "
        "floor: the state moved once a step, or the operations done, whichever takes longer."
    )
    lines += _table("ceiling | memory [GB/s] | operations [G/s]", _ceilings(sound))
    lines += _table(
        "one subnet in one step | precision | operations | transcendental | bytes as compiled | "
        "bytes of its state | passes over it",
        _steps(sound),
    )
    lines += _table(
        "engine | on | precision | block | million subnet-steps/s | spread | "
        "memory, state alone | memory, as compiled | of the floor's speed | over the CPU | "
        "peak [GB]",
        _rates(sound),
    )
    lines += _table(
        "whole command | paths | days | block | wall [s] | set-up [s] | simulate [s] | "
        "metrics [s] | peak [GB]",
        _runs(sound),
    )
    lines += _table("not measured | why", _failures(found))
    return "\n".join(lines) + "\n"


def floor_seconds(step: Found, ceiling: Found) -> float:
    """Least time of a subnet-step: its state moved once, or its operations done, whichever is more.

    Args:
        step: what it costs.
        ceiling: of the device in the same precision.
    """
    moving = step["floor_bytes"] / ceiling["bytes_per_s"]
    computing = (step["operations"] or 0.0) / ceiling["operations_per_s"]
    return max(moving, computing)


def _ceilings(found: list[Found]) -> Iterator[tuple[str, ...]]:
    for each in _of(found, "ceilings"):
        rates = (each["bytes_per_s"], each["operations_per_s"])
        yield each["precision"], *(f"{rate / 1e9:,.0f}" for rate in rates)


def _steps(found: list[Found]) -> Iterator[tuple[str, ...]]:
    for each in _of(found, "step"):
        counts = ("operations", "transcendentals", "bytes", "floor_bytes")
        passes = _number(each["passes"], ".1f")
        yield each["world"], each["precision"], *(_number(each[c], ",.0f") for c in counts), passes


def _rates(found: list[Found]) -> Iterator[tuple[str, ...]]:
    for each in _of(found, "engine"):
        rate = _rate(each)
        spread = (max(each["subnet_steps_per_s"]) - min(each["subnet_steps_per_s"])) / rate
        shares: tuple[float | None, ...] = (None, None, None)
        alike = {"precision": each["precision"], "where": "device"}
        step = _first(found, "step", world=each["world"], **alike)
        ceiling = _first(found, "ceilings", **alike)
        if each["where"] == "device" and step is not None and ceiling is not None:
            moved = rate / ceiling["bytes_per_s"]
            compiled = None if step["bytes"] is None else moved * step["bytes"]
            shares = (moved * step["floor_bytes"], compiled, rate * floor_seconds(step, ceiling))
        yield (
            each["world"],
            each["where"],
            each["precision"],
            f"{each['block']:,}",
            f"{rate / 1e6:.3g}",
            f"{spread:.0%}",
            *(_number(share, ".2%") for share in shares),
            _number(_against_cpu(found, each), ".3g", "x"),
            _gigabytes(each["peak_bytes"]),
        )


def _against_cpu(found: list[Found], each: Found) -> float | None:
    alike = {"world": each["world"], "precision": each["precision"]}
    cpu = _first(found, "engine", where="cpu", **alike)
    return None if cpu is None else _rate(each) / _rate(cpu)


def _runs(found: list[Found]) -> Iterator[tuple[str, ...]]:
    for each in _of(found, "run"):
        times = (each["wall_s"], *each["wall_times"].values())
        sizes = (f"{each[size]:,}" for size in ("paths", "days", "block"))
        yield (
            each["precision"],
            *sizes,
            *(f"{seconds:.1f}" for seconds in times),
            _gigabytes(each["peak_bytes"]),
        )


def _failures(found: list[Found]) -> Iterator[tuple[str, ...]]:
    for each in found:
        if "failed" in each:
            what = (each["kind"], each["world"], f"{each['block'] or ''}", each["precision"])
            yield " ".join(filter(None, what)), each["failed"].replace("|", "\\|")


def _of(found: list[Found], kind: str, **alike: str) -> Iterator[Found]:
    for each in found:
        if each["kind"] == kind and all(each[name] == value for name, value in alike.items()):
            yield each


def _first(found: list[Found], kind: str, **alike: str) -> Found | None:
    return next(_of(found, kind, **alike), None)


def _rate(each: Found) -> float:
    return statistics.median(each["subnet_steps_per_s"])


def _number(value: float | None, form: str, unit: str = "") -> str:
    return "" if value is None else f"{value:{form}}{unit}"


def _gigabytes(size: int | None) -> str:
    return _number(None if size is None else size / 1e9, ".2f")


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rule = "|" + "---|" * (head.count("|") + 1)
    return ["", f"| {head} |", rule, *lines] if lines else []
