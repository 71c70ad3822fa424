"""Every section that code or pages refer to, as in §3.6, is a heading of the specification."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import ROOT

SPECIFICATION = ROOT / "docs" / "specification.md"
PLACES = ("dtaojax", "tests", "scripts", "configs", "docs", "reports")
KINDS = (".py", ".md", ".toml")
REFERENCE = re.compile(r"§(\d+(?:\.\d+)?)(?:\s+(S\d|E-\w+|G|M)\b)?(?:\s+steps?\s+(\d+))?")


def sections() -> dict[str, str]:
    """The text below each numbered heading, down to the next one."""
    text = SPECIFICATION.read_text(encoding="utf-8")
    parts = re.split(r"^#{2,3} (\d+(?:\.\d+)?) .*$", text, flags=re.MULTILINE)
    numbers, texts = parts[1::2], parts[2::2]
    assert len(set(numbers)) == len(numbers), "a number is given to two headings"
    return dict(zip(numbers, texts, strict=True))


def files() -> Iterator[Path]:
    """Everything in which a section may be referred to."""
    yield ROOT / "README.md"
    for place in PLACES:
        yield from (f for f in sorted((ROOT / place).rglob("*")) if f.suffix in KINDS)


def references() -> dict[tuple[str, str, str], str]:
    """Section, part and step of every reference, with a file that has it."""
    found = {}
    for file in files():
        for match in REFERENCE.finditer(file.read_text(encoding="utf-8")):
            number, part, step = (group or "" for group in match.groups())
            found[number, part, step] = str(file.relative_to(ROOT))
    return found


FOUND = references()
SECTIONS = sections()


def test_there_are_references() -> None:
    assert len(FOUND) > 50


@pytest.mark.parametrize("reference", FOUND, ids=[" ".join(filter(None, each)) for each in FOUND])
def test_a_reference_leads_to_a_heading(reference: tuple[str, str, str]) -> None:
    number, part, step = reference
    assert number in SECTIONS, f"{FOUND[reference]} refers to §{number}"
    text = SECTIONS[number]
    if part:
        assert re.search(rf"^#### {re.escape(part)}(,|$)", text, re.MULTILINE), FOUND[reference]
    if step:
        assert re.search(rf"^{step}\. ", text, re.MULTILINE), FOUND[reference]
