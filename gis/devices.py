"""Conditional equipment: the exempt list of a day as this installation has it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from gis.errors import FormatError
from gis.home import Home
from gis.rules import judged_pack, rule_paths
from propagation.compliance.device_rules import DEVICE, GAPS, ROW, USES
from propagation.compliance.devices import Device, DeviceAnswer, DeviceError, check_device
from propagation.compliance.parameters import number, words
from propagation.compliance.records import Rule

__all__ = ["DeviceList", "devices_in_use"]

_MARK: Final = f'"{DEVICE}'.encode()


class DeviceList:
    """The rules whose ids begin with `device.`, on one day.

    Parameters
    ----------
    contents : mapping of str to bytes
        Rule files by name; those without such a rule are passed over.
    on : date
        The day.

    Raises
    ------
    FormatError
        If somebody spoilt a rule file.
    """

    def __init__(self, contents: Mapping[str, bytes], on: date) -> None:
        kept = {name: told for name, told in contents.items() if _MARK in told}
        self.on = on
        self.rules: Mapping[str, Rule] = judged_pack(on, kept).rules

    @property
    def rows(self) -> list[Rule]:
        """The rows of the list, by frequency."""
        found = [rule for name, rule in self.rules.items() if name.startswith(ROW)]
        return sorted(found, key=lambda rule: (number(rule, "frequency_min_mhz"), rule.id))

    def uses(self, language: str) -> dict[str, str]:
        """Return the uses that may be asked about, and what they are called."""
        called: dict[str, str] = {}
        for name in (USES, GAPS):
            rule = self.rules.get(name)
            if rule is not None:
                said = words(rule, f"uses_{language}")
                called |= dict(zip(words(rule, "uses"), said, strict=True))
        own = {use: use for row in self.rows for use in words(row, "uses")}
        return own | called

    def check(self, **facts: Any) -> DeviceAnswer:
        """Return what the list says of a device.

        Parameters
        ----------
        **facts
            The attributes of `Device`, as far as they are known.

        Raises
        ------
        FormatError
            If the device cannot be, or its use is none of the list; the values name the fact.
        """
        use = facts.get("use")
        if use is not None and use not in self.uses("vi"):
            raise FormatError("devices.wrong_use", name="use", value=str(use)[:60])
        try:
            return check_device(Device(**facts), self.rules)
        except DeviceError as error:
            raise FormatError(f"devices.wrong_{error.wrong}", name=error.name) from error


def devices_in_use(home: Home, on: date) -> DeviceList:
    """Return the list of a day of this installation."""
    files = rule_paths(own=home.rules)
    return DeviceList({name: file.read_bytes() for name, file in files.items()}, on)
