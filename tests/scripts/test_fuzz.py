"""A few hundred mutated inputs of every kind are read right or refused in one message, soon."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from places import ROOT

FUZZ = ROOT / "scripts" / "fuzz"
SEED, INPUTS = 7, 400


@pytest.fixture(scope="module")
def trial():
    """The modules of the fuzz, which lie beside its script."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FUZZ))
        import trial

        yield trial
        for name in ("trial", "kinds", "mutate"):
            sys.modules.pop(name, None)


def test_mutated_inputs_are_read_right_or_refused(trial) -> None:
    indices = [index for index in range(INPUTS) if trial.kind_of(index) != "run"]
    found = [trial.tried(SEED, index) for index in indices]
    assert [failure for _, failure in found if failure is not None] == []
    outcomes = Counter(outcome for outcome, _ in found)
    assert outcomes["read"] > 20
    assert outcomes["refused"] > 100


def test_an_input_is_made_again_from_its_seed(trial, tmp_path: Path) -> None:
    for name in ("a", "b"):
        trial.tried(SEED, 2, tmp_path / name)
    assert (tmp_path / "a" / "run.toml").read_bytes() == (tmp_path / "b" / "run.toml").read_bytes()


@pytest.mark.parametrize(
    ("raised", "what"), [(KeyError("x"), "traceback"), (None, "hang"), ("price", "nonsense")]
)
def test_a_fault_is_reported_with_its_seed(trial, monkeypatch, raised, what) -> None:
    def judge(folder: Path) -> None:
        if raised is None:
            raise trial._Hang
        raise raised if isinstance(raised, Exception) else trial.Nonsense(raised)

    kinds = {
        name: kind.__class__(kind.file, kind.original, judge) for name, kind in trial.KINDS.items()
    }
    monkeypatch.setattr(trial, "KINDS", kinds)
    outcome, failure = trial.tried(SEED, 0)
    assert outcome == what
    assert failure[:4] == (SEED, 0, trial.kind_of(0), what)
    assert f"{SEED}:0" in trial.told(failure)


def test_mutations_reach_numbers_and_letters(trial) -> None:
    from mutate import mutated, number_replaced

    rng = random.Random(1)
    assert number_replaced("price = 0.5", rng).startswith("price = ")
    texts = {mutated("a = 1\nb = 2.5\n", rng) for _ in range(200)}
    assert len(texts) > 100
