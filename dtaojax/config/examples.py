"""The example configs: beside the package in the repository, inside it in an installation."""

from __future__ import annotations

import shutil
from pathlib import Path

from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.storage import ResultsError, added, is_marked, writing

_PACKAGE = Path(__file__).parents[1]


def example_folder() -> Path:
    """Where the example configs are."""
    inside = _PACKAGE / "configs"
    return inside if inside.is_dir() else _PACKAGE.parent / "configs"


def copy_examples(folder: Path) -> list[Path]:
    """Copies the example configs.

    Args:
        folder: made where it is missing.

    Returns:
        The copies, in order.

    Raises:
        ConfigError: a file would be replaced, or the folder cannot be written.
    """
    source = example_folder()
    files = sorted(file.relative_to(source) for file in source.rglob("*.toml"))
    goes_on = is_marked(folder, "init")
    there = [
        file
        for file in files
        if (folder / file).exists() and not (goes_on and _is_copy(folder / file, source / file))
    ]
    if there:
        text = f"exists already, and {len(there) - 1} more; choose an empty folder"
        raise ConfigError(str(folder), [Problem(str(there[0]), text)])
    try:
        with added(folder, "init") as new, writing(new):
            for file in files:
                (new / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / file, new / file)
    except ResultsError as error:
        text = str(error).removeprefix(f"{folder}: ").removesuffix(" with --out")
        raise ConfigError(str(folder), [Problem("", text)]) from error
    return [folder / file for file in files]


def _is_copy(file: Path, source: Path) -> bool:
    """Whether a file is what a command that was broken off had copied already."""
    return file.is_file() and file.read_bytes() == source.read_bytes()
