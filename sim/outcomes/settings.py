"""What outcomes need to know besides the records: targets, companions and the smallest published cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class OutcomeSettings:
    """Targets and conventions that belong to the region, not to the records.

    Attributes
    ----------
    service_target_wait
        Wait within which a visit should begin [min], > 0.
    service_target_share
        Share of all who arrived that should begin within it, 0-1.
    companions
        Persons who come along with a visitor, on average, >= 0.
    small_cell
        Visits a year below which a published cell is merged with others, >= 0.
    """

    service_target_wait: float
    service_target_share: float
    companions: float
    small_cell: float

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, float]) -> Self:
        """Return the settings held by the region's parameters of the same names.

        Raises
        ------
        KeyError
            If one of the four parameters is missing.
        """
        return cls(
            service_target_wait=parameters["service_target_wait"],
            service_target_share=parameters["service_target_share"],
            companions=parameters["companions"],
            small_cell=parameters["small_cell"],
        )
