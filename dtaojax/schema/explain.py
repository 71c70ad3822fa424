"""Turns pydantic's validation errors into problems that name the dotted key and the fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dtaojax.schema.errors import (
    MOST_PROBLEMS,
    Problem,
    choice,
    described,
    nearest,
    shown,
    suggestion,
)
from dtaojax.schema.strict import CROSS_FIELD

Models = list[type[BaseModel]]

_TYPES: Final = {
    "int_type": "an integer",
    "float_type": "a number",
    "string_type": "a string in quotes",
    "date_type": "a date without quotes, as in 2025-05-01",
    "tuple_type": "an array, as in [1, 7, 30]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_BOUNDS: Final = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}


def explain(
    error: ValidationError, root: type[BaseModel], names: Mapping[int, str] | None = None
) -> list[Problem]:
    """List what is wrong, in the order of the config's keys.

    Args:
        error: Error of validating a config.
        root: Model that was validated.
        names: Names of those members of the demand list that say what they are called, by their
            index.

    Returns:
        One problem a fault; none that merely follows from another. Those beyond `MOST_PROBLEMS`,
        which are counted and not told, bear pydantic's words.
    """
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    found: list[Problem] = []
    for detail in details:
        if _follows_from_another(detail, places):
            continue
        if len(found) < MOST_PROBLEMS:
            found += _problems(detail, root, names or {})
        else:
            found.append(Problem(".".join(map(str, detail["loc"])), detail["msg"]))
    return found


def _follows_from_another(detail: ErrorDetails, places: list[tuple[int | str, ...]]) -> bool:
    """Detect a default that needed a bad value, or a list too short for want of bad members."""
    loc = detail["loc"]
    return detail["type"] == "default_factory_not_called" or (
        detail["type"] == "too_short"
        and any(len(place) > len(loc) and place[: len(loc)] == loc for place in places)
    )


def _problems(
    detail: ErrorDetails, root: type[BaseModel], names: Mapping[int, str]
) -> Iterator[Problem]:
    ctx = detail.get("ctx", {})
    if detail["type"] == CROSS_FIELD:
        prefix, _ = _locate(detail["loc"], root, names)
        for problem in ctx["problems"]:
            yield Problem(_join(prefix, problem.key), problem.message)
        return
    if detail["type"] == "extra_forbidden":
        *parents, name = detail["loc"]
        prefix, models = _locate(tuple(parents), root, names)
        yield Problem(_join(prefix, str(name)), _unknown_key(str(name), models, root))
        return
    key, models = _locate(detail["loc"], root, names)
    if detail["type"].startswith("union_tag"):
        key = _join(key, ctx["discriminator"].strip("'"))
    yield Problem(key, _message(detail, models))


def _message(detail: ErrorDetails, models: Models) -> str:
    kind, value, ctx = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "float_type" and isinstance(value, int) and not isinstance(value, bool):
        return "is too large for a number; write a smaller one"
    if kind in ("tuple_type", "list_type") and models:
        return f"is {described(value)}; must be an array of tables, each under [[double brackets]]"
    if kind in _TYPES:
        whole = isinstance(value, float) and value.is_integer() and kind.startswith("int")
        fix = f"; write {int(value)}" if whole else ""
        return f"is {described(value)}; must be {_TYPES[kind]}{fix}"
    if kind in _BOUNDS:
        word, name = _BOUNDS[kind]
        bound = ctx[name] if isinstance(ctx[name], int) else f"{ctx[name]:g}"
        return f"is {shown(value)}; must be {word} {bound}"
    if kind == "missing":
        return "is missing; it has no default"
    if kind == "finite_number":
        return f"is {shown(value)}; must be a finite number"
    if kind in ("literal_error", "union_tag_invalid"):
        tag = value if kind == "literal_error" else ctx["tag"]
        expected = ctx.get("expected", ctx.get("expected_tags", ""))
        choices = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
        return f"is {shown(tag)}; {choice(tag, choices)}"
    if kind == "union_tag_not_found":
        return f"is missing; {choice(None, _tags(models))}"
    if kind == "string_pattern_mismatch":
        return f"is {shown(value)}; must be one word of small letters, digits and _"
    if kind in ("string_too_short", "too_short"):
        return "is empty; write a value or leave the key out"
    if kind in ("string_too_long", "too_long"):
        return f"is longer than {ctx['max_length']}; shorten it"
    return detail["msg"]


def _unknown_key(name: str, models: Models, root: type[BaseModel]) -> str:
    known = {field for model in models for field in model.model_fields}
    if nearest(name, known) is None:
        # Of places that share a name, that of the rules at the start and not of a change of them.
        keys = sorted(_all_keys(root), key=lambda key: "mechanism.change." not in key)
        elsewhere = {key.rpartition(".")[2]: key for key in keys}
        if match := nearest(name, elsewhere, cutoff=0.75):
            return f'unknown key; did you mean "{elsewhere[match]}"?'
    return f"unknown key; {suggestion(name, known)}"


def _locate(
    loc: tuple[int | str, ...], root: type[BaseModel], names: Mapping[int, str]
) -> tuple[str, Models]:
    """Return the dotted key of an error's place, and the models that may stand there.

    Where the place lies in one of several models, pydantic puts the tag of the chosen one between
    the keys. In a dotted key the name of the member, or else the tag, takes the place of the
    index, as in ``demand.student_flow``.
    """
    keys: list[str] = []
    models: Models = [root]
    for part in loc:
        if isinstance(part, int):
            keys.append(str(part))
        elif len(models) > 1:
            models = [model for model in models if part in _tags([model])]
            if keys[-1].isdecimal():
                keys[-1] = names.get(int(keys[-1]), part)
        else:
            keys.append(part)
            field = models[0].model_fields.get(part) if models else None
            models = list(_models_in(field.annotation)) if field else []
    return ".".join(keys), models


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _tags(models: Models) -> list[str]:
    """Return the words by which the models are told apart in a config."""
    return [
        tag
        for model in models
        for field in model.model_fields.values()
        if get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1
        for tag in get_args(field.annotation)
    ]


def _all_keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield _join(prefix, name)
        in_list = get_origin(field.annotation) is tuple
        for inner in _models_in(field.annotation):
            tag = next(iter(_tags([inner])), "") if in_list else ""
            yield from _all_keys(inner, _join(_join(prefix, name), tag))


def _join(prefix: str, key: str) -> str:
    return f"{prefix}.{key}" if prefix and key else prefix or key
