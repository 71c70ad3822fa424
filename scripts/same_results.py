"""Shows that a change of the code changed no number: hashes of all tables, before and after.

    python scripts/same_results.py write BEFORE.json            every part; about 5 minutes
    python scripts/same_results.py check BEFORE.json            the same again, and what differs
    python scripts/same_results.py check BEFORE.json tune my    only what was touched
    python scripts/same_results.py check BEFORE.json presets/launch_2025 configs/stress

Each part runs verbs at a small size in a folder of its own; ``default`` runs configs/mainnet.toml
at its full size. Of every table the columns, their types and the exact bits of their values count;
not when, how long and by which version they were made (`same_tables.LEFT_OUT`). Text that is made
for people may change: it is named, and is no difference. Beside BEFORE.json the tables themselves
are kept in BEFORE.tables/, from which a check tells by how much a value differs; a check without
them tells which. A part whose data are not at hand is skipped, and said to be.

Hashes hold on one machine with the same packages only: others round otherwise. A check ends with 1
where anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from same_parts import DATA, PARTS, ROOT, SkippedError, lay_out, steps_of
from same_tables import SUFFIXES, Column, columns_of, digest_of

Tables = dict[str, dict[str, Any]]
"""By name: the digest of a table, and kind and digest of each of its columns."""

ANSWER: Final = "answer.json"
"""What a part's process leaves in its folder, besides the tables."""

KEPT: Final = "kept"
"""Folder of the tables in there."""


QUICK: Final = {"XLA_FLAGS": "--xla_backend_optimization_level=0"}
"""Programs that are compiled in half the time and run slower; here they compute next to nothing."""


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def make(part: str, desk: Path) -> None:
    """Run a part in this process; leave its tables in ``desk/kept`` and their digests in a file."""
    lay_out(desk)
    os.chdir(desk)
    kept, skipped, failed = desk / KEPT, {}, {}
    for name, work in steps_of(part):
        begun = time.process_time()
        out = desk / "results" / name
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            work(out)
        except SkippedError as error:
            skipped[name] = str(error)
        except Exception:
            failed[name] = traceback.format_exc(limit=-1)
        say(f"{name}: {time.process_time() - begun:.1f} s of processor time")
    tables = {}
    for file in sorted((desk / "results").rglob("*")):
        if file.suffix not in SUFFIXES or not file.is_file():
            continue
        place = file.relative_to(desk / "results")
        (kept / place).parent.mkdir(parents=True, exist_ok=True)
        if file.suffix in (".parquet", ".sqlite"):
            shutil.copyfile(file, kept / place)
        else:
            # Some name the file that was read, which lies in another folder each time.
            text = file.read_text(encoding="utf-8").replace(str(desk), "DESK")
            (kept / place).write_text(text, encoding="utf-8")
        columns = columns_of(kept / place)
        tables[str(place)] = {
            "digest": digest_of(columns),
            "columns": {name: [each.kind, each.digest] for name, each in columns.items()},
        }
    answer = {"tables": tables, "skipped": skipped, "failed": failed}
    (desk / ANSWER).write_text(json.dumps(answer), encoding="utf-8")


class Result(NamedTuple):
    """What a part made.

    Attributes:
        part: its name, or more of it where some of its results were asked for.
        seconds: that it took.
        kept: folder of its tables, by the names they have in `tables`.
        tables: their digests, by name.
        skipped: why something was not done, by what that was.
        failed: the same of what did not end well.
    """

    part: str
    seconds: float
    kept: Path
    tables: Tables
    skipped: dict[str, str]
    failed: dict[str, str]


def made(part: str, desk: Path) -> Result:
    """Run a part in a process of its own."""
    begun = time.monotonic()
    desk.mkdir(parents=True)
    surroundings = os.environ | {
        "COLUMNS": "200",
        **({} if part == "default" else QUICK),
        "DTAOJAX_DATA": str(DATA),
        "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
    }
    command = [sys.executable, __file__, "make", str(desk), part]
    with (desk / "said.txt").open("w") as said:
        code = subprocess.run(command, env=surroundings, stdout=said, stderr=said).returncode
    if code:
        text = (desk / "said.txt").read_text(encoding="utf-8")[-2000:]
        answer: dict[str, Any] = {"tables": {}, "skipped": {}, "failed": {part: text}}
    else:
        answer = json.loads((desk / ANSWER).read_text(encoding="utf-8"))
    return Result(part, time.monotonic() - begun, desk / KEPT, **answer)


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the columns of a table that differ and are no words, in order."""
    before, after = old["columns"], new["columns"]
    names = list(dict.fromkeys([*before, *after]))
    return [
        each
        for each in names
        if before.get(each) != after.get(each)
        and "words" not in (before.get(each, [""])[0], after.get(each, [""])[0])
    ]


def reworded(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the columns of a table whose words differ, in order."""
    after = new["columns"]
    return [
        each
        for each, (kind, digest) in old["columns"].items()
        if "words" in (kind, after.get(each, [""])[0]) and after.get(each) != [kind, digest]
    ]


def by_how_much(old: Column | None, new: Column | None) -> str:
    """Return how a column differs from what it was, in words."""
    if old is None or new is None:
        return "is new" if old is None else "is gone"
    if old.numbers is not None and new.numbers is not None:
        if old.numbers.shape != new.numbers.shape:
            return f"has {len(new.numbers)} values, had {len(old.numbers)}"
        one, other = old.numbers, new.numbers
        if not np.array_equal(np.isnan(one), np.isnan(other)):
            return "has values in other places"
        with np.errstate(invalid="ignore"):
            gap = np.where(one == other, 0.0, np.abs(other - one))
        place = int(np.argmax(np.nan_to_num(gap, nan=-1.0)))
        kinds = "" if old.kind == new.kind else f" (was {old.kind}, is {new.kind})"
        return (
            f"differs by at most {gap[place]:.3g}, in row {place} from {one[place]!r} to "
            f"{other[place]!r}; {int(np.sum(gap != 0))} of {len(gap)} values differ{kinds}"
        )
    if old.texts is None or new.texts is None or len(old.texts) != len(new.texts):
        return f"was {old.kind}, is {new.kind}, or has more or fewer rows"
    pairs = zip(old.texts, new.texts, strict=True)
    at, (one, other) = next(
        ((at, pair) for at, pair in enumerate(pairs) if pair[0] != pair[1]), (0, ("", ""))
    )
    return f"was {old.kind} {one!r:.80} in row {at}, is {new.kind} {other!r:.80}"


def told(name: str, columns: list[str], before: Path, after: Path) -> str:
    """Return a line on a table that differs: its first such column, and by how much."""
    first = columns[0] if columns else "order of columns"
    text = f"DIFFERS {name}: {first}"
    if columns and before.is_file():
        old, new = columns_of(before), columns_of(after)
        text += f" {by_how_much(old.get(first), new.get(first))}"
    more = f"; {len(columns) - 1} more columns" if len(columns) > 1 else ""
    return text + more


def tables_of(file: Path) -> Path:
    """Return the folder with the tables of which a file holds the digests."""
    return file.with_suffix(".tables")


def write(file: Path, result: Result) -> int:
    """Put a part's tables in the place of those that are there; return 0, for nothing is wrong."""
    there: Tables = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    others = {name: table for name, table in there.items() if not _is_of(name, [result.part])}
    # The tables first: a file of digests whose tables are gone tells less, the other is wrong.
    for name in there.keys() - others.keys():
        (tables_of(file) / name).unlink(missing_ok=True)
    if result.tables:
        shutil.copytree(result.kept, tables_of(file), dirs_exist_ok=True)
    file.write_text(json.dumps(others | result.tables, indent=1) + "\n", encoding="utf-8")
    return 0


def check(file: Path, result: Result) -> int:
    """Say how a part's tables differ from those of before; return how many do."""
    there: Tables = json.loads(file.read_text(encoding="utf-8"))
    lost = [f"{name}/" for name in (*result.skipped, *result.failed)]
    old = {
        name: table
        for name, table in there.items()
        if _is_of(name, [result.part]) and not _is_of(name, lost)
    }
    new, wrong = result.tables, 0
    for name in sorted(old.keys() | new.keys()):
        if name not in new or name not in old:
            say(f"DIFFERS {name}: is {'gone' if name not in new else 'new'}")
            wrong += 1
        elif old[name]["digest"] != new[name]["digest"]:
            columns = differences(old[name], new[name])
            say(told(name, columns, tables_of(file) / name, result.kept / name))
            wrong += 1
        elif words := reworded(old[name], new[name]):
            say(f"  other words in {name}: {', '.join(words)}")
    return wrong


def _is_of(name: str, results: Iterable[str]) -> bool:
    """Whether a table is of one of some parts, or of results whose names begin as these do."""
    return any(name.startswith(each if "/" in each else f"{each}/") for each in results)


def main() -> None:
    """Write the hashes of parts, or check them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["write", "check", "make"], help="make: a part, in here")
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON of the hashes")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; or PART/RESULT"
    )
    parser.add_argument("--jobs", type=int, default=2, help="parts at the same time (2)")
    asked = parser.parse_intermixed_args()
    if unknown := [each for each in asked.parts if each.partition("/")[0] not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; known: {', '.join(PARTS)}")
    if asked.action == "make":
        make(asked.parts[0], asked.file)
        return
    if asked.action == "check" and not asked.file.is_file():
        parser.error(f"{asked.file} is not there; write it from the code of before")
    take = check if asked.action == "check" else write
    wrong = 0
    with (
        tempfile.TemporaryDirectory(prefix="same-results-") as home,
        ThreadPoolExecutor(asked.jobs) as pool,
    ):
        begun = [
            pool.submit(made, part, Path(home) / str(number))
            for number, part in enumerate(asked.parts or PARTS)
        ]
        for ended in as_completed(begun):
            result = ended.result()
            for name, why in result.skipped.items():
                say(f"  skipped {name}: {why}")
            for name, why in result.failed.items():
                say(f"FAILED {name}: {why}")
            found = len(result.failed) + take(asked.file, result)
            said = f"{found} wrong" if found else "ok"
            say(f"{result.part}: {len(result.tables)} tables, {said}, {result.seconds:.0f} s")
            wrong += found
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
