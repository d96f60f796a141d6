"""Where a run writes: a folder of this machine, or one below a URL that fsspec opens.

Guarantee: a file is whole or not there. On this machine it is written aside, flushed to disk and moved into place; on
object storage it is uploaded in one piece. Whatever goes wrong there is an `OSError`.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import IO, Any, BinaryIO
from uuid import uuid4

from filelock import FileLock, Timeout

from pipeline.exits import OutputLocked

WORK = ".zvity"
"""Folder inside the output for what zvity itself needs: results, parts, the lock."""

ASIDE = f"{WORK}/aside"
"""Folder in which files are written before they are moved into place."""

LEASE = 300.0
"""Seconds after which a lock on object storage that was not renewed belongs to nobody."""

_RENEWED = 20.0
"""Seconds between two renewals of such a lock."""

_SURE = 1.0
"""Seconds after which such a lock is looked at again, since two runs may have taken it over at once."""

_WRITERS = 2
"""Files of this machine that are written at a time."""

_BUCKETS = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"}
"""Protocols of object storage, which has no folders: to make one there is to make a bucket."""

_BLOCK = 1 << 20
"""Bytes that are fetched beyond those asked for: of a part's file, one data set is read at a time."""

Write = Callable[[IO[bytes]], object]
"""Writes the content of one file."""


@dataclass(frozen=True, slots=True)
class Stat:
    """What is known of a file without reading it; `changed` is in seconds since 1970."""

    bytes: int
    changed: float


class Folder(ABC):
    """An output folder. Names are relative to it, with `/` between folders.

    Every method raises `OSError` where the folder cannot be read or written, `FileNotFoundError` for a missing file.
    """

    @abstractmethod
    def __str__(self) -> str:
        """Give the folder as the user named it."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open a file for reading, at any place of it."""

    @abstractmethod
    def write_all(self, files: Mapping[str, Write], late: Iterable[tuple[str, Write]] = ()) -> None:
        """Write several files, none of which is in its place before all are written.

        Args:
            files: what writes each, by name.
            late: more of them, asked for while the first are written: to make them may take time.
        """

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    @abstractmethod
    def remove_all(self, folder: str) -> None:
        """Remove a folder with all it holds, if it is there."""

    @abstractmethod
    def stat(self, name: str) -> Stat | None:
        """Tell of a file, or `None` where there is none."""

    @abstractmethod
    def files(self, folder: str) -> dict[str, Stat]:
        """Tell of all files below a folder, by their names in it; of none where there is no such folder."""

    @abstractmethod
    def names(self, folder: str) -> Iterator[str]:
        """Give the names of all files below a folder, one after another, in no order."""

    @abstractmethod
    def locked(self) -> AbstractContextManager[Callable[[], None]]:
        """Hold the folder for one run; gives what raises `OutputLocked` once the folder is no longer held.

        Raises:
            OutputLocked: another run holds it.
        """

    def renew(self, name: str, content: bytes) -> None:
        """Write one file; where it holds this already, only its time is new."""
        self.write(name, content)

    def read(self, name: str) -> bytes:
        """Give the content of a file."""
        with self.open(name) as file:
            return file.read()

    def write(self, name: str, content: bytes) -> None:
        """Write one file."""
        self.write_all({name: lambda file: file.write(content)})


def folder_at(place: str | Path) -> Folder:
    """Give the folder at a path or URL.

    Raises:
        OSError: there is no driver for the URL, or it cannot be opened.
    """
    text = str(place)
    if "://" not in text or text.startswith("file://"):
        return LocalFolder(Path(text.removeprefix("file://")))
    return RemoteFolder(text)


class LocalFolder(Folder):
    """A folder of this machine, made when it is first written to."""

    def __init__(self, path: Path) -> None:
        """Use the folder at a path."""
        self.path = path
        self._numbers = count()

    def __str__(self) -> str:
        """Give its path."""
        return str(self.path)

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        return (self.path / name).open("rb")

    def write_all(self, files: Mapping[str, Write], late: Iterable[tuple[str, Write]] = ()) -> None:
        """Write all aside and flush them, then move one after another into place.

        Where there are several, their folders are flushed, too: what is written next must not reach the disk before.
        """
        (self.path / ASIDE).mkdir(parents=True, exist_ok=True)
        aside = self.path / ASIDE / f"{os.getpid()}-{next(self._numbers)}"
        names = list(files)
        try:
            _write_each(aside, list(files.values()), _named(late, names) if late else ())
            folders = set()
            for number, name in enumerate(names):
                place = self.path / name
                place.parent.mkdir(parents=True, exist_ok=True)
                _numbered(aside, number).replace(place)
                folders.add(place.parent)
            for folder in folders if len(names) > 1 else ():
                _flush(folder)
        finally:
            for number in range(len(names)):
                with suppress(OSError):
                    _numbered(aside, number).unlink(missing_ok=True)

    def renew(self, name: str, content: bytes) -> None:
        """Write one file, or set its time."""
        with suppress(FileNotFoundError):
            if self.read(name) == content:
                os.utime(self.path / name)
                return
        self.write(name, content)

    def remove(self, name: str) -> None:
        """Remove a file."""
        (self.path / name).unlink(missing_ok=True)

    def remove_all(self, folder: str) -> None:
        """Remove a folder."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.path / folder)

    def stat(self, name: str) -> Stat | None:
        """Tell of a file."""
        try:
            found = (self.path / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Stat(found.st_size, found.st_mtime)

    def files(self, folder: str) -> dict[str, Stat]:
        """Tell of the files below a folder."""
        return {name: Stat(found.st_size, found.st_mtime) for name, found in self._below(folder)}

    def names(self, folder: str) -> Iterator[str]:
        """Give the names of the files below a folder."""
        return (name for name, _ in self._below(folder))

    def _below(self, folder: str) -> Iterator[tuple[str, os.stat_result]]:
        left = [""]
        while left:
            below = left.pop()
            with suppress(FileNotFoundError), os.scandir(self.path / folder / below) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        left.append(f"{below}{entry.name}/")
                    else:
                        yield below + entry.name, entry.stat(follow_symlinks=False)

    @contextmanager
    def locked(self) -> Iterator[Callable[[], None]]:
        """Hold the folder by a lock of the system's, which ends with the process; what a killed run left is removed."""
        (self.path / WORK).mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.path / WORK / "lock", timeout=0):
                self.remove_all(ASIDE)
                yield lambda: None
        except Timeout as error:
            raise _held(self) from error


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}-{number}")


def _named(files: Iterable[tuple[str, Write]], names: list[str]) -> Iterator[Write]:
    """Give what writes each file, and add its name to those there are."""
    for name, write in files:
        names.append(name)
        yield write


def _write_each(aside: Path, writes: Sequence[Write], late: Iterable[Write]) -> None:
    """Write files, whose names are a path with a number; the late ones beside the others, once they are there."""
    left = iter(enumerate(writes))

    def work() -> None:
        for number, write in left:
            _write(_numbered(aside, number), write)

    if len(writes) == 1 and not late:
        work()
        return
    with ThreadPoolExecutor(_WRITERS) as writers:  # while one waits for the disk, the other goes on
        working = [writers.submit(work) for _ in range(_WRITERS)]
        for number, write in enumerate(late, len(writes)):
            _write(_numbered(aside, number), write)
        for future in working:
            future.result()


def _write(path: Path, write: Write) -> None:
    """Write a file and let it reach the disk."""
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Let a folder's entries reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _held(folder: Folder) -> OutputLocked:
    return OutputLocked(f"another run holds {folder}; wait for it to end or choose another --out")


class RemoteFolder(Folder):
    """A folder below a URL. Files are made on this machine first, then uploaded."""

    def __init__(self, url: str) -> None:
        """Use the folder at a URL.

        Raises:
            OSError: there is no driver for it, or it cannot be opened.
        """
        import fsspec

        self._url = url.rstrip("/")
        with as_os_error(url):
            self._system, self._root = fsspec.core.url_to_fs(self._url, use_listings_cache=False)
        self._has_folders = _BUCKETS.isdisjoint(_protocols(self._system))

    def __str__(self) -> str:
        """Give its URL."""
        return self._url

    def __reduce__(self) -> tuple[type[RemoteFolder], tuple[str]]:
        """Pickle as the URL: each process has a connection of its own."""
        return RemoteFolder, (self._url,)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        with as_os_error(self._path(name)):
            return told(self._system.open(self._path(name), "rb", block_size=_BLOCK), self._path(name))

    def read(self, name: str) -> bytes:
        """Give the content of a file."""
        with as_os_error(self._path(name)):
            return self._system.cat_file(self._path(name))  # type: ignore[no-any-return]

    def write_all(self, files: Mapping[str, Write], late: Iterable[tuple[str, Write]] = ()) -> None:
        """Make all of them here, then upload one after another."""
        names = []
        with tempfile.TemporaryDirectory(prefix="zvity-") as scratch:
            for number, (name, write) in enumerate(chain(files.items(), late)):
                names.append(name)
                with (Path(scratch) / str(number)).open("wb") as file:
                    write(file)
            for number, name in enumerate(names):
                with as_os_error(self._path(name)):
                    self._system.put_file(f"{scratch}/{number}", self._place(name))

    def write(self, name: str, content: bytes) -> None:
        """Upload one file."""
        with as_os_error(self._path(name)):
            self._system.pipe_file(self._place(name), content)

    def _place(self, name: str) -> str:
        """Give the path of a file that is to be written, in a folder that is there."""
        path = self._path(name)
        if self._has_folders:
            self._system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        return path

    def remove(self, name: str) -> None:
        """Remove a file."""
        with suppress(FileNotFoundError), as_os_error(self._path(name)):
            self._system.rm_file(self._path(name))

    def remove_all(self, folder: str) -> None:
        """Remove a folder."""
        with suppress(FileNotFoundError), as_os_error(self._path(folder)):
            self._system.rm(self._path(folder), recursive=True)

    def stat(self, name: str) -> Stat | None:
        """Tell of a file."""
        try:
            with as_os_error(self._path(name)):
                return _remote_stat(self._system.info(self._path(name)))
        except FileNotFoundError:
            return None

    def files(self, folder: str) -> dict[str, Stat]:
        """Tell of the files below a folder."""
        root = self._path(folder)
        with as_os_error(root):
            found = self._system.find(root, detail=True)
        return {
            path.removeprefix(root).lstrip("/"): _remote_stat(info)
            for path, info in found.items()
            if not path.endswith("/")  # what shows an empty folder in a bucket
        }

    def names(self, folder: str) -> Iterator[str]:
        """Give the names of the files below a folder."""
        return iter(self.files(folder))

    @contextmanager
    def locked(self) -> Iterator[Callable[[], None]]:
        """Hold the folder by a file in it that is renewed while the run goes on."""
        lock = _Lease(self, uuid4().hex)
        lock.take()
        stop = threading.Event()
        renewing = threading.Thread(target=lock.keep, args=(stop,), name="lock", daemon=True)
        renewing.start()
        try:
            yield lock.check
        finally:
            stop.set()
            renewing.join()
            lock.leave()

    def create(self, name: str, content: bytes) -> bool:
        """Write a file unless it is there; tells whether it was written."""
        try:
            with as_os_error(self._path(name)):
                self._system.pipe_file(self._place(name), content, mode="create")
        except FileExistsError:
            return False
        return True


class _Lease:
    """A lock that is a file on object storage, held as long as it is renewed."""

    def __init__(self, folder: RemoteFolder, token: str) -> None:
        self._folder = folder
        self._token = token
        self._name = f"{WORK}/lock"
        self._lost = False

    def _content(self) -> bytes:
        return json.dumps({"token": self._token, "host": socket.gethostname(), "renewed": time.time()}).encode()

    def _holder(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._folder.read(self._name)))
        except (FileNotFoundError, ValueError, TypeError):
            return {}

    def take(self) -> None:
        left = self._folder.stat(self._name) is not None
        if left:  # looked at first: not every store heeds that a file is to be written only if it is not there
            if time.time() - float(self._holder().get("renewed", 0)) < LEASE:
                raise _held(self._folder)
            self._folder.remove(self._name)
        if not self._folder.create(self._name, self._content()):
            raise _held(self._folder)
        if left:
            time.sleep(_SURE)
        if self._holder().get("token") != self._token:
            raise _held(self._folder)

    def keep(self, stop: threading.Event) -> None:
        while not stop.wait(_RENEWED):
            with suppress(OSError):  # the next renewal may come through
                if self._holder().get("token") != self._token:
                    self._lost = True
                    return
                self._folder.write(self._name, self._content())

    def check(self) -> None:
        if self._lost or self._holder().get("token") != self._token:
            raise _held(self._folder)

    def leave(self) -> None:
        with suppress(OSError):
            if self._holder().get("token") == self._token:
                self._folder.remove(self._name)


def _remote_stat(info: Mapping[str, Any]) -> Stat:
    """Read what a file system tells of a file; where it tells no time, the file never seems changed."""
    changed = next((info[key] for key in ("LastModified", "mtime", "modified", "created") if info.get(key)), 0.0)
    return Stat(int(info["size"] or 0), changed.timestamp() if hasattr(changed, "timestamp") else float(changed))


def _protocols(system: Any) -> set[str]:  # noqa: ANN401  # fsspec has no types
    found = system.protocol
    return {found} if isinstance(found, str) else set(found)


@contextmanager
def as_os_error(place: str) -> Iterator[None]:
    """Raise what a driver raises as `OSError`: drivers have errors of their own for a connection that fails."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{place}: {type(error).__name__}: {error}") from error


class _Told(io.RawIOBase):
    def __init__(self, file: Any, place: str) -> None:  # noqa: ANN401  # fsspec has no types
        self._file = file
        self._place = place

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with as_os_error(self._place):
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # a writable buffer
        with as_os_error(self._place):
            content: bytes = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def told(file: Any, place: str) -> BinaryIO:  # noqa: ANN401  # fsspec has no types
    """Give a file that a driver opened as one whose errors are `OSError`."""
    return io.BufferedReader(_Told(file, place))
