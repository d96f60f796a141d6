"""Values as text, column by column: what CSV and spreadsheets show.

Guarantee: a decimal is written with the digits it has, without exponent and without zeros at the end; nothing is
rounded. Dates are ISO 8601.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from validators.model import DECIMAL_DIGITS, DECIMAL_PLACES


def digits(values: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401  # Arrow has no types
    """Give sign, digits before the point and digits after it of decimals with ten places, each as text.

    The digits before are at least one; those after are none where the number is whole.
    """
    whole = _unscaled(values)
    negative = pc.less(whole, pa.scalar(0, whole.type))
    padded = pc.ascii_lpad(pc.cast(pc.abs(whole), pa.string()), DECIMAL_PLACES + 1, "0")
    after = pc.ascii_rtrim(pc.utf8_slice_codeunits(padded, -DECIMAL_PLACES), "0")
    before = pc.utf8_slice_codeunits(padded, 0, -DECIMAL_PLACES)
    return pc.if_else(negative, "-", ""), before, after


def decimal_texts(values: Any) -> Any:  # noqa: ANN401
    """Write decimals."""
    sign, before, after = digits(values)
    point = pc.if_else(pc.equal(after, ""), "", ".")
    return pc.binary_join_element_wise(sign, before, point, after, "")


def _unscaled(values: Any) -> Any:  # noqa: ANN401
    """Give decimals with ten places times ten to the power of ten; the bytes are the same."""
    return pa.Array.from_buffers(
        pa.decimal128(DECIMAL_DIGITS, 0), len(values), values.buffers(), values.null_count, values.offset
    )


def texts(values: Any) -> Any:  # noqa: ANN401
    """Write values of any kind that a data set holds; missing ones stay missing."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_decimal(values.type):
        return decimal_texts(values)
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, "true", "false")
    return pc.cast(values, pa.string())
