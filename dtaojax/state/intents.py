"""What users want to do in a step, before the pools price it."""

from typing import NamedTuple

from dtaojax.numerics.shapes import PerSubnet, Scalar


class Intents(NamedTuple):
    """What all users of each subnet want, added up.

    Attributes:
        push: Net demand of investors as the change of ``log(tao_in)`` that it makes on its own;
            positive buys alpha, negative sells; shape (subnets,) [-].
        alpha_sale: Emitted alpha that its receivers sell, shape (subnets,) [alpha].
        root_tao: TAO that users stake to root; negative where they unstake [TAO].
        sellable: Most that all sellers together can sell; None where holders are not told apart,
            who then sell any alpha outside the pool that participants hold; shape (subnets,)
            [alpha].
    """

    push: PerSubnet
    alpha_sale: PerSubnet
    root_tao: Scalar | float = 0.0
    sellable: PerSubnet | None = None

    def __add__(self, other: "Intents") -> "Intents":  # type: ignore[override]
        """Return what two groups want together, before it is known what is sellable."""
        return Intents(
            self.push + other.push,
            self.alpha_sale + other.alpha_sale,
            self.root_tao + other.root_tao,
        )
