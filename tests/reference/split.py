"""Who gets the alpha minted in a block: owner, miners, validators, root (§3.8).

Every rule runs after alpha_in and alpha_out of the block were booked, so its root proportion sees
the issuance after the mint. It books the pendings and returns what it booked.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from .fixed import Amount, Rounding, precise
from .state import Parameters, SubnetRef
from .terms import Situation, owner_cut, root_proportion, subsidised
from .trading import execute, fee_free_swap, launch_refuses


@dataclass(frozen=True)
class Split:
    """Alpha of one block and subnet by receiver [rao]."""

    owner: Amount = 0
    server: Amount = 0
    validator: Amount = 0
    root_alpha: Amount = 0
    """Alpha kept, or sold, for root."""
    recycled: Amount = 0
    root_tao: Amount = 0
    """Proceeds of root alpha that was sold at once [rao of TAO]."""


@dataclass(frozen=True)
class Book:
    """What a split needs of the network, frozen for the block."""

    root_tao: Amount
    root_sell_flag: bool
    parameters: Parameters


SplitRule = Callable[[SubnetRef, Decimal, Book, Situation], Split]


@precise
def shares_of(subnet: SubnetRef, alpha: Decimal, book: Book) -> tuple[Decimal, Decimal, Decimal]:
    """Untruncated owner cut o, half of the rest r/2, and root's part of it rho r/2 (§3.8)."""
    parameters = book.parameters
    owner = owner_cut(alpha, parameters.owner_cut_u16, subnet.owner_cut_enabled)
    half = (alpha - owner) / 2
    rho = root_proportion(book.root_tao, parameters.tao_weight, subnet.alpha_issuance)
    return owner, half, rho * half


def booked(subnet: SubnetRef, split: Split) -> Split:
    """Add a split to the subnet's pendings."""
    subnet.pending_owner += split.owner
    subnet.pending_server += split.server
    subnet.pending_validator += split.validator
    subnet.pending_root_tao += split.root_tao
    return split


@precise
def keep_root_alpha(subnet: SubnetRef, alpha: Decimal, book: Book, at: Situation) -> Split:
    """R4b and later: root alpha is kept, or recycled while the sell flag is off (§3.8, 5-6)."""
    rao = book.parameters.rounding.rao
    owner, half, root = shares_of(subnet, alpha, book)
    if book.root_sell_flag:
        kept, recycled = rao(root), 0
    else:
        kept, recycled = 0, rao(root)
    subnet.root_basket += kept
    subnet.alpha_out -= recycled
    return booked(subnet, Split(rao(owner), rao(half), rao(half - root), kept, recycled))


def launch_sale(subnet: SubnetRef, alpha: Amount, parameters: Parameters) -> Amount:
    """Sell into the launch pool without any fee; 0 and no change if it refuses (§3.5 S1)."""
    if alpha == 0 or launch_refuses(subnet, "sell", alpha, parameters):
        return 0
    return execute(subnet, "sell", alpha, parameters.rounding)


@precise
def pay_root_one_to_one(subnet: SubnetRef, alpha: Decimal, book: Book, at: Situation) -> Split:
    """R1 on a stable subnet: price 1 and no pool, so root alpha is TAO one to one (§3.2, §7.3)."""
    parts = lump_parts(*shares_of(subnet, alpha, book), book.parameters.rounding)
    return booked(subnet, replace(parts, root_tao=parts.root_alpha))


def swap_sale(subnet: SubnetRef, alpha: Amount, parameters: Parameters) -> Amount:
    """Sell fee-free through the swap pallet (R2 and later)."""
    return fee_free_swap(subnet, "sell", alpha, parameters.rounding)[1]


def lump_parts(owner: Decimal, half: Decimal, root: Decimal, rounding: Rounding) -> Split:
    """PendingEmission is one lump until v3.3.0: floor(r - root), of which miners get floor(r/2)."""
    server = rounding.rao(half)
    return Split(
        rounding.rao(owner), server, rounding.rao(2 * half - root) - server, rounding.rao(root)
    )


@precise
def sell_root_alpha(subnet: SubnetRef, alpha: Decimal, book: Book, at: Situation) -> Split:
    """R1: root alpha is sold in the pool at once (§3.8, step 4)."""
    parts = lump_parts(*shares_of(subnet, alpha, book), book.parameters.rounding)
    tao = launch_sale(subnet, parts.root_alpha, book.parameters)
    return booked(subnet, replace(parts, root_tao=tao))


@precise
def sell_root_alpha_unless_subsidised(
    subnet: SubnetRef, alpha: Decimal, book: Book, at: Situation
) -> Split:
    """R3: as R1, but a subsidised subnet's root alpha is not sold and nobody gets it (§3.8, 4)."""
    parts = lump_parts(*shares_of(subnet, alpha, book), book.parameters.rounding)
    tao = 0 if subsidised(at) else swap_sale(subnet, parts.root_alpha, book.parameters)
    return booked(subnet, replace(parts, root_tao=tao))


@precise
def without_root(subnet: SubnetRef, alpha: Decimal, book: Book, at: Situation) -> Split:
    """Testnet of December 2024: owner cut, then miners and validators half each (§8.4)."""
    owner = owner_cut(alpha, book.parameters.owner_cut_u16, subnet.owner_cut_enabled)
    rao = book.parameters.rounding.rao
    half = rao((alpha - owner) / 2)
    return booked(subnet, Split(rao(owner), half, half))


@precise
def by_class(reward: Amount, parameters: Parameters) -> Split:
    """A reward, in alpha or in TAO, divided by the participants' own vector (§8.1, §8.3)."""
    rao = parameters.rounding.rao
    owner, miners, validators = parameters.participant_split
    return Split(rao(owner * reward), rao(miners * reward), rao(validators * reward))


@precise
def free_split(subnet: SubnetRef, alpha: Decimal, book: Book, at: Situation) -> Split:
    """The article: participants divide by a vector of their own (§8.1)."""
    return booked(subnet, by_class(alpha, book.parameters))
