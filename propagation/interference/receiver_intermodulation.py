"""Products that a receiver makes of strong carriers, as the field that would disturb as much.

A stage whose output is a power series makes of carriers at its input products whose level rises
``n`` decibels for each decibel of the carriers. Written with the intercept point of order n, which
is stated for ``2A-B`` (order 3) and ``A-B`` (order 2):

``E = sum |c_i| E_i - (n - 1) IP_n + 20 log10(M / M_0)``

with ``M = n! / prod |c_i|!`` the multinomial coefficient of the product and ``M_0`` that of the
stated one (3 and 2): A+B-C is 6 dB above 2A-B, 3A 9.5 dB below it. Derived from the expansion of
``(sum a_i cos w_i t)^n``. Levels may be fields where one antenna receives all carriers, if the
intercept point is a field too.
"""

import math
from collections.abc import Sequence
from typing import Final

from propagation.errors import PropagationError

__all__ = ["product_level_db"]

_STATED: Final = {2: 2.0, 3: 3.0}


def product_level_db(
    levels_db: Sequence[float], coefficients: Sequence[int], intercept_db: float
) -> float:
    """Return the level of a product, as if it had come in on the channel.

    Parameters
    ----------
    levels_db : sequence of float
        Of the carriers at the receiver: dB(uV/m), or any level in dB.
    coefficients : sequence of int
        How often each is taken; negative is subtracted. Their sum of amounts is 2 or 3.
    intercept_db : float
        Intercept point of that order at the input, in the unit of the levels.

    Raises
    ------
    PropagationError
        If there is not one coefficient for each level, or the order is neither 2 nor 3.
    """
    times = [abs(one) for one in coefficients]
    order = sum(times)
    if len(levels_db) != len(times) or order not in _STATED:
        raise PropagationError("a product has a level for each carrier, and order 2 or 3")
    ways = math.factorial(order) / math.prod(math.factorial(one) for one in times)
    taken = sum(one * level for one, level in zip(times, levels_db, strict=True))
    return taken - (order - 1) * intercept_db + 20.0 * math.log10(ways / _STATED[order])
