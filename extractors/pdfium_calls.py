"""PDFium's functions through prototypes that take addresses as numbers: a third of the usual price of a call.

Guarantee: nothing is kept between two calls. Results that PDFium writes come back through the arrays here, one set for
the whole process, which reads one document at a time: take them out before the next call.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from pypdfium2 import raw

_POINTER, _INT, _SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong


def _call(name: str, result: type | None, *arguments: type) -> Callable[..., Any]:
    """Give a function that keeps the interpreter's lock: for short calls."""
    return ctypes.PYFUNCTYPE(result, *arguments)(address(getattr(raw, name)))


def _long_call(name: str, result: type | None, *arguments: type) -> Callable[..., Any]:
    """Give a function that lets go of the lock, so that other threads hold a hostile page to its limits."""
    return ctypes.CFUNCTYPE(result, *arguments)(address(getattr(raw, name)))


def address(thing: object) -> int:
    """Give the address of a pointer or function of ctypes, 0 for none."""
    return ctypes.cast(thing, _POINTER).value or 0  # type: ignore[arg-type]


load_page = _long_call("FPDF_LoadPage", _POINTER, _POINTER, _INT)
close_page = _call("FPDF_ClosePage", None, _POINTER)
page_box = _call("FPDF_GetPageBoundingBox", _INT, _POINTER, _POINTER)
page_rotation = _call("FPDFPage_GetRotation", _INT, _POINTER)
load_text = _long_call("FPDFText_LoadPage", _POINTER, _POINTER)
close_text = _call("FPDFText_ClosePage", None, _POINTER)
loose_char_box = _call("FPDFText_GetLooseCharBox", _INT, _POINTER, _INT, _POINTER)
count_chars = _call("FPDFText_CountChars", _INT, _POINTER)
get_text = _call("FPDFText_GetText", _INT, _POINTER, _INT, _INT, _POINTER)
get_unicode = _call("FPDFText_GetUnicode", ctypes.c_uint, _POINTER, _INT)
is_generated = _call("FPDFText_IsGenerated", _INT, _POINTER, _INT)
text_object = _call("FPDFText_GetTextObject", _POINTER, _POINTER, _INT)
char_angle = _call("FPDFText_GetCharAngle", ctypes.c_float, _POINTER, _INT)
char_box = _call("FPDFText_GetCharBox", _INT, _POINTER, _INT, *[_POINTER] * 4)
count_rects = _call("FPDFText_CountRects", _INT, _POINTER, _INT, _INT)
get_rect = _call("FPDFText_GetRect", _INT, _POINTER, _INT, *[_POINTER] * 4)
count_objects = _call("FPDFPage_CountObjects", _INT, _POINTER)
get_object = _call("FPDFPage_GetObject", _POINTER, _POINTER, _INT)
count_form_objects = _call("FPDFFormObj_CountObjects", _INT, _POINTER)
get_form_object = _call("FPDFFormObj_GetObject", _POINTER, _POINTER, _SIZE)
render_mode = _call("FPDFTextObj_GetTextRenderMode", _INT, _POINTER)
object_type = _call("FPDFPageObj_GetType", _INT, _POINTER)
bounds = _call("FPDFPageObj_GetBounds", _INT, _POINTER, *[_POINTER] * 4)
object_matrix = _call("FPDFPageObj_GetMatrix", _INT, _POINTER, _POINTER)
draw_mode = _call("FPDFPath_GetDrawMode", _INT, _POINTER, _POINTER, _POINTER)
count_segments = _call("FPDFPath_CountSegments", _INT, _POINTER)
get_segment = _call("FPDFPath_GetPathSegment", _POINTER, _POINTER, _INT)
segment_point = _call("FPDFPathSegment_GetPoint", _INT, _POINTER, _POINTER, _POINTER)
segment_type = _call("FPDFPathSegment_GetType", _INT, _POINTER)
segment_closes = _call("FPDFPathSegment_GetClose", _INT, _POINTER)

# What PDFium writes into, and the addresses of its parts in the order in which each function takes them. In `RECT` and
# `CHAR_BOX` alike, `DOUBLES` is left, bottom, right, top; in `BOUNDS`, the first four of `FLOATS` are.
DOUBLES = (ctypes.c_double * 4)()
FLOATS = (ctypes.c_float * 6)()
_LEFT, _BOTTOM, _RIGHT, _TOP = (ctypes.addressof(DOUBLES) + 8 * i for i in range(4))
RECT = (_LEFT, _TOP, _RIGHT, _BOTTOM)
CHAR_BOX = (_LEFT, _RIGHT, _BOTTOM, _TOP)
MATRIX = ctypes.addressof(FLOATS)
BOUNDS = tuple(MATRIX + 4 * i for i in range(4))
POINT = BOUNDS[:2]
INTS = (ctypes.c_int * 2)()
MODES = (ctypes.addressof(INTS), ctypes.addressof(INTS) + 4)
