"""A pickle of the engine's cache is read as data: whatever else it asks for is refused, and nothing of it is run."""

from __future__ import annotations

import builtins
import collections
import datetime
import io
import os
import pickle
import pickletools
from pathlib import Path

import pytest

from trialbook.conformance.rules import pickles
from trialbook.conformance.rules.pickles import HostilePickleError, load_plain

DATA = {"CORE-000001": {"a": [1, -2, 3.5, None, True, "é"], "b": ("x", {"y"}, frozenset({2**70}), b"z")}, "": {}}


class Runs:
    """Asks the unpickler to call ``what`` with ``argument``."""

    def __init__(self, what, argument):
        self.call = what, (argument,)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_data_of_every_protocol_is_read(protocol):
    plain = {"CORE-000001": {"a": [1, -2, 3.5, None, True, "é"], "b": ("x", {"c": [2**70]})}}
    assert load_plain(pickle.dumps(plain, protocol)) == plain


def test_data_of_every_kind_is_read():
    assert load_plain(pickle.dumps(DATA)) == DATA
    shared = ["once"]
    assert load_plain(pickle.dumps([shared, shared])) == [["once"], ["once"]]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    ("what", "name"),
    [(os.system, "posix.system"), (builtins.eval, "builtins.eval"), (builtins.exec, "builtins.exec"), (Path, "pathlib.Path")],
)
def test_nothing_is_called(tmp_path, protocol, what, name):
    witness = tmp_path / "witness"
    argument = f"touch {witness}" if what is os.system else f"open({str(witness)!r}, 'w')"
    content = pickle.dumps({"CORE-000001": Runs(what, argument)}, protocol)
    with pytest.raises(HostilePickleError, match=name if protocol >= 3 else "asks for "):
        load_plain(content)
    assert not witness.exists()


@pytest.mark.parametrize(
    "value",
    [
        datetime.date(2025, 1, 1),
        collections.OrderedDict(a=1),
        collections.Counter("a"),
        os.path.join,
        Runs,
        range(3),
        1j,
        type(None),
    ],
)
def test_no_class_is_built(value):
    with pytest.raises(HostilePickleError, match="asks for "):
        load_plain(pickle.dumps([value]))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"cposix\nsystem\n(S'true'\ntR.", "asks for posix.system at byte 0"),
        (b"(S'true'\niposix\nsystem\n.", "asks for posix.system at byte 9"),
        (b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.", "asks for posix.system at byte 17"),
        (b"\x82\x01.", "has a step EXT1"),
        (b"Psomewhere\n.", "has a step PERSID"),
        (b"\x97.", "has a step NEXT_BUFFER"),
        (b"K\x01r\xff\xff\xff\xff.", "has a step LONG_BINPUT out of all bounds"),
        (b"K\x01p4294967295\n.", "has a step PUT out of all bounds"),
    ],
)
def test_steps_that_are_none_of_datas_are_refused(content, why):
    with pytest.raises(HostilePickleError, match=why):
        load_plain(content)


def test_the_unpickler_alone_finds_no_class_either(monkeypatch):
    monkeypatch.setattr(pickles, "_refuse_programs", lambda content: None)
    for what in (os.system, builtins.eval, Path):
        with pytest.raises(HostilePickleError, match="asks for "):
            load_plain(pickle.dumps(Runs(what, "x")))
    with pytest.raises(HostilePickleError, match="asks for an object outside it"):
        load_plain(b"Psomewhere\n.")
    with pytest.raises(HostilePickleError, match="is damaged"):
        load_plain(b"\x82\x01.")


def test_a_truncated_pickle_is_told_wherever_it_ends():
    content = pickle.dumps(DATA)
    for length in range(len(content)):
        with pytest.raises(HostilePickleError):
            load_plain(content[:length])


def is_plain(found):
    """Nothing but what JSON has, and the bytes, tuples and sets that a pickle may hold."""
    if isinstance(found, dict):
        return all(is_plain(part) for pair in found.items() for part in pair)
    if isinstance(found, (list, tuple, set, frozenset)):
        return all(map(is_plain, found))
    return type(found) in (str, bytes, bytearray, int, float, bool, complex, type(None))


def test_an_altered_pickle_is_data_or_told():
    content = pickletools.optimize(pickle.dumps(DATA))
    for position in range(len(content)):
        for byte in (0, ord("R"), ord("c"), 255):
            altered = content[:position] + bytes([byte]) + content[position + 1 :]
            try:
                found = load_plain(altered)
            except HostilePickleError:
                continue
            assert is_plain(found), f"byte {position} as {byte}"


def test_what_follows_the_end_is_told():
    with pytest.raises(HostilePickleError, match="ends at byte 2 of 4"):
        load_plain(b"K\x01.K")


def test_a_pickle_larger_than_any_of_the_engine_is_not_read(monkeypatch):
    monkeypatch.setattr(pickles, "LARGEST_PICKLE", 10)
    with pytest.raises(HostilePickleError, match="has 11 bytes"):
        load_plain(bytes(11))


def test_a_length_that_is_not_there_takes_no_memory():
    with pytest.raises(HostilePickleError, match="is damaged"):
        load_plain(b"\x80\x04\x8d" + (2**62).to_bytes(8, "little") + b"x.")


def test_io_is_not_needed_by_name():
    with pytest.raises(HostilePickleError, match="io"):
        load_plain(pickle.dumps(io.BytesIO(b"x")))
