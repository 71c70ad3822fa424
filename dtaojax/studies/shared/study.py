"""The one way in which every study is carried out: inputs in, a sealed folder of results out.

The files that a study will leave are first held against those that it has read. Its folder is then
claimed against other processes, the new files are made beside the earlier result, and they take its
place, sealed by a manifest, only when all of them are whole (:mod:`dtaojax.storage`).

A study that goes from one config to one folder declares a :class:`Study` named ``STUDY`` in its
``run`` module, and :data:`ABOUT <About>` in its package; its command and the Python interface need
no more. One that has runs inside its folder, or that goes on from what was broken off, uses
:func:`study_folder` and :func:`write_files` on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar

import pandas as pd

from dtaojax.files.spreadsheet import write_table
from dtaojax.storage import result_folder, write_json, write_whole, writing_into
from dtaojax.studies.shared.outputs import refuse_replacing
from dtaojax.studies.shared.tabled import TabledResult

Inputs = TypeVar("Inputs")

Files: TypeAlias = Mapping[str, "pd.DataFrame | Mapping[str, Any] | str"]
"""The content of each file by its name: a table (``.csv`` or ``.parquet``), JSON types or text."""

Progress: TypeAlias = Callable[[str], None]
"""Receives a line now and again that tells what is being done."""

PAGE: Final = "report.html"
"""The name of a study's page in its folder."""

_DECLARATION: Final = "STUDY"


@dataclass(frozen=True)
class Study(Generic[Inputs]):
    """A study from its inputs to its folder.

    Attributes:
        name: the study's word: its command after ``dtaojax``, its package below
            ``dtaojax.studies``, and the name of its JSON file.
        files: names of all files that it may leave, the page among them.
        read: Gathers and checks everything that it reads, from the config's path and overrides as
            ``key=value``; another form where a study is asked for otherwise.
        find: Computes the result, and returns the content of every file.
        output_folder: folder of the results where nobody names one.
    """

    name: str
    files: tuple[str, ...]
    read: Callable[..., Inputs]
    find: Callable[[Inputs, Progress], Files]
    output_folder: Callable[[Inputs], Path]

    def carry_out(self, inputs: Inputs, folder: Path, progress: Progress) -> Path:
        """Compute the result and put it into a folder, all of it or nothing.

        Args:
            inputs: everything that was read.
            folder: folder for the results; made if it is not there.
            progress: Receives a line now and again.

        Returns:
            The path of the page.

        Raises:
            ResultsError: the folder cannot be written, holds another command's result, or is being
                written; or a file of the result would replace one that was read.
            TuneError: a search cannot be run, or a number is not finite.
        """
        with study_folder(folder, self.name, self.files) as new:
            write_files(new, self.find(inputs, progress))
        return folder / PAGE


def find_study(name: str) -> Study[Any]:
    """Return the study of a word; loads JAX and all that the study computes with."""
    return getattr(import_module(f"dtaojax.studies.{name}.run"), _DECLARATION)


@contextmanager
def study_folder(
    folder: Path, command: str, files: Iterable[str], needed: Iterable[Path] = ()
) -> Iterator[Path]:
    """Claim a folder, let the body fill a new one, and put that in the place of its result.

    If the body fails, the earlier result is what it was.

    Args:
        folder: folder for the results.
        command: command that is at work, as one gives it after ``dtaojax``.
        files: names of the files that the command may leave.
        needed: further files that must stay, beside all that were read.

    Yields:
        The folder to fill. A manifest that the body leaves there is sealed; else one that tells the
        command and the time is made.

    Raises:
        ResultsError: the folder cannot be written, holds another command's result, or is being
            written; or a file of the result would replace one that was read.
    """
    # Before the claim: a command that is refused must not have made so much as its folder.
    refuse_replacing(folder, files, needed)
    with result_folder(folder, command) as new:
        yield new


def result_files(result: TabledResult, page: str) -> Files:
    """Return the files of a result: its tables, its summary, its manifest and its page.

    Args:
        result: Tables, which become Parquet files of their names, and all that is told of them.
        page: Text of the page.
    """
    return {
        **{f"{name}.parquet": table for name, table in result.tables.items()},
        "summary.json": result.summary(),
        "manifest.json": result.manifest,
        PAGE: page,
    }


def write_files(folder: Path, files: Files) -> None:
    """Write files into a folder in the order given; a table by the ending of its name.

    Raises:
        ResultsError: the folder cannot be written.
    """
    with writing_into(folder):
        for name, content in files.items():
            file = folder / name
            if isinstance(content, str):
                write_whole(file, content)
            elif isinstance(content, Mapping):
                write_json(file, content)
            elif file.suffix == ".parquet":
                content.to_parquet(file, index=False)
            else:
                write_table(content, file)
