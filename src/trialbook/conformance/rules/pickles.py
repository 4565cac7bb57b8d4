"""Pickles read as data: the engine's cache is made of them, and a pickle is a program that whoever wrote it runs.

Two barriers, each enough: what would build anything but plain data is refused before it is run, and the unpickler finds no class.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Sequence
from typing import Any, NoReturn

LARGEST_PICKLE = 64 * 1024 * 1024
"""Bytes of a pickle: the rules of all standards have two million."""

_DATA = {
    "PROTO FRAME STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE",
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT",
    "STRING BINSTRING SHORT_BINSTRING UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8",
    "BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8",
    "EMPTY_LIST APPEND APPENDS LIST EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3",
    "EMPTY_DICT DICT SETITEM SETITEMS EMPTY_SET ADDITEMS FROZENSET",
    "GET BINGET LONG_BINGET PUT BINPUT LONG_BINPUT MEMOIZE",
}
_ALLOWED = frozenset(name for line in _DATA for name in line.split())
_REMEMBERS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})


class HostilePickleError(ValueError):
    """A pickle that is no plain data, or is damaged; the message says what of it."""


class _NoClasses(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> NoReturn:
        raise HostilePickleError(f"asks for {module}.{name}, expected plain data")

    def persistent_load(self, pid: Any) -> NoReturn:
        raise HostilePickleError("asks for an object outside it, expected plain data")


def load_plain(content: bytes) -> Any:
    """What a pickle holds, of dicts, lists, tuples, sets, texts, numbers, booleans and None alone.

    Raises HostilePickleError for one that asks for anything else, is damaged, or is larger than any that the engine makes.
    """
    if len(content) > LARGEST_PICKLE:
        raise HostilePickleError(f"has {len(content):,} bytes; no cache of rules has more than {LARGEST_PICKLE:,}")
    _refuse_programs(content)
    try:
        return _NoClasses(io.BytesIO(content)).load()
    except HostilePickleError:
        raise
    except Exception as error:  # a damaged pickle raises whatever the step raises that it derails
        raise HostilePickleError(f"is damaged ({type(error).__name__}: {error})") from None


def _refuse_programs(content: bytes) -> None:
    """Refuse a step that is none of data's, and a place in memory so far off that reserving it would take all there is."""
    texts: list[str] = []
    position = -1
    try:
        for step, argument, at in pickletools.genops(content):
            position = at or 0
            if step.name not in _ALLOWED:
                raise HostilePickleError(f"{_asked(step.name, argument, texts)} at byte {position:,}, expected plain data")
            if step.name in _REMEMBERS and not 0 <= int(argument or 0) <= len(content):
                raise HostilePickleError(f"has a step {step.name} out of all bounds at byte {position:,}")
            if isinstance(argument, str):
                texts = [*texts[-1:], argument]
    except HostilePickleError:
        raise
    except Exception as error:
        raise HostilePickleError(f"is damaged after byte {max(position, 0):,} ({error})") from None
    if position != len(content) - 1:
        raise HostilePickleError(f"ends at byte {position:,} of {len(content):,}")


def _asked(step: str, argument: object, texts: Sequence[str]) -> str:
    """What a step that is refused would do; the name of a class stands in it, or in the two texts before it."""
    if step in ("GLOBAL", "INST"):
        return f"asks for {str(argument).replace(' ', '.')}"
    return f"asks for {'.'.join(texts)}" if step == "STACK_GLOBAL" else f"has a step {step}"
