"""Tables ``[[behaviour.scripts]]``: what owners or root do on a given day, on every path."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from dtaojax.demand.config import subnets_in_words
from dtaojax.schema.strict import Fraction, StrictModel

if TYPE_CHECKING:
    from dtaojax.behaviour.process import BehaviourProcess
    from dtaojax.behaviour.scripts.process import Chosen, ScriptedBurn, ScriptedSwitch
    from dtaojax.network.table import Slots

SubnetClass = Literal["burns_all", "out_of_reach", "in_reach"]
_CLASSES: dict[SubnetClass, str] = {
    "burns_all": "burn all",
    "out_of_reach": "are out of reach of the bar",
    "in_reach": "are in reach of the bar",
}
_EVERYBODY: tuple[SubnetClass, ...] = tuple(_CLASSES)


class ScriptConfig(StrictModel, ABC):
    """A decision on a day, on every path, after all that is drawn.

    Attributes:
        day: Day at whose beginning it happens, from 1; the first day keeps the network file's
            decisions.
        netuids: Netuids of the subnets of the start that are meant; all where left out.
        classes: Classes of these that are meant, as they are on the day.
        reach: Part of the bar from which on a subnet is in reach of it.
    """

    switches_emission: ClassVar[bool] = False
    """True where there is nothing to do under rules without a switch of emission."""

    day: Annotated[int, Field(ge=1, le=36_500)]
    netuids: Annotated[tuple[int, ...], Field(strict=False, max_length=4_096)] | None = None
    classes: Annotated[tuple[SubnetClass, ...], Field(strict=False, min_length=1)] = _EVERYBODY
    reach: Annotated[float, Field(ge=0.0, le=100.0)] = 0.8

    @abstractmethod
    def build(self, slots: Slots) -> BehaviourProcess:
        """Build the process.

        Args:
            slots: Slots of the network that it acts in.

        Raises:
            NetworkError: A netuid that the script names is not in the network.
        """

    @abstractmethod
    def describe(self) -> str:
        """Return what happens and when, for the report."""

    def _chosen(self, slots: Slots) -> Chosen:
        from dtaojax.behaviour.scripts.process import chosen

        return chosen(slots, netuids=self.netuids, classes=self.classes, reach=self.reach)

    @property
    def _when(self) -> str:
        return f"At the beginning of day {self.day}, on every path, "

    @property
    def _whose(self) -> str:
        whose = "all subnets" if self.netuids is None else subnets_in_words(self.netuids)
        if len(self.classes) == len(_CLASSES):
            return whose
        return f"{whose}, as far as they {' or '.join(_CLASSES[name] for name in self.classes)}"


class SwitchScriptConfig(ScriptConfig):
    """Root switches the TAO emission of subnets on or off.

    Attributes:
        enabled: True to switch on, false to switch off.
    """

    switches_emission: ClassVar[bool] = True

    kind: Literal["switch"] = "switch"
    enabled: bool

    def build(self, slots: Slots) -> ScriptedSwitch:
        """Build the process."""
        from dtaojax.behaviour.scripts.process import scripted_switch

        return scripted_switch(self.day, self._chosen(slots), self.enabled)

    def describe(self) -> str:
        """Return what happens and when, for the report."""
        turned = "on" if self.enabled else "off"
        return f"{self._when}root switches {turned} the emission of {self._whose}."


class BurnScriptConfig(ScriptConfig):
    """Owners set their burn.

    Attributes:
        burned: Part of the miners' pay that they withhold.
    """

    kind: Literal["burn"] = "burn"
    burned: Fraction

    def build(self, slots: Slots) -> ScriptedBurn:
        """Build the process."""
        from dtaojax.behaviour.scripts.process import scripted_burn

        return scripted_burn(self.day, self._chosen(slots), self.burned)

    def describe(self) -> str:
        """Return what happens and when, for the report."""
        part = f"{100 * self.burned:g} % of the miners' pay"
        return f"{self._when}owners withhold {part} in {self._whose}."


AnyScriptConfig = Annotated[SwitchScriptConfig | BurnScriptConfig, Field(discriminator="kind")]
