"""The example configs: beside the package in the repository, inside it in an installation."""

from __future__ import annotations

import shutil
from pathlib import Path

from dtaojax.config.errors import ConfigError, Problem

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
    there = [file for file in files if (folder / file).exists()]
    if there:
        text = f"exists already, and {len(there) - 1} more; choose an empty folder"
        raise ConfigError(str(folder), [Problem(str(there[0]), text)])
    try:
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, folder / file)
    except OSError as error:
        text = f"cannot be written ({error.strerror or error}); choose another folder"
        raise ConfigError(str(folder), [Problem("", text)]) from error
    return [folder / file for file in files]
