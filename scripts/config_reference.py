"""Prints docs/config.md from the config models: python scripts/config_reference.py > docs/config.md

Types, bounds and defaults are the models' own; meanings and units come from the ``Attributes`` of
their docstrings (of a weight rule, from the class that it names).
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Len, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from dtaojax.config.config import Config
from dtaojax.config.differences import toml_value
from dtaojax.config.run import RunConfig
from dtaojax.mechanism.config import ChangeConfig, RulesConfig
from dtaojax.mechanism.weight_rule.config import WEIGHT_RULES, WeightRuleConfig
from dtaojax.studies.article.config import ExperimentConfig
from dtaojax.studies.backtest.prices.config import BacktestConfig
from dtaojax.studies.backtest.runs.config import RunBacktestConfig
from dtaojax.studies.sensitivity.config import SensitivityConfig
from dtaojax.studies.stress.config import StressConfig
from dtaojax.studies.tune.config import TuneConfig

_HEAD: Final = """\
# Every key of a config

<!-- Made by scripts/config_reference.py from the config models; change it there. -->

A config is a TOML file. A table `[run]` holds keys such as `paths`; `--set run.paths=4096` changes
one without editing. Where a table has alternatives, `kind` (or `process`) chooses one, and the
others' keys are refused. A key that is left out has its default; *required* is written where there
is none. Numbers are finite, and a misspelt key is refused with the nearest that exists.
"""

FILES: Final[tuple[tuple[type[BaseModel], str, str], ...]] = (
    (Config, "Runs", "What `dtaojax run`, `validate`, `sweep` and `compare` read."),
    (TuneConfig, "Searches", "What `dtaojax tune` reads ([how](tuning.md))."),
    (SensitivityConfig, "Sensitivity", "What `dtaojax sensitivity` reads ([how](sensitivity.md))."),
    (StressConfig, "Attacks", "What `dtaojax stress` reads ([how](stress.md))."),
    (BacktestConfig, "Back-tests", "What `dtaojax backtest` reads ([how](backtest.md))."),
    (
        RunBacktestConfig,
        "Back-tests of whole runs",
        "What `dtaojax backtest` reads for a run ([how](backtest.md#whole-runs)).",
    ),
    (ExperimentConfig, "Experiments", "What `dtaojax article` reads ([how](article.md))."),
)

_TOLD: Final = {
    (Config, "mechanism"): "`gate_rank_2026`, the last that was checked against the chain",
    (Config, "demand"): "the fit of `configs/demand/now_2026.toml` and `emission_selling`",
    (RunConfig, "step_blocks"): "the preset's, 360 or 60",
    (RunConfig, "report_days"): "some up to the horizon",
    (RunConfig, "block_paths"): "by device",
}
"""Defaults that are told better in words."""

_UNIT: Final = re.compile(r" \[([^\]]+)\]")
_ROLE: Final = re.compile(r":\w+:`([^`]*)`")
_ENTRY: Final = re.compile(r"^(\w+): ?(.*)$")
_SENTENCE: Final = re.compile(r"^[A-Z](?=[a-z]+ )")
"""The capital of a meaning that opens like a sentence; a table of keys has none."""


@dataclass(frozen=True)
class Key:
    """A row of the page.

    Attributes:
        name: the key.
        kind: what it may hold, in words.
        unit: in which; empty where it has none.
        default: as it is written, or in words.
        meaning: what it is.
    """

    name: str
    kind: str
    unit: str
    default: str
    meaning: str


@dataclass(frozen=True)
class Place:
    """A table of a config.

    Attributes:
        path: dotted, empty for the top.
        model: of the table.
        listed: whether it is one of a list, written in double brackets.
    """

    path: str
    model: type[BaseModel]
    listed: bool = False

    @property
    def chosen_by(self) -> str:
        """The key that chooses this alternative, with its value; empty where there is no choice."""
        for name in ("kind", "process"):
            field = self.model.model_fields.get(name)
            values = get_args(field.annotation) if field and _is_literal(field) else ()
            if len(values) == 1:
                return f'{name} = "{values[0]}"'
        return ""


def page() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    for model, title, text in FILES:
        parts += [f"## {title}\n", text + "\n"]
        parts += [_section(place) for place in places(model)]
    return "\n".join(parts)


def places(top: type[BaseModel]) -> Iterator[Place]:
    """Every table of a file, the outer before the inner; of equal models at one place, one."""
    waiting, seen = [Place("", top)], set()
    while waiting:
        place = waiting.pop(0)
        if (place.path, place.model) in seen:
            continue
        seen.add((place.path, place.model))
        yield place
        inner = []
        # Parts of a change are those of the mechanism, which are told there.
        told = RulesConfig.model_fields if place.model is ChangeConfig else {}
        for name, field in place.model.model_fields.items():
            if name in told:
                continue
            path = f"{place.path}.{name}" if place.path else name
            listed = any(get_origin(part) is tuple for part in _parts(field.annotation))
            inner += [Place(path, model, listed) for model in _models(field.annotation)]
        waiting = inner + waiting


def keys(model: type[BaseModel]) -> Iterator[Key]:
    """The keys of a table; what is not described has an empty meaning."""
    told = described(model)
    for name, field in model.model_fields.items():
        meaning = told.get(name, "")
        if not meaning and _is_choice(name, field):
            meaning = "chooses this alternative."
        unit = _UNIT.search(meaning)
        yield Key(
            name=name,
            kind=_kind(field.annotation, field.metadata),
            unit=unit[1] if unit else "",
            default=_default(model, name, field),
            meaning=_UNIT.sub("", meaning, count=1),
        )


def described(model: type[BaseModel]) -> dict[str, str]:
    """Meanings by key, of a model and of those that it extends."""
    told: dict[str, str] = {}
    for each in reversed(model.__mro__):
        told |= _attributes(inspect.cleandoc(each.__doc__ or "")) if each is not object else {}
    if issubclass(model, WeightRuleConfig) and model is not WeightRuleConfig:
        told |= _attributes(inspect.getdoc(_rule(model)) or "")
    return told


def _rule(model: type[WeightRuleConfig]) -> Any:
    """The class or function behind a weight rule's model."""
    kind = model.model_fields["kind"].default
    line = WEIGHT_RULES[kind]
    module = importlib.import_module(f"dtaojax.mechanism.weight_rule.{line.module}")
    return getattr(module, line.name)


def _summary(model: type[BaseModel]) -> str:
    about: Any = _rule(model) if issubclass(model, WeightRuleConfig) else model
    first, _, _ = (inspect.getdoc(about) or "").partition("\n\nAttributes:")
    return " ".join(first.split("\n\n")[0].split())


def _attributes(doc: str) -> dict[str, str]:
    """The entries of a docstring's section ``Attributes`` or ``Args``, each on one line."""
    lines = iter(doc.splitlines())
    found: dict[str, str] = {}
    for line in lines:
        if line in ("Attributes:", "Args:"):
            break
    name = ""
    for line in lines:
        if line and not line.startswith("    "):
            break
        entry = _ENTRY.match(line[4:]) if not line.startswith("     ") else None
        if entry:
            name = entry[1]
            found[name] = _SENTENCE.sub(lambda first: first[0].lower(), entry[2].strip())
        elif name and line.strip():
            found[name] = f"{found[name]} {line.strip()}"
    return found


def _section(place: Place) -> str:
    if not place.path:
        title = ""
    else:
        brackets = "[[{}]]" if place.listed else "[{}]"
        chosen = f", `{place.chosen_by}`" if place.chosen_by else ""
        summary = _marked(_summary(place.model))
        title = f"### `{brackets.format(place.path)}`{chosen}\n\n{summary}\n\n"
        if all(_is_choice(*item) for item in place.model.model_fields.items()):
            return title.rstrip("\n") + "\n"
    rows = ["| key | holds | unit | default | meaning |", "|---|---|---|---|---|"]
    for key in keys(place.model):
        cells = (f"`{key.name}`", key.kind, key.unit, key.default, key.meaning)
        rows.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return title + "\n".join(rows) + "\n"


def _marked(text: str) -> str:
    """Text of a docstring as Markdown."""
    return _ROLE.sub(r"`\1`", text).replace("``", "`")


def _cell(text: str) -> str:
    return _marked(text).replace("|", "\\|")


def _is_literal(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is Literal


def _is_choice(name: str, field: FieldInfo) -> bool:
    return name in ("kind", "process") and _is_literal(field)


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation, without their decorations."""
    return tuple(part for part, _ in _alternatives(annotation, []))


def _alternatives(annotation: Any, metadata: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """The alternatives of an annotation, each with what its decorations say of it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        nearer = [bound for each in inside[1:] for bound in getattr(each, "metadata", [each])]
        yield from _alternatives(inside[0], [*metadata, *nearer])
    elif origin in (Union, types.UnionType):
        for each in inside:
            yield from _alternatives(each, metadata)
    else:
        yield annotation, metadata


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models of the tables that an annotation allows, also inside of lists."""
    for part in _parts(annotation):
        if get_origin(part) is tuple:
            yield from _models(get_args(part)[0])
        elif isinstance(part, type) and issubclass(part, BaseModel):
            yield part


def _kind(annotation: Any, metadata: list[Any]) -> str:
    """What a key may hold, in words."""
    told = (_part_kind(part, its) for part, its in _alternatives(annotation, metadata))
    return " or ".join(dict.fromkeys(filter(None, told)))


def _part_kind(part: Any, metadata: list[Any]) -> str:
    origin, inside = get_origin(part), get_args(part)
    if part is type(None):
        return ""
    if origin is Literal:
        return ", ".join(f'`"{value}"`' for value in inside)
    if origin is tuple:
        return f"list of {_plural(inside[0])}{_length(metadata)}"
    if origin is dict:
        return f"table of {_plural(inside[1])} by {_kind(inside[0], [])}"
    if isinstance(part, type) and issubclass(part, BaseModel):
        return "table"
    words = {float: "number", int: "whole number", bool: "true or false", str: "text"}
    return words.get(part, getattr(part, "__name__", "anything")) + _bounds(metadata)


def _plural(annotation: Any) -> str:
    return re.sub(r"\b(number|text|table)\b", r"\1s", _kind(annotation, []))


def _bounds(metadata: list[Any]) -> str:
    low = high = ""
    for bound in metadata:
        match bound:
            case Ge(ge=value):
                low = f"from {_number(value)}"
            case Gt(gt=value):
                low = f"above {_number(value)}"
            case Le(le=value):
                high = f"to {_number(value)}"
            case Lt(lt=value):
                high = f"below {_number(value)}"
    bounds = " ".join(filter(None, (low, high)))
    return f", {bounds}" if bounds else ""


def _length(metadata: list[Any]) -> str:
    least = next((each.min_length for each in metadata if isinstance(each, MinLen | Len)), 0)
    most = next((each.max_length for each in metadata if isinstance(each, MaxLen | Len)), None)
    told = [f"at least {least}" if least else "", f"at most {most:,}" if most else ""]
    return ", " + " and ".join(filter(None, told)) if any(told) else ""


def _number(value: Any) -> str:
    for power in (31, 40, 53):
        if value == 2**power:
            return f"2^{power}"
    if value == 2**63 - 1:
        return "2^63 − 1"
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def _default(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    if (model, name) in _TOLD:
        return _TOLD[model, name]
    if issubclass(model, RulesConfig) and name in RulesConfig.model_fields:
        if model is ChangeConfig:
            return "the preset's, or that in force before"
        return "the preset's" if name != "preset" else '`"gate_rank_2026"`'
    if field.is_required():
        return "*required*"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "left out"
    if value is PydanticUndefined:
        return ""
    if isinstance(value, BaseModel):
        return "as below"
    return f"`{toml_value(value)}`"


if __name__ == "__main__":
    sys.stdout.write(page())
