"""What somebody has handed in, read as a stranger's files: no link is followed, nothing is run, nothing is unpacked.

A folder and a zip file look the same: names of regular files and of links, relative and with `/`, and the bytes of one
file at a time, up to a cap. A zip file is read where it lies and only as far as it is asked for, so a bomb in it does
no harm.
"""

from __future__ import annotations

import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from grader.runner.source import read_regular
from infra.messages import N_, Message

ENTRIES_CAP = 20_000
DEPTH_CAP = 16
ZIP_CAP_BYTES = 200 << 20
DIRECTORY_CAP_BYTES = 8 << 20
"""Of a zip file's table of contents, which is read as a whole."""
JUNK = frozenset(["__MACOSX", "__pycache__", "node_modules", "venv", "env", "site-packages", "reports"])
"""Folders that systems and tools leave behind, beside those that are hidden."""
LITTER = frozenset([".DS_Store", "Thumbs.db", "desktop.ini"])


class Refused(Exception):
    """What was handed in can't be opened safely; `message` says why, in one sentence."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class Handed(Protocol):
    """Files that somebody has handed in."""

    @property
    def files(self) -> Mapping[str, object]:
        """Every regular file by its relative name; what reads it is its value."""

    @property
    def links(self) -> frozenset[str]:
        """The relative names of links and of what else is neither file nor folder."""

    def read(self, name: str, cap: int) -> bytes:
        """Return a file.

        Raises:
            Refused: it is longer than `cap` bytes, or can't be read.
        """


def is_junk(folder: str) -> bool:
    """Say whether a folder is no work of a learner's: hidden, or left there by a system or a tool."""
    return folder.startswith(".") or folder in JUNK


def is_litter(file: str) -> bool:
    """Say whether a file was left there by a system; other hidden files may be a learner's, such as `.env`."""
    return file.startswith("._") or file in LITTER


def open_handed(path: Path) -> Handed:
    """Open a folder or a zip file.

    Raises:
        Refused: it can't be opened safely.
    """
    try:
        return HandedFolder(path) if path.is_dir() else HandedZip(path)
    except OSError as error:
        raise Refused(Message(N_("It can't be read: {detail}."), {"detail": error.strerror or str(error)})) from None


@dataclass(frozen=True)
class HandedFolder:
    """A folder, or the working tree of a git checkout."""

    root: Path
    files: Mapping[str, Path] = field(init=False)
    links: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        files: dict[str, Path] = {}
        links: set[str] = set()
        for name, entry in _walked(self.root):
            if entry.is_file(follow_symlinks=False):
                files[name] = self.root / name
            elif not entry.is_dir(follow_symlinks=False):
                links.add(name)
        object.__setattr__(self, "files", files)
        object.__setattr__(self, "links", frozenset(links))

    def read(self, name: str, cap: int) -> bytes:
        """Return a file."""
        content = read_regular(self.files[name], cap + 1)
        if content is None:
            raise Refused(Message(N_("{file} can't be read."), {"file": name}))
        return _within(content, cap, name)


def _walked(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what lies below a folder, without what is junk and without entering links."""
    pending = [""]
    count = 0
    while pending:
        folder = pending.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_junk(entry.name) if is_folder else is_litter(entry.name):
                    continue
                count += 1
                if count > ENTRIES_CAP:
                    raise _too_many()
                name = f"{folder}/{entry.name}" if folder else entry.name
                if is_folder:
                    if name.count("/") < DEPTH_CAP:
                        pending.append(name)
                else:
                    yield name, entry


class HandedZip:
    """A zip file."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        if size > ZIP_CAP_BYTES:
            fields = {"megabytes": size >> 20, "cap": ZIP_CAP_BYTES >> 20}
            raise Refused(Message(N_("The zip file has {megabytes} MB; at most {cap} MB are opened."), fields))
        _look_at_directory(path, size)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
            raise Refused(Message(N_("It isn't a zip file, or a damaged one."))) from None
        if len(self._zip.filelist) > ENTRIES_CAP:
            raise _too_many()
        self.files: dict[str, zipfile.ZipInfo] = {}
        self._spellings: dict[str, list[str]] = {}
        links: set[str] = set()
        for entry in self._zip.filelist:
            name = _entry_name(entry.filename)
            *folders, file = name.split("/")
            is_folder = name == "." or entry.filename.endswith("/")  # is_dir() trips over a name that is empty
            if is_folder or len(folders) > DEPTH_CAP or any(map(is_junk, folders)) or is_litter(file):
                continue
            self._spellings.setdefault(_spelling(name), []).append(name)
            if _is_plain(entry):
                self.files[name] = entry
            else:
                links.add(name)
        self.links = frozenset(links)

    def read(self, name: str, cap: int) -> bytes:
        """Return a file; no more than the cap is unpacked, whatever the archive says of its size."""
        entry = self.files[name]
        one, *others = self._spellings[_spelling(name)]
        if others:
            fields = {"one": one, "other": others[0]}
            raise Refused(Message(N_("The zip file holds two of one file: {one} and {other}."), fields))
        if entry.flag_bits & 0x1:
            raise Refused(Message(N_("The zip file is locked with a password.")))
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(Message(N_("{file} is packed in a way that isn't opened here."), {"file": name}))
        try:
            with self._zip.open(entry) as stream:
                content = stream.read(cap + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
            raise Refused(Message(N_("{file} is damaged in the zip file."), {"file": name})) from None
        return _within(content, cap, name)


def _look_at_directory(path: Path, size: int) -> None:
    """Refuse a table of contents that would fill the memory: `zipfile` reads it as a whole.

    Which end record counts is for `zipfile` to say; none that it could find may announce more than the cap.
    """
    tail_bytes = 22 + 0xFFFF
    with path.open("rb") as stream:
        stream.seek(max(0, size - tail_bytes - 20))
        tail = stream.read(tail_bytes + 20)
    if b"PK\x06\x07" in tail:  # zip64, which no submission needs
        raise _too_many()
    at = tail.find(b"PK\x05\x06")
    while at >= 0:
        if int.from_bytes(tail[at + 12 : at + 16], "little") > DIRECTORY_CAP_BYTES:
            raise _too_many()
        at = tail.find(b"PK\x05\x06", at + 1)


def _entry_name(name: str) -> str:
    """Return an entry's name with `/`, where some Windows programs write backslashes.

    Raises:
        Refused: it leads out of the archive.
    """
    plain = name.replace("\\", "/")
    parts = plain.split("/")
    if plain.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in plain:
        raise Refused(Message(N_("The zip file holds {file}, a name that leads out of its folder."), {"file": name}))
    return PurePosixPath(plain).as_posix()


def _spelling(name: str) -> str:
    """Return what two names share that some file system takes for one."""
    return unicodedata.normalize("NFC", name).casefold()


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return kind in (0, stat.S_IFREG)


def _within(content: bytes, cap: int, name: str) -> bytes:
    if len(content) > cap:
        fields = {"file": name, "cap": cap >> 10}
        raise Refused(Message(N_("{file} has more than {cap} KB; no exercise needs so much."), fields))
    return content


def _too_many() -> Refused:
    return Refused(Message(N_("It holds more than {cap} files."), {"cap": ENTRIES_CAP}))
