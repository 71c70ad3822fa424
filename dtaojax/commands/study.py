"""The command of every study that goes from one config to one folder."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dtaojax.terminal.console import tell_search
from dtaojax.terminal.options import NoPaths, OutFolder, Overrides, Quiet, refuse_paths

if TYPE_CHECKING:
    from dtaojax.studies.shared.about import About

_WORDS: Final = "ABOUT"


def study_command(name: str) -> Callable[..., None]:
    """Return the command of a study, with the help that its package states.

    Args:
        name: the study's word: its command, and its package below ``dtaojax.studies``.
    """
    about: About = getattr(import_module(f"dtaojax.studies.{name}"), _WORDS)
    # Annotations that typer reads must hold their values: this module does not postpone them.
    config_file = typer.Argument(help=about.config, show_default=False)

    def command(
        config: Annotated[Path, config_file],
        set_: Overrides = None,
        out_folder: OutFolder = None,
        paths: NoPaths = None,
        quiet: Quiet = False,
    ) -> None:
        refuse_paths(paths, *about.paths)
        # JAX is slow to load, and help or a refusal needs none of it.
        from dtaojax.studies.shared.study import find_study

        study = find_study(name)
        inputs = study.read(config, list(set_ or []))
        folder = out_folder or study.output_folder(inputs)
        tell_search(config, quiet, lambda say: study.carry_out(inputs, folder, say))

    command.__name__, command.__doc__ = name, about.task
    return command
