"""Mechanisms and configs side by side, and a mechanism in full as TOML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from dtaojax.config.overrides import called
from dtaojax.mechanism.config import RulesConfig
from dtaojax.mechanism.presets import PRESETS
from dtaojax.schema.errors import ConfigError, Problem, suggestion

_NO_NUMBERS: Final = ("title", "output")
"""Tables of a config that move no number."""


class Difference(NamedTuple):
    """A key in which two mechanisms differ.

    Attributes:
        key: ``part.key``.
        first: value in the first, as TOML; empty where the first's part has no such key.
        second: likewise of the second.
    """

    key: str
    first: str
    second: str


def preset_parts(name: str) -> dict[str, dict[str, Any]]:
    """Every part of a preset in full: part -> key -> value.

    Raises:
        ConfigError: there is no such preset; the message names the nearest.
    """
    if name not in PRESETS:
        raise ConfigError(
            "presets", [Problem(name, f"no such preset; {suggestion(name, PRESETS)}")]
        )
    parts = RulesConfig.model_validate(name).model_dump()
    del parts["preset"]
    return parts


def differences(first: str, second: str) -> list[Difference]:
    """Where two presets differ, part by part and key by key, in the order of a config.

    Raises:
        ConfigError: there is no preset of one of the names.
    """
    ours, theirs = preset_parts(first), preset_parts(second)
    return [
        Difference(f"{part}.{key}", _shown(ours[part], key), _shown(theirs[part], key))
        for part in ours
        for key in {**ours[part], **theirs[part]}
        if _shown(ours[part], key) != _shown(theirs[part], key)
    ]


def preset_toml(name: str) -> str:
    """A preset in full, to be pasted into a config and changed.

    Raises:
        ConfigError: there is no such preset.
    """
    preset = PRESETS.get(name)
    lines = [] if preset is None else [f"# {preset.regime}, {preset.since}"]
    lines += ["[mechanism]", f'preset = "{name}"']
    for part, keys in preset_parts(name).items():
        lines += ["", f"[mechanism.{part}]"]
        lines += [
            f"{key} = {toml_value(value)}" for key, value in keys.items() if value is not None
        ]
    return "\n".join(lines)


def config_differences(configs: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Where configs differ: dotted key -> the value in each as TOML, empty where it has none.

    Args:
        configs: as a manifest holds them, every default in place.
    """
    flat = [dict(_leaves(config)) for config in configs]
    keys = dict.fromkeys(key for leaves in flat for key in leaves)
    rows = {key: tuple(_shown(leaves, key) for leaves in flat) for key in keys}
    return {key: values for key, values in rows.items() if len(set(values)) > 1}


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Values by dotted key; members of a list of tables by what they are called."""
    members: Mapping[str, Any]
    if isinstance(node, Mapping):
        members = node
    elif isinstance(node, list | tuple) and node and all(isinstance(m, Mapping) for m in node):
        members = {called(member) or str(place): member for place, member in enumerate(node)}
    else:
        yield key, node
        return
    for name, member in members.items():
        if key or name not in _NO_NUMBERS:
            yield from _leaves(member, f"{key}.{name}" if key else name)


def _shown(keys: Mapping[str, Any], key: str) -> str:
    if key not in keys:
        return ""
    return "not set" if keys[key] is None else toml_value(keys[key])


def toml_value(value: Any) -> str:
    """A string, number, boolean, or a list or table of them as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        rows = ", ".join(f"{key} = {toml_value(cell)}" for key, cell in value.items())
        return f"{{ {rows} }}" if rows else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    return repr(value)
