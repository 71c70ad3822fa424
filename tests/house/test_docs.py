"""README and docs: their commands are taken, their configs are valid, their numbers are in step."""

from __future__ import annotations

import ast
import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
import typer
from places import ROOT

import dtaojax
from dtaojax import cli
from dtaojax.config.load import config_from_dict, load_config
from dtaojax.schema.strict import FileModel, StrictModel

PAGES = [ROOT / "README.md", ROOT / "reports" / "README.md", *sorted(ROOT.glob("docs/*.md"))]
RUN_CONFIGS = ("run", "sweep", "compare", "validate")
"""Verbs whose configs are those of runs."""


def commands() -> Iterator[tuple[str, str]]:
    """Every command line of a block or in running text, with the page that it stands on."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for block in re.findall(r"^(?:    |)(dtaojax +[a-z].*)$", text, re.MULTILINE):
            yield page.name, block
        for inline in re.findall(r"`(dtaojax [a-z][^`]* [^`]*)`", text):
            yield page.name, inline.replace("\n", " ")


FOUND = list(dict.fromkeys(commands()))


def test_the_pages_hold_commands() -> None:
    assert len(FOUND) > 40


@pytest.mark.parametrize(("page", "line"), FOUND, ids=[f"{p}: {c[:60]}" for p, c in FOUND])
def test_every_command_is_one_that_the_program_takes(page: str, line: str) -> None:
    _, verb, *words = shlex.split(line, comments=True)
    group = typer.main.get_command(cli.app)
    assert isinstance(group, click.Group | typer.core.TyperGroup)
    command = group.commands[verb]
    with command.make_context(verb, list(words)) as context:
        given = context.params
    places = [
        Path(word) for word in words if word.startswith("configs/") and word.endswith(".toml")
    ]
    for place in places:
        assert (ROOT / place).is_file()
        if verb in RUN_CONFIGS:
            load_config(ROOT / place, given.get("set_") or ())


def blocks(language: str) -> list[tuple[str, str]]:
    """Code blocks of a language, with the page that each stands on."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [
        (page.name, block)
        for page in PAGES
        for block in fence.findall(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("page", "block"), blocks("toml"))
def test_every_toml_block_is_toml(page: str, block: str) -> None:
    assert tomllib.loads(block)


@pytest.mark.parametrize(
    ("page", "block"), [each for each in blocks("toml") if each[0] in ("README.md", "tutorial.md")]
)
def test_configs_of_the_first_pages_are_valid(page: str, block: str) -> None:
    config_from_dict(tomllib.loads(block))


@pytest.mark.parametrize(("page", "block"), blocks("python"))
def test_every_python_block_is_python(page: str, block: str) -> None:
    ast.parse(block)


def test_every_number_of_a_report_is_in_the_reference() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "metrics.py"))["page"]()
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == made, (
        "run: python scripts/metrics.py > docs/metrics.md"
    )


REFERENCE = runpy.run_path(str(ROOT / "scripts" / "config_reference.py"))
TABLES = [
    (title, place) for model, title, _ in REFERENCE["FILES"] for place in REFERENCE["places"](model)
]


@pytest.mark.parametrize(
    ("title", "place"),
    TABLES,
    ids=[f"{title}: {place.path} {place.chosen_by}" for title, place in TABLES],
)
def test_every_key_of_a_config_is_described(title: str, place: Any) -> None:
    for key in REFERENCE["keys"](place.model):
        what = f"{place.model.__name__}.{key.name} has no"
        assert key.meaning, f"{what} entry under Attributes of its docstring"
        assert key.kind not in ("", "anything"), f"{what} type that the reference can tell"


def test_every_kind_of_config_file_is_in_the_reference() -> None:
    told = {model for model, _, _ in REFERENCE["FILES"]}
    assert told == set(_kinds_of_file(FileModel))


def _kinds_of_file(model: type[FileModel]) -> Iterator[type[FileModel]]:
    """Yield the models of files below one; what only others are made of is none of them."""
    for below in model.__subclasses__():
        if below.__subclasses__():
            yield from _kinds_of_file(below)
        else:
            yield below


def test_a_key_without_a_description_is_found() -> None:
    class Undescribed(StrictModel):
        """A table.

        Attributes:
            told: a key [days].
        """

        told: float = 1.0
        silent: int = 2

    told, silent = REFERENCE["keys"](Undescribed)
    assert (told.meaning, told.unit, told.default) == ("a key.", "days", "`1.0`")
    assert silent.meaning == ""


def test_the_reference_of_keys_is_in_step_with_the_models() -> None:
    assert (ROOT / "docs" / "config.md").read_text(encoding="utf-8") == REFERENCE["page"](), (
        "run: python scripts/config_reference.py > docs/config.md"
    )


def test_every_scenario_is_told_and_has_a_result() -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    told, _, results = page.partition("<!-- results")
    for config in ROOT.glob("configs/stress/*.toml"):
        assert f"| `{config.stem}` |" in told
        assert f"| `{config.stem}` |" in results


def test_pages_show_the_figures_that_the_script_draws() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    script = ast.parse((ROOT / "scripts" / "figures.py").read_text(encoding="utf-8"))
    drawn = {
        ast.literal_eval(key)
        for node in script.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if key is not None
    }
    assert set(re.findall(r"figures/(\w+)\.svg\)", pages)) == drawn
    assert {file.stem for file in ROOT.glob("docs/figures/*.svg")} == drawn


@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("docs/figures/*.svg")), ids=lambda file: file.stem
)
def test_a_figure_stands_by_itself_and_says_what_it_shows(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    assert all(len(root.findtext(f"{space}{tag}") or "") > 20 for tag in ("title", "desc"))
    assert "var(" not in text
    assert not {"script", "image", "foreignObject"} & {
        each.tag.removeprefix(space) for each in root.iter()
    }


def test_the_sites_pages_exist() -> None:
    listed = re.findall(r"- (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert len(listed) == len(set(listed)) > 10
    assert all((ROOT / "docs" / page).is_file() for page in listed)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    # Reports of measurements are made after the pages that speak of them.
    kept = [link for link in links if "reports/" not in link]
    assert not [link for link in kept if not (page.parent / link).exists()]


def test_every_page_of_docs_is_on_the_site() -> None:
    site = (ROOT / "mkdocs.yml").read_text()
    assert not [page.name for page in ROOT.glob("docs/*.md") if f"- {page.name}\n" not in site]


def test_the_reference_of_the_python_interface_holds_every_public_name() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^::: dtaojax\.(\w+)$", text, re.MULTILINE)
    assert sorted(listed) == sorted(set(dtaojax.__all__) - {"__version__"})


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_files_and_folders_of_the_package_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"(?<![\w/])dtaojax/[\w/]*(?:\.\w+)?", page.read_text(encoding="utf-8"))
    assert not [path for path in named if not (ROOT / path).exists()]
