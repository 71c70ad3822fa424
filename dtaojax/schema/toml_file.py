"""Reading a TOML file, with errors that name the place and the fix."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from dtaojax.files.reading import MOST_TOML, UnfitFileError, parse_toml, read_bounded
from dtaojax.schema.errors import ConfigError, Problem, shown


def read_toml(path: Path) -> dict[str, Any]:
    """Read the tables of a file.

    Raises:
        ConfigError: The file cannot be read or is no TOML.
    """
    return _parse(_read(path), str(path))


def _read(path: Path) -> str:
    try:
        return read_bounded(path, MOST_TOML).decode("utf-8-sig")
    except FileNotFoundError:
        fix = "there is no such file; check the path"
    except IsADirectoryError:
        fix = "is a folder; name the TOML file in it"
    except PermissionError:
        fix = "cannot be read; check its permissions"
    except UnicodeDecodeError as error:
        fix = f"is not UTF-8 text (byte {error.start}); save it as UTF-8"
    except UnfitFileError as error:
        fix = f"cannot be read: {error}; name a TOML file"
    except (OSError, ValueError) as error:
        fix = f"cannot be read ({getattr(error, 'strerror', None) or error}); check the path"
    raise ConfigError(str(path), [Problem("", fix)])


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except RecursionError:
        message = "is nested too deeply; flatten it"
    except ValueError as error:
        message = f"is not valid TOML: {error}{_line_of(str(error), text)}"
    raise ConfigError(where, [Problem("", message)])


def _line_of(message: str, text: str) -> str:
    """Quote the line that a TOML error points at, to be seen beside the message."""
    match = re.search(r"at line (\d+)", message)
    lines = text.split("\n")
    if match is None or int(match[1]) > len(lines):
        return "; strings need quotes, and every line is a [table], key = value or # comment"
    return f"; the line reads {shown(lines[int(match[1]) - 1].strip())}"
