"""Measure the layout of the package: python scripts/house.py [REVISION ...]

Prints one Markdown table with a column for each git revision (without any, for the files in the
working tree; ``.`` names them too) beside those of six model codebases that we compare with. What
is counted:

- Lines are those of ``.py`` files as an editor counts them; ``__init__.py`` counts among files, not
  among lines a file. A function's lines run from ``def`` to its end, methods and nested functions
  included.
- Code lines hold at least one token that is neither comment nor docstring. Comments are counted by
  the lines that hold one, beside code or alone; a licence header before the first statement and
  directives for tools (``# noqa``, ``# type:``, ``# pyright:``, ...) do not count. Import lines are
  those of import statements, a share of all lines that are not blank.
- Docstrings are those of modules, classes and functions, private ones too; their coverage is that
  of classes and functions without a leading underscore.
- Attribute texts are entries of ``Attributes:``. A fragment opens with a preposition, a relative
  word ("what", "who", "where", ...) or a unit in brackets, and has no noun of its own.
- A room is a folder with Python files, ``__init__.py`` not counted among them. Arrows lie between
  the parts directly below the package (folders and single modules). An arrow points upward where
  the layers in ``.importlinter`` put its target above its source. Imports inside functions count;
  those for the type checker alone do not.
"""

from __future__ import annotations

import argparse
import ast
import configparser
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGE: Final = "dtaojax"
CONTRACTS: Final = ".importlinter"
WORKING_TREE: Final = "."

SHORT_FILE: Final = 40
LONG_FILE: Final = 400
"""Lines below and above which a file is counted as short and long."""
FULL_ROOM: Final = 20
"""Files side by side above which a room is counted as crowded."""
NAMED: Final = 4
"""Paths that a cell names at most."""

DIRECTIVE: Final = re.compile(r"#\s*(noqa|type:|pyright:|ruff:|fmt:|pragma:|mypy:|!)")
LICENCE: Final = re.compile(r"copyright|licen[cs]e|spdx", re.IGNORECASE)
INTERROGATIVE: Final = re.compile(r"(What|Who|Whose|Whether|How|Which|Where|When)\b")
FRAGMENT: Final = re.compile(
    r"\[|(of|in|by|at|to|for|from|with|on|as|over|below|above|after|before|between|per|since|until"
    r"|out|within|without|what|that|who|whose|which|where|when|likewise)\b(?!_)",
    re.IGNORECASE,
)
ENTRY: Final = re.compile(r"^ {4}[\w`*][\w`*, ]*: (.*)$", re.MULTILINE)
ATTRIBUTES: Final = re.compile(r"^Attributes:\n((?: {4}.*\n?|\n)*)", re.MULTILINE)

ANCHORS: Final = ("diffrax", "optax", "torax", "skfolio", "blackjax", "curvesim")
# Measured by us in 2026 for this comparison, from each project's sources at its latest release of
# that year (torax is 1.4). A row that is missing was not measured there.
ANCHOR_FIGURES: Final = {
    "source files / thousand lines": "63 / 17, 76 / 24, 263 / 55, 148 / 50, 113 / 38, 103 / 14",
    "lines a file: median / p95 / max": (
        "141 / 921 / 1544, 190 / 995 / 2795, 148 / 641 / 1071, 192 / 1257 / 2446, "
        "280 / 1049 / 1186, 81 / 480 / 1263"
    ),
    "files under 40 lines": "5 %, 12 %, 17 %, 19 %, 6 %, 25 %",
    "lines a function: median / p95 / longest": (
        "8 / 74 / 758, 19 / 118 / 736, 16 / 105 / 404, 20 / 96 / 391, 22 / 123 / 724, 15 / 72 / 185"
    ),
    "docstrings of public functions / classes": (
        "17 / 82 %, 54 / 89 %, 67 / 91 %, 86 / 100 %, 59 / 79 %, 85 / 98 %"
    ),
    "comments per code line": "13 %, 11 %, 11 %, 9 %, 11 %, 7 %",
    "share of lines that are imports": "7 %, 4 %, 5 %, 4 %, 4 %, 4 %",
    "docstrings opening with What/Who/Whether/How/...": "1 %, 0 %, 0 %, 0 %, 0 %, 0 %",
    "attribute texts that are fragments": "0 %, 0 %, 0 %, 0 %, 0 %, 0 %",
}


@dataclass
class Counts:
    """What is counted over the files of one revision.

    Attributes:
        filled: number of lines that are not blank.
        file_lines: lines of each file but ``__init__.py``.
        function_lines: lines of each function.
        functions: whether each public function has a docstring.
        classes: whether each public class has one.
        code: number of lines with code.
        comments: number of lines with a comment.
        imports: number of lines of import statements.
        docstrings: texts of all docstrings.
        attributes: texts of all documented attributes.
        paths: number of lines of each file.
        rooms: number of files in each folder.
    """

    filled: int = 0
    file_lines: list[int] = field(default_factory=list)
    function_lines: list[int] = field(default_factory=list)
    functions: list[bool] = field(default_factory=list)
    classes: list[bool] = field(default_factory=list)
    code: int = 0
    comments: int = 0
    imports: int = 0
    docstrings: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    paths: dict[Path, int] = field(default_factory=dict)
    rooms: dict[Path, int] = field(default_factory=dict)

    def add(self, path: Path, text: str) -> None:
        """Count one file."""
        lines = text.splitlines()
        self.paths[path] = len(lines)
        self.filled += sum(bool(line.strip()) for line in lines)
        if path.name != "__init__.py":
            self.file_lines.append(len(lines))
            self.rooms[path.parent] = self.rooms.get(path.parent, 0) + 1
        tree = ast.parse(text)
        spans = set[int]()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.imports += _length(node)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.function_lines.append(_length(node))
            if isinstance(node, ast.Expr) and _is_text(node.value):
                spans.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            self._add_docstring(node)
        code, comments = _lines_by_kind(text)
        self.code += len(code - spans)
        self.comments += len(comments)

    def _add_docstring(self, node: ast.AST) -> None:
        """Count the docstring of a module, a class or a function."""
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            return
        text = ast.get_docstring(node)
        if text is not None:
            self.docstrings.append(text)
            for section in ATTRIBUTES.findall(text):
                self.attributes.extend(ENTRY.findall(section))
        if not isinstance(node, ast.Module) and not node.name.startswith("_"):
            covered = self.classes if isinstance(node, ast.ClassDef) else self.functions
            covered.append(text is not None)


@dataclass(frozen=True)
class Arrows:
    """Imports between the parts of a package.

    Attributes:
        between: number of ordered pairs of parts of which the first imports the second.
        upward: those that point upward, as "source -> target".
        tangled: number of parts that import each other in a ring.
        ringed: number of modules that import each other in a ring.
    """

    between: int
    upward: tuple[str, ...]
    tangled: int
    ringed: int


def _length(node: ast.stmt) -> int:
    """Return how many lines a statement takes."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_text(node: ast.expr) -> bool:
    """Return whether an expression is a bare string: a docstring or an attribute's text."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _lines_by_kind(text: str) -> tuple[set[int], set[int]]:
    """Return the numbers of lines that hold code (or a string), and those that hold a comment."""
    code, comments, header = set[int](), set[int](), set[int]()
    is_licence = False
    blank = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    blank |= {tokenize.ENCODING, tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if not code:
                header.add(token.start[0])
                is_licence |= LICENCE.search(token.string) is not None
            if not DIRECTIVE.match(token.string):
                comments.add(token.start[0])
        elif token.type not in blank:
            code.update(range(token.start[0], token.end[0] + 1))
    return code, comments - header if is_licence else comments


def _package_arrows(folder: Path) -> Arrows:
    """Return the imports inside the package that lies in a folder."""
    sys.path.insert(0, str(folder))
    try:
        graph = grimp.build_graph(PACKAGE, cache_dir=None, exclude_type_checking_imports=True)
    finally:
        sys.path.remove(str(folder))
    modules = {source: graph.find_modules_directly_imported_by(source) for source in graph.modules}
    parts = {_part(module): set[str]() for module in modules}
    for source, targets in modules.items():
        parts[_part(source)] |= {_part(target) for target in targets} - {_part(source)}
    levels = _levels(folder / CONTRACTS)
    upward = (
        f"{source} -> {target}"
        for source, targets in parts.items()
        for target in targets
        if levels.get(source, 0) < levels.get(target, 0)
    )
    between = sum(len(targets) for targets in parts.values())
    return Arrows(between, tuple(sorted(upward)), _ringed(parts), _ringed(modules))


def _part(module: str) -> str:
    """Return the part of the package that a module belongs to; the package itself is one too."""
    return module.split(".")[1] if "." in module else PACKAGE


def _ringed(arrows: Mapping[str, Collection[str]]) -> int:
    """Return how many nodes lie on a ring of arrows."""
    return sum(node in _reached(node, arrows) for node in arrows)


def _reached(start: str, arrows: Mapping[str, Collection[str]]) -> set[str]:
    """Return the nodes to which one or more arrows lead from a node."""
    found, waiting = set[str](), list(arrows[start])
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(arrows[node])
    return found


def _levels(contracts: Path) -> dict[str, int]:
    """Return the height of each part by the first contract of layers, 0 at the bottom.

    The package's own ``__init__`` hands the interface on, so it stands on top.
    """
    parser = configparser.ConfigParser()
    parser.read(contracts)
    for name in parser.sections():
        if parser[name].get("type") == "layers":
            layers = parser[name]["layers"].split("\n")
            rows = [re.findall(r"\w+", row) for row in layers if row.strip()]
            heights = {part: len(rows) - row for row, parts in enumerate(rows) for part in parts}
            return {**heights, PACKAGE: len(rows) + 1}
    return {}


def _quantile(values: Sequence[int], level: float) -> int:
    """Return the value at a level of the sorted values [0 to 1], without interpolation."""
    return sorted(values)[min(len(values) - 1, int(level * len(values)))]


def _spread(values: Sequence[int]) -> str:
    """Return median, 95 % quantile and largest of some values as text."""
    return f"{_quantile(values, 0.5)} / {_quantile(values, 0.95)} / {max(values)}"


def _percent(part: float, whole: float, digits: int = 0) -> str:
    """Return a part of a whole as text [%]."""
    return f"{100 * part / whole:.{digits}f} %" if whole else "-"


def _share(found: Iterable[bool]) -> str:
    """Return the share of those that are true as text [%], without its sign."""
    values = list(found)
    return f"{100 * sum(values) / len(values):.0f}" if values else "-"


def measured(folder: Path) -> dict[str, str]:
    """Return the figures of the package that lies in a folder, by the name of each."""
    counts = Counts()
    for path in sorted((folder / PACKAGE).rglob("*.py")):
        counts.add(path.relative_to(folder), path.read_text())
    arrows = _package_arrows(folder)
    thousands = sum(counts.paths.values()) / 1e3
    is_question = [bool(INTERROGATIVE.match(text)) for text in counts.docstrings]
    is_fragment = [bool(FRAGMENT.match(text)) for text in counts.attributes]
    return {
        "source files / thousand lines": f"{len(counts.paths)} / {thousands:.0f}",
        "lines a file: median / p95 / max": _spread(counts.file_lines),
        f"files under {SHORT_FILE} lines": _percent(
            sum(lines < SHORT_FILE for lines in counts.file_lines), len(counts.file_lines)
        ),
        "lines a function: median / p95 / longest": _spread(counts.function_lines),
        "docstrings of public functions / classes": (
            f"{_share(counts.functions)} / {_share(counts.classes)} %"
        ),
        "comments per code line": _percent(counts.comments, counts.code, digits=1),
        "share of lines that are imports": _percent(counts.imports, counts.filled),
        "docstrings opening with What/Who/Whether/How/...": _percent(
            sum(is_question), len(is_question)
        ),
        "attribute texts that are fragments": _percent(sum(is_fragment), len(is_fragment)),
        f"files over {LONG_FILE} lines": _named(
            {path: lines for path, lines in counts.paths.items() if lines > LONG_FILE}
        ),
        f"rooms with more than {FULL_ROOM} files side by side": _named(
            {room: files for room, files in counts.rooms.items() if files > FULL_ROOM}
        ),
        "arrows between parts / upward": f"{arrows.between} / {len(arrows.upward)}",
        "parts / modules that import each other in a ring": f"{arrows.tangled} / {arrows.ringed}",
    }


def _named(found: dict[Path, int]) -> str:
    """Return how many paths were found, and the largest of them with their counts."""
    largest = sorted(found, key=lambda path: -found[path])[:NAMED]
    names = [f"{path.relative_to(PACKAGE)} {found[path]}" for path in largest]
    names += ["..."] * (len(found) > NAMED)
    return f"{len(found)} ({', '.join(names)})" if found else "0"


def _folders(revisions: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the name and the figures of each revision; the working tree is read where it lies."""
    for revision in revisions:
        if revision == WORKING_TREE:
            yield "working tree", measured(ROOT)
            continue
        command = ["git", "archive", revision, PACKAGE, CONTRACTS]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        with tempfile.TemporaryDirectory() as made:
            with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
                archive.extractall(made, filter="data")
            yield revision, measured(Path(made))


def table(columns: dict[str, dict[str, str]]) -> str:
    """Return the figures of revisions beside the anchors' as a Markdown table."""
    head = ["", *columns, *ANCHORS]
    rows = [head, ["---"] * len(head)]
    for name in next(iter(columns.values())):
        anchors = ANCHOR_FIGURES.get(name, ", ".join("-" * len(ANCHORS))).split(", ")
        rows.append([name, *(column[name] for column in columns.values()), *anchors])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the layout of the package.")
    parser.add_argument("revisions", nargs="*", default=[WORKING_TREE])
    sys.stdout.write(table(dict(_folders(parser.parse_args().revisions))))
