"""What the check of dates reads: the documents of a station, as recorded."""

from dataclasses import dataclass
from datetime import date

__all__ = ["DocumentFacts", "ValidityFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """A licence or a certificate as recorded; None is *not recorded*, never *there is none*.

    Attributes
    ----------
    number : str or None
        Its number.
    valid_from, valid_to : date or None
        First and last day on which it is in force.
    """

    number: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def recorded(self) -> bool:
        """Whether anything of it is."""
        return any(item is not None for item in (self.number, self.valid_from, self.valid_to))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityFacts:
    """The documents of a station.

    Attributes
    ----------
    licence : DocumentFacts
        Licence to use the frequency and the transmitter.
    certificate : DocumentFacts
        Certificate of technical inspection (giấy chứng nhận kiểm định).
    conformity : DocumentFacts
        Conformity of the equipment (chứng nhận, công bố hợp quy).
    transmitter_power_w : float or None
        Power of the transmitter; it decides whether an inspection is compulsory.
    in_service_from : date or None
        Day on which the station began to transmit.
    """

    licence: DocumentFacts = DocumentFacts()
    certificate: DocumentFacts = DocumentFacts()
    conformity: DocumentFacts = DocumentFacts()
    transmitter_power_w: float | None = None
    in_service_from: date | None = None
