"""Runs commands one after the other in one process, which imports JAX once: reads them from stdin.

A list of ``[folder, words]`` comes in as JSON; a list of ``[exit code, output]`` goes out.
"""

from __future__ import annotations

import json
import os
import sys

from typer.testing import CliRunner

from dtaojax.cli import app


def main() -> None:
    """Runs them all."""
    found = []
    for folder, words in json.load(sys.stdin):
        os.chdir(folder)
        done = CliRunner().invoke(app, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            found.append([-1, repr(done.exception)])
        else:
            found.append([done.exit_code, done.output])
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    # Sweeps with workers start this file anew.
    main()
