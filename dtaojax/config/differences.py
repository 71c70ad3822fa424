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


class KeyDifference(NamedTuple):
    """A key in which two mechanisms differ.

    Attributes:
        key: Dotted key, ``part.key``.
        first: Value in the first, as TOML; empty where the first's part has no such key.
        second: Value in the second, as TOML; empty where the second's part has no such key.
    """

    key: str
    first: str
    second: str


def preset_parts(name: str) -> dict[str, dict[str, Any]]:
    """Return every part of a preset in full: part -> key -> value.

    Raises:
        ConfigError: There is no such preset; the message names the nearest.
    """
    if name not in PRESETS:
        raise ConfigError(
            "presets", [Problem(name, f"no such preset; {suggestion(name, PRESETS)}")]
        )
    parts = RulesConfig.model_validate(name).model_dump()
    del parts["preset"]
    return parts


def differences(first: str, second: str) -> list[KeyDifference]:
    """List the keys in which two presets differ, in the order of a config.

    Raises:
        ConfigError: There is no preset of one of the names.
    """
    ours, theirs = preset_parts(first), preset_parts(second)
    return [
        KeyDifference(f"{part}.{key}", _shown(ours[part], key), _shown(theirs[part], key))
        for part in ours
        for key in {**ours[part], **theirs[part]}
        if _shown(ours[part], key) != _shown(theirs[part], key)
    ]


def preset_toml(name: str) -> str:
    """Write a preset in full, to be pasted into a config and changed.

    Raises:
        ConfigError: There is no such preset.
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
    """Return where configs differ: dotted key -> each value as TOML, empty where there is none.

    Args:
        configs: Configs as a manifest holds them, every default in place.
    """
    flat = [dict(_leaves(config)) for config in configs]
    keys = dict.fromkeys(key for leaves in flat for key in leaves)
    rows = {key: tuple(_shown(leaves, key) for leaves in flat) for key in keys}
    return {key: values for key, values in rows.items() if len(set(values)) > 1}


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield values by dotted key; members of a list of tables by their name."""
    members: Mapping[str, Any]
    if isinstance(node, Mapping):
        members = node
    elif isinstance(node, list | tuple) and node and all(isinstance(m, Mapping) for m in node):
        # Processes are matched by name: one that was added must not shift all others.
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
    """Write a string, number, boolean, or a list or table of them as TOML."""
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
