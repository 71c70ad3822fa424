"""``--set a.b=value``: changes to a config's raw tables before they are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dtaojax.config.examples import default_demand
from dtaojax.files.reading import parse_toml
from dtaojax.schema.errors import Problem, kind_of, suggestion

_DEEPEST: Final = 32
"""Most parts of a dotted key; no config has tables so deep."""


class OverrideError(ValueError):
    """An override that cannot be applied; ``problem`` names its key and the fix."""

    def __init__(self, key: str, message: str) -> None:
        self.problem = Problem(key, message)
        super().__init__(str(self.problem))


def parse(override: str) -> tuple[str, Any]:
    """Split ``key=value``; the value is read as TOML, or else is a string.

    Args:
        override: Change to make, for example ``run.paths=1000`` or ``network.file=state.csv``.

    Returns:
        The dotted key and the value.

    Raises:
        OverrideError: There is no ``=``, or the key has an empty part.
    """
    key, equals, text = override.partition("=")
    key, text = key.strip(), text.strip()
    if not equals:
        raise OverrideError(f"--set {override}", 'has no "="; write --set key=value')
    if not all(key.split(".")):
        raise OverrideError(f"--set {override}", "has an empty key; write --set table.key=value")
    try:
        table = parse_toml(f"value = {text}")
    except (ValueError, RecursionError):
        return key, text
    # A line break inside the text may smuggle in further keys: then it was no TOML value.
    return key, table["value"] if table.keys() == {"value"} else text


def apply(data: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Return a copy of the tables with one value changed.

    Tables on the way are made where they are missing; a mechanism given by name becomes a table
    that names its preset, a behaviour one that names its fit; a missing demand starts from the
    default. A process in the demand list is addressed by its index or by its name, which is its
    kind where it has none of its own.

    Args:
        data: Raw tables, left as they are.
        key: Dotted key.
        value: Value to put there.

    Returns:
        The changed tables.

    Raises:
        OverrideError: The way leads through something that is no table, or to no list member.
    """
    if key.count(".") >= _DEEPEST:
        raise OverrideError(f"{key[:40]}...", "leads through too many tables; shorten it")
    head, *rest = key.split(".")
    if rest and head == "mechanism" and isinstance(data.get(head), str):
        data = {**data, head: {"preset": data[head]}}
    if rest and head == "behaviour" and isinstance(data.get(head), str):
        data = {**data, head: {"fit": data[head]}}
    # The default demand is written out, or a change of one process would drop all others.
    if rest and head == "demand" and head not in data:
        network = data.get("network")
        drawn = isinstance(network, Mapping) and network.get("synthetic") is not None
        data = {**data, head: [process.model_dump() for process in default_demand(drawn)]}
    return _set(data, [head, *rest], value, key)


def value_at(data: Mapping[str, Any], key: str) -> Any:
    """Look up a dotted key; a process in the demand list is found as by :func:`apply`.

    Raises:
        OverrideError: There is no such key.
    """
    node: Any = data
    for part in key.split("."):
        if isinstance(node, Mapping) and part in node:
            node = node[part]
        elif isinstance(node, list | tuple):
            node = node[_index(node, part, key)]
        else:
            known = list(node) if isinstance(node, Mapping) else []
            hint = (
                suggestion(part, known) if known else "it leads through something that is no table"
            )
            raise OverrideError(key, f"unknown key; {hint}")
    return node


def spelled(data: Mapping[str, Any], key: str) -> str:
    """Spell a key as problems do: a process in the demand list by its name, not its index."""
    head, _, inner = key.partition(".")
    index, _, rest = inner.partition(".")
    members = data.get(head)
    if not rest or not isinstance(members, list) or not index.isdecimal():
        return key
    name = called(members[int(index)])
    return f"{head}.{name}.{rest}" if name else key


def called(member: Any) -> str | None:
    """Return the name of a member of the demand list, or else its kind; None for neither."""
    if not isinstance(member, Mapping):
        return None
    name = member.get("name", member.get("process"))
    return name if isinstance(name, str) else None


def names_of(demand: Any) -> dict[int, str]:
    """Return names of those processes of a raw demand list that have one, by their index."""
    members = demand if isinstance(demand, list | tuple) else ()
    names = ((index, called(member)) for index, member in enumerate(members))
    return {index: name for index, name in names if name}


def _set(node: Any, parts: Sequence[str], value: Any, key: str) -> Any:
    head, *rest = parts
    if isinstance(node, Mapping):
        return {**node, head: _set(node.get(head, {}), rest, value, key) if rest else value}
    if isinstance(node, list | tuple):
        index = _index(node, head, key)
        changed = _set(node[index], rest, value, key) if rest else value
        return [*node[:index], changed, *node[index + 1 :]]
    done = key.split(".")[: -len(parts)]
    raise OverrideError(key, f"{'.'.join(done)} is {kind_of(node)}, and has no key {head!r}")


def _index(node: Sequence[Any], name: str, key: str) -> int:
    if name.isascii() and name.isdecimal():
        if len(name) < 10 and int(name) < len(node):
            return int(name)
        raise OverrideError(key, f"there is no member {name}; the list has {len(node)}, from 0")
    names = [called(member) for member in node]
    if name in names:
        return names.index(name)
    known = [word for word in names if word]
    hint = suggestion(name, known) if known else "the list holds no named member; write an index"
    raise OverrideError(key, f"there is no member {name!r}; {hint}")
