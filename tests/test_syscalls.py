"""The filter of system calls, run here by an interpreter of the kernel's little language, for both machines."""

from __future__ import annotations

import errno
import os
import struct

import pytest

from grader.runner.syscalls import REFUSED, program

ALLOWED, REFUSED_CODE, UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
KILLED = 0x80000000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
MACHINES = sorted(AUDIT)


def outcome(machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """Run the filter on one call, as the kernel would (Documentation/userspace-api/seccomp_filter.rst)."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", number, AUDIT[machine] if audit is None else audit, 0, *padded)
    lines = list(struct.iter_unpack("=HBBI", program(machine)))
    place = value = 0
    while True:
        code, yes, no, constant = lines[place]
        place += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("=I", data, constant)
            case 0x54:
                value &= constant
            case 0x15:
                place += yes if value == constant else no
            case 0x35:
                place += yes if value >= constant else no
            case 0x45:
                place += yes if value & constant else no
            case 0x06:
                return constant
            case _:
                raise AssertionError(code)


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("machine", MACHINES)
def test_what_stands_in_the_table_is_refused(machine: str, name: str) -> None:
    number = REFUSED[name][MACHINES[::-1].index(machine)]
    if number is not None:
        assert outcome(machine, number) == REFUSED_CODE


@pytest.mark.parametrize(("machine", "read", "fork", "futex"), [("x86_64", 0, 57, 202), ("aarch64", 63, 1000, 98)])
def test_what_does_not_stand_there_is_allowed(machine: str, read: int, fork: int, futex: int) -> None:
    assert {outcome(machine, number) for number in (read, fork, futex)} == {ALLOWED}


@pytest.mark.parametrize(("machine", "clone"), [("x86_64", 56), ("aarch64", 220)])
def test_a_process_or_a_thread_may_begin_but_no_namespace(machine: str, clone: int) -> None:
    thread = 0x3D0F00
    assert (outcome(machine, clone, 17), outcome(machine, clone, thread)) == (ALLOWED, ALLOWED)
    for bit in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert outcome(machine, clone, 17 | bit) == REFUSED_CODE
    assert outcome(machine, 435) == UNKNOWN


@pytest.mark.parametrize(("machine", "mmap"), [("x86_64", 9), ("aarch64", 222)])
def test_memory_is_shared_through_files_only(machine: str, mmap: int) -> None:
    shared, private, validated, anonymous, populate = 1, 2, 3, 0x20, 0x8000
    for flags in (shared | anonymous, validated | anonymous, shared | anonymous | populate):
        assert outcome(machine, mmap, 0, 4096, 3, flags) == REFUSED_CODE
    for flags in (shared, private, private | anonymous, private | anonymous | populate):
        assert outcome(machine, mmap, 0, 4096, 3, flags) == ALLOWED


@pytest.mark.parametrize(("machine", "make"), [("x86_64", 41), ("aarch64", 198)])
def test_sockets_are_of_the_usual_families(machine: str, make: int) -> None:
    assert {outcome(machine, make, family) for family in (1, 2, 10, 16)} == {ALLOWED}
    assert {outcome(machine, make, family) for family in (0, 17, 38, 40)} == {0x00050000 | errno.EAFNOSUPPORT}


def test_another_machines_calls_end_the_process_and_the_second_interface_is_refused() -> None:
    assert outcome("x86_64", 0, audit=0x40000003) == KILLED
    assert outcome("x86_64", 0x40000000) == REFUSED_CODE


@pytest.mark.skipif(os.uname().machine not in AUDIT, reason="there is no table for this machine")
def test_this_machine_has_a_filter() -> None:
    assert program() == program(os.uname().machine)
