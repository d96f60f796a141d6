"""Where inputs come from: files, folders, and URLs that fsspec opens.

Guarantee: each input is found once, in a stable order; what a link would bring in from elsewhere is named and not
opened.
"""

from __future__ import annotations

import hashlib
import heapq
import os
import signal
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from extractors import containers
from extractors.errors import InputError
from extractors.limits import LIMITS, enforce
from extractors.member_names import spelled_out
from pipeline.exits import UsageError
from pipeline.folders import Folder, LocalFolder, as_os_error, told

_CHUNK = 1 << 20
_MARKS = {".gitkeep", ".DS_Store", "Thumbs.db", "desktop.ini"}
"""Files that stand in a folder for the system's sake."""

_PASSING = ("~$", ".~lock.")
"""How the names of files begin that lie beside a document while somebody edits it."""

_STEP, _COARSE_STEP = 0.1, 2.0
"""Seconds in which a file system may count time, with and without parts of a millisecond."""

_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".!ut", ".opdownload")
"""How names of uploads end that are under way."""


class Input(NamedTuple):
    """One input: its name below its source, and the path or URL to open.

    `members` says where it lies in the container there: the index of the container's member, of that one's, and so on;
    `inside` is its path there. `signature` is what the system tells of the content without reading it, the same only
    where the content is; `None` where it tells nothing. `changed` is when its entry last changed, in seconds since
    1970, which no program can set, and `step` how finely the system counts that: of two changes within a step, the
    second may leave the signature as it was. `problem` is the reason why the input cannot be read, and `status` how it
    then ends.
    """

    name: str
    location: str
    members: tuple[int, ...] = ()
    inside: str = ""
    signature: str | None = None
    changed: float = 0.0
    step: float = 0.0
    problem: str | None = None
    status: str | None = None

    @property
    def file_name(self) -> str:
        """The name it goes by."""
        return f"{self.name}/{self.inside}" if self.inside else self.name

    @property
    def full_name(self) -> str:
        """The name it goes by where several inputs have the same one."""
        where = self.location.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return f"{where}/{self.inside}" if self.inside else where

    @property
    def remote(self) -> bool:
        """Whether it is opened by its URL."""
        return is_url(self.location)

    def digest(self) -> tuple[str, int]:
        """Give the SHA-256 (hexadecimal) and the size of the content, read piece by piece.

        Raises:
            OSError: the input cannot be read.
            Refused: it is over the size limit, or grows beyond it while it is read.
        """
        sha = hashlib.sha256()
        size = 0
        with self.open() as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                enforce("file_bytes", size, LIMITS.file_bytes)
                sha.update(chunk)
        return sha.hexdigest(), size

    def read(self) -> bytes:
        """Give the content.

        Raises:
            OSError: the input cannot be read.
            InputError: it is over the size limit, or cannot be taken out of its container.
        """
        with self.open() as file:
            data: bytes = file.read(LIMITS.file_bytes + 1)
        enforce("file_bytes", len(data), LIMITS.file_bytes)
        return self.within(data)

    def within(self, data: bytes) -> bytes:
        """Give the content, taken out of the containers it lies in, of which the outermost is given."""
        for index in self.members:
            data = containers.content(data, index)
        return data

    def open(self) -> IO[bytes]:
        """Open the file there, or the outermost container.

        Raises:
            OSError: it cannot be opened, or is no file: opening a pipe or a device may hang or never end.
        """
        if self.remote:
            import fsspec

            with as_os_error(self.location):
                return told(fsspec.open(self.location, "rb").open(), self.location)
        handle = os.open(self.location, os.O_RDONLY | os.O_NONBLOCK)
        file = os.fdopen(handle, "rb")
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            file.close()
            raise OSError("it is no file")
        return file

    def renewed(self) -> Input | None:
        """Give the input as it is now, or `None` where it is gone."""
        if self.remote:
            return self
        try:
            found = os.stat(self.location)  # noqa: PTH116  # many calls
        except FileNotFoundError:
            return None
        except OSError:
            return self
        return _known(self.name, self.location, found)

    def being_written(self) -> bool:
        """Tell whether a program has the file open to write to it, as far as the system tells."""
        import fcntl

        if self.remote or not hasattr(fcntl, "F_SETLEASE"):
            return False
        try:
            handle = os.open(self.location, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)  # a writer who comes now would send SIGIO, which ends us
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except BlockingIOError:  # fcntl(2): a lease to read needs a file that nobody has open for writing
            return True
        except OSError:  # another user's file, or a file system without leases
            return False
        finally:
            os.close(handle)
        return False


def unfinished(name: str) -> bool:
    """Tell whether a name is one that uploads under way have."""
    return name.lower().endswith(_UNFINISHED)


def _known(name: str, location: str, found: os.stat_result) -> Input:
    signature = f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"
    step = _STEP if found.st_ctime_ns % 1_000_000 else _COARSE_STEP
    problem = status = None
    try:
        enforce("file_bytes", found.st_size, LIMITS.file_bytes)
    except InputError as error:
        problem, status = f"{error.reason}: {error}", "refused"
    return Input(
        name,
        location,
        signature=signature,
        changed=found.st_ctime,
        step=step,
        problem=problem,
        status=status,
    )


def is_url(location: str) -> bool:
    """Tell whether a location is a URL, which fsspec opens, and no path."""
    return "://" in location


def order(location: str) -> list[str]:
    """Give what inputs are ordered by: the parts of a path one after another, as a walk through folders finds them."""
    return location.split("/")


def find_inputs(sources: Sequence[str], out: Folder) -> Iterator[Input]:
    """Find the inputs of the given sources, in order, without hidden files and whatever lies in the output folder.

    Sources are looked at at once, what is in them as the inputs are asked for. Inputs of several sources may have the
    same name.

    Raises:
        UsageError: a source does not exist, cannot be listed, or lies in the output.
    """
    plain = [source.removeprefix("file://") for source in sources]
    found = [_expand_url(source, out) if is_url(source) else _expand_path(Path(source), out) for source in plain]
    if len(found) == 1:
        return found[0]
    return _each_once(heapq.merge(*found, key=lambda one: order(one.location)))


def _each_once(inputs: Iterable[Input]) -> Iterator[Input]:
    last = None
    for one in inputs:
        if one.location != last:
            yield one
        last = one.location


def _expand_path(source: Path, out: Folder) -> Iterator[Input]:
    source = Path(os.path.abspath(source))  # noqa: PTH100  # without following links: one location for each name
    try:
        root = source.resolve(strict=True)
        excluded = out.path.resolve() if isinstance(out, LocalFolder) else None
        is_file = source.is_file()
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"source {source} does not exist; name a file, a folder or a URL") from None
    except (OSError, RuntimeError) as error:  # no permission, a link to itself, a name too long
        raise UsageError(f"source {source} cannot be looked at ({error}); check its path and permissions") from error
    if excluded is not None and root.is_relative_to(excluded):
        raise UsageError(f"source {source} lies inside the output {out}; choose another --out")
    if is_file:
        return iter([_known(_shown(source.name), str(source), source.stat())])
    if not source.is_dir():
        raise UsageError(f"source {source} is a pipe, socket or device; name a file, a folder or a URL")
    return _walk(source, root, excluded)


def _walk(source: Path, root: Path, excluded: Path | None) -> Iterator[Input]:
    """Give the inputs in a folder and in those below it, however deep they lie."""
    left: list[Iterator[os.DirEntry[str]]] = []
    folder: str | None = str(source)
    while folder is not None or left:
        if folder is not None:
            try:
                with os.scandir(folder) as listed:
                    left.append(iter(sorted(listed, key=lambda entry: entry.name)))
            except OSError as error:
                yield _refused(source, folder, "quarantined", f"unreadable_file: the folder cannot be listed ({error})")
            folder = None
        elif (entry := next(left[-1], None)) is None:
            left.pop()
        elif entry.name.startswith((".", *_PASSING)) or entry.name in _MARKS:
            continue
        elif not entry.is_dir(follow_symlinks=False):
            yield from _entry(source, root, entry)
        elif excluded is None or Path(entry.path).resolve() != excluded:
            folder = entry.path


def _entry(source: Path, root: Path, entry: os.DirEntry[str]) -> Iterator[Input]:
    """Give the input that an entry of a folder is; a link to a folder of the same source is none."""
    try:
        if entry.is_symlink():
            target = Path(entry.path).resolve(strict=True)
            if not target.is_relative_to(root):
                reason = f"link_outside: a link to {target}, outside of the source; name that as a source, too"
                yield _refused(source, entry.path, "refused", reason)
                return
            if target.is_dir():
                return
        found = entry.stat()
    except (OSError, RuntimeError) as error:  # a link to nowhere, or to itself
        reason = f"unreadable_file: the file cannot be read ({error}); check it"
        yield _refused(source, entry.path, "quarantined", reason)
        return
    if stat.S_ISREG(found.st_mode):
        yield _known(_below(source, entry.path), entry.path, found)
    else:
        yield _refused(source, entry.path, "refused", "not_a_file: a pipe, socket or device, no file; remove it")


def _refused(source: Path, path: str, status: str, problem: str) -> Input:
    return Input(_below(source, path), path, problem=problem, status=status)


def _below(source: Path, path: str) -> str:
    return _shown(path.removeprefix(str(source)).lstrip(os.sep) or source.name)


def _shown(name: str) -> str:
    """Give a name as text, in composed letters; what is no text in it, or shows nothing, is spelled out."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace").replace(os.sep, "/")
    return spelled_out(unicodedata.normalize("NFC", text))


def _expand_url(source: str, out: Folder) -> Iterator[Input]:
    import fsspec

    below = str(out).rstrip("/") + "/"
    if f"{source.rstrip('/')}/".startswith(below):
        raise UsageError(f"source {source} lies inside the output {out}; choose another --out")
    try:
        system, path = fsspec.core.url_to_fs(source)
        with suppress(AttributeError):
            system.invalidate_cache()
        if system.isfile(path):
            return iter([_remote(path.rsplit("/", 1)[-1], source, system.info(path))])
        files = system.find(path, detail=True)
    except Exception as error:  # drivers have errors of their own
        raise UsageError(
            f"source {source} cannot be opened ({error}); check the address and that its fsspec driver is installed"
        ) from error
    if not files:
        raise UsageError(f"source {source} holds nothing; check the address")
    found = []
    for where, info in files.items():
        location = system.unstrip_protocol(where)
        name = where.removeprefix(path).lstrip("/")
        *_, last = parts = name.split("/")
        if last in ("", *_MARKS) or location.startswith(below):  # "" shows an empty folder in a bucket
            continue
        if not any(part.startswith((".", *_PASSING)) for part in parts):
            found.append(_remote(name, location, info))
    return iter(sorted(found, key=lambda one: order(one.location)))


def _remote(name: str, location: str, info: Mapping[str, Any]) -> Input:
    """Give an input with what its file system tells of it; only a tag of the content makes a signature."""
    tag = next((info[key] for key in ("ETag", "etag", "md5", "sha256", "checksum") if info.get(key)), None)
    signature = None if tag is None else f"{info.get('size')}-{tag}"
    return Input(spelled_out(unicodedata.normalize("NFC", name)), location, signature=signature)
