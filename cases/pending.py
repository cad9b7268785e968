"""A file that changes as a whole or not at all: kill -9 and a full disk leave the last good state."""

import io
import os
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PAGE = 4096
MAGIC = b"metaltwin journal 1\n"


class Pending(io.RawIOBase):
    """A file as it will be: reads and writes see it changed, the disk sees nothing until `commit`.

    What lies beyond the old end waits in `tail`, changed pages before it in `pages`.
    """

    def __init__(self, path: Path) -> None:
        repair(path)
        self.path = path
        self._disk = path.open("r+b", buffering=0)
        self._old = os.fstat(self._disk.fileno()).st_size
        self._size = self._old
        self._at = 0
        self._tail = bytearray()
        self._pages: dict[int, bytearray] = {}

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def truncate(self, size: int | None = None) -> int:
        before, self._size = self._size, self._at if size is None else size
        for place in range(before, min(self._size, self._old)):  # what was cut off comes back as zeros
            self._page(place // PAGE)[place % PAGE] = 0
        del self._tail[max(0, self._size - self._old) :]
        self._tail.extend(bytes(max(0, self._size - self._old - len(self._tail))))
        return self._size

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        start, stop = self._at, min(self._at + len(view), self._size)
        self._at = start
        while self._at < stop:
            piece = self._piece(self._at, stop)
            view[self._at - start : self._at - start + len(piece)] = piece
            self._at += len(piece)
        return max(0, stop - start)

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        if self._at + len(view) > self._size:
            here = self._at
            self.truncate(here + len(view))
        done = 0
        while done < len(view):
            place = self._at + done
            if place >= self._old:
                self._tail[place - self._old : place - self._old + len(view) - done] = view[done:]
                break
            page = self._page(place // PAGE)
            inside = place % PAGE
            take = min(len(page) - inside, len(view) - done)
            page[inside : inside + take] = view[done : done + take]
            done += take
        self._at += len(view)
        return len(view)

    def close(self) -> None:
        """Close without commit: the disk keeps what it had."""
        if not self.closed:
            self._disk.close()
        super().close()

    def commit(self) -> None:
        """Bring the changes to disk: new end first, then old pages by way of a journal.

        Raises OSError where the disk is full; then the file is what it was.
        """
        try:
            _write(self._disk, self._tail, self._old)
            if self._pages:
                _write_journal(_journal(self.path), self._pages)
        except OSError:
            self._disk.truncate(self._old)
            raise
        if self._pages:
            _apply(self._disk, self._pages.items())
            _journal(self.path).unlink()
        if self._size < self._old:
            self._disk.truncate(self._size)

    def _page(self, number: int) -> bytearray:
        if number not in self._pages:
            length = min(PAGE, self._old - number * PAGE)
            self._pages[number] = bytearray(_read(self._disk, length, number * PAGE))
        return self._pages[number]

    def _piece(self, start: int, stop: int) -> bytes | memoryview:
        """What the changed file holds from `start`, at most up to `stop`."""
        if start >= self._old:
            return memoryview(self._tail)[start - self._old : stop - self._old]
        if start // PAGE in self._pages:
            return memoryview(self._pages[start // PAGE])[start % PAGE : start % PAGE + stop - start]
        end = start
        while end < min(stop, self._old) and end // PAGE not in self._pages:
            end = (end // PAGE + 1) * PAGE
        return _read(self._disk, min(end, stop, self._old) - start, start)


def repair(path: Path) -> None:
    """Finish a commit cut off between journal and file. Raises OSError where the file is read-only."""
    journal = _journal(path)
    if not journal.exists():
        return
    text = journal.read_bytes()[len(MAGIC) :]
    pages, at = [], 0
    while at < len(text):
        number, length = struct.unpack_from("<QI", text, at)
        pages.append((number, text[at + 12 : at + 12 + length]))
        at += 12 + length
    with path.open("r+b", buffering=0) as disk:
        _apply(disk, pages)
    journal.unlink()


def forget(path: Path) -> None:
    """Drop the journal of a file that is about to be replaced."""
    _journal(path).unlink(missing_ok=True)


def replace(path: Path, data: Any) -> None:
    """Put a whole file in place at once: temporary name, fsync, rename. On OSError the old one stays."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}.journal")


def _write_journal(journal: Path, pages: Mapping[int, bytearray]) -> None:
    replace(journal, MAGIC + b"".join(struct.pack("<QI", n, len(page)) + page for n, page in pages.items()))


def _apply(disk: io.FileIO, pages: Iterable[tuple[int, Any]]) -> None:
    for number, page in pages:
        _write(disk, page, number * PAGE)


def _read(disk: io.FileIO, length: int, at: int) -> bytes:
    disk.seek(at)
    return disk.read(length)


def _write(disk: io.FileIO, data: Any, at: int) -> None:
    view = memoryview(data)
    disk.seek(at)
    while view:
        view = view[disk.write(view) :]
