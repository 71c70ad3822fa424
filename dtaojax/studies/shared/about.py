"""The words with which a study presents itself on the command line, at hand without JAX."""

from __future__ import annotations

from typing import NamedTuple


class About(NamedTuple):
    """The help of a study's command.

    Attributes:
        task: task in a sentence, and after a blank line the files that the folder holds.
        config: config that the command takes, in a sentence.
        paths: keys of its several numbers of paths, which ``--paths`` cannot tell apart.
    """

    task: str
    config: str
    paths: tuple[str, ...]
