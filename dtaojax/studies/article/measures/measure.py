"""A measure: a function of an arm's record with its unit and words; and ranks within a path."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from dtaojax.schema.errors import Problem, described, suggestion
from dtaojax.studies.article.record import BoolArray, FloatArray, Record

PerPath: TypeAlias = Float[np.ndarray, " paths"]
Curve: TypeAlias = Float[np.ndarray, "paths moments"]


@dataclass(frozen=True)
class Measure:
    """A figure that experiments can look at.

    Attributes:
        name: name in configs.
        unit: unit of its values.
        words: meaning in a sentence.
        function: takes a record, and parameters by keyword.
    """

    name: str
    unit: str
    words: str
    function: Callable[..., PerPath | Curve]

    def __call__(self, record: Record, **parameters: Any) -> PerPath | Curve:
        """Return its value on each path, or on each path and moment."""
        return self.function(record, **parameters)

    @property
    def has_days(self) -> bool:
        """True if it has a value on every path and moment."""
        return inspect.signature(self.function, eval_str=True).return_annotation is Curve

    def problems(self, given: Mapping[str, Any], key: str) -> list[Problem]:
        """List what is wrong with parameters that a config gives; ``key`` is their place."""
        _, *takes = inspect.signature(self.function, eval_str=True).parameters.values()
        known = {each.name: each for each in takes}
        found = [
            Problem(f"{key}.{name}", f"is missing; {self.name} has no default for it")
            for name, each in known.items()
            if each.default is each.empty and name not in given
        ]
        for name, value in given.items():
            if name not in known:
                hint = suggestion(name, known) if known else f"{self.name} takes none"
                found.append(Problem(f"{key}.{name}", f"unknown parameter; {hint}"))
            elif not _fits(value, known[name].annotation):
                wanted = inspect.formatannotation(known[name].annotation)
                text = f"is {described(value)}; {self.name} takes {wanted} there"
                found.append(Problem(f"{key}.{name}", text))
        return found


def measure(unit: str, words: str) -> Callable[[Callable[..., PerPath | Curve]], Measure]:
    """Make a function a measure of its name.

    Args:
        unit: unit of its values; ``ratio`` for a pure number.
        words: meaning in a sentence.
    """
    return lambda function: Measure(function.__name__, unit, words, function)


def _fits(value: Any, annotation: Any) -> bool:
    """Return whether a value of TOML, whose lists stand for tuples, is of a type."""
    try:
        TypeAdapter(annotation).validate_python(value, strict=not isinstance(value, list | tuple))
    except ValidationError:
        return False
    return True


def rank_correlation(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return Spearman's rank correlation over the last axis; ties share their mean rank.

    0 where one of both is the same for all. The other axes are broadcast.
    """
    a, b = (stats.rankdata(each, axis=-1) for each in (first, second))
    a, b = (each - each.mean(axis=-1, keepdims=True) for each in (a, b))
    scale = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    return np.where(scale > 0.0, (a * b).sum(axis=-1) / np.where(scale > 0.0, scale, 1.0), 0.0)


def in_band(values: FloatArray, lowest: float, part: float) -> BoolArray:
    """Mark the values in a band of their row: ``part`` of them, from quantile ``lowest`` on.

    The least value of a row is its quantile 0, the greatest its quantile 1.
    """
    place = (stats.rankdata(values, axis=-1) - 1.0) / max(values.shape[-1] - 1, 1)
    return (place >= lowest) & (place <= lowest + part)
