"""Verify an exported history with nothing but Python's standard library, and without the database.

    python verify_history.py FILE                      a whole history, or the extract of one subject
    python verify_history.py FILE --printed HEX        and that a seal somebody holds on paper is one of its seals
    python verify_history.py FILE --quick              only that the file is as it was written (FILE.blocks beside it)

The first line of a whole history names, behind the time of export, the digest functions of its seals. Then come its
entries in the order in which they were sealed, and each seal after its last entry:
    e<TAB>position<TAB>sealed digest, or = if the same<TAB>digest<TAB>canonical bytes    an entry that a seal covers
    m<TAB>position<TAB>sealed digest                                                     it was sealed and is gone
    s<TAB>digest<TAB>canonical bytes                                                     a seal
    u<TAB>digest<TAB>canonical bytes                                                     an entry not sealed yet
    end<TAB>number of entries<TAB>number of seals
An extract has the last seal (s), perhaps the proof that it goes on from an older one (c<TAB>digest<TAB>canonical
bytes<TAB>proof), the entries of one subject (p<TAB>position<TAB>proof<TAB>digest<TAB>canonical bytes), and those not
sealed yet (u). A last field more on an entry is what the tables show, when that differs from what was written.

Canonical bytes are fields, each as ``<length>:<bytes>,``, in base64. An entry's digest is taken over the digest of the
subject's entry before it, a line feed, and its bytes; before the first stands the digest of the subject's kind, id and
number. A seal's digest is taken over its bytes; its root is that of RFC 9162 over the digests of all entries.

Prints the first thing that was altered, is missing or out of order, and ends with 1; or says that all is well, with 0.
An extract cannot show what came after its last entry. Seals taken away with all that they covered, or a history forged
as a whole, only a seal held elsewhere can show: public pages and papers carry it.
"""

import argparse
import gc
import hashlib
import sys
from binascii import a2b_base64
from collections.abc import Callable, Iterator
from pathlib import Path

FIELDS = (
    "subject_kind", "subject_id", "subject_number", "number", "move", "from_state", "to_state", "actor_id",
    "actor_name", "agency_id", "agency_name", "address", "note", "evidence", "business_at", "real_at", "algorithm",
)  # fmt: skip
SEAL_FIELDS = ("number", "size", "root", "previous", "at", "since", "algorithm")
HISTORY, EXTRACT, BLOCKS = b"subsidy-history\t2\t", b"subsidy-extract\t1\t", b"subsidy-blocks\t1"
BLOCK_LINES = 1000
TIME = 32  # as in 2026-05-20T02:00:00.000000+00:00
SHA256: Callable[[bytes], "hashlib._Hash"] = hashlib.sha256


class Broken(Exception):
    """The first place at which the history is not what was written."""


def fields(data: bytes, names: tuple[str, ...] = FIELDS) -> dict[str, str]:
    """The fields of canonical bytes. Raises ValueError when they are not of the form."""
    values, place = [], 0
    while place < len(data):
        colon = data.index(b":", place)
        end = colon + 1 + int(data[place:colon])
        if data[end : end + 1] != b",":
            raise ValueError("not canonical")
        values.append(data[colon + 1 : end].decode())
        place = end + 1
    return dict(zip(names, values, strict=True))


def hasher(algorithm: str) -> Callable[[bytes], "hashlib._Hash"]:
    """The digest function of that name. Raises Broken when this Python does not have it."""
    if algorithm not in hashlib.algorithms_available:
        raise Broken(f"this Python does not know the algorithm {algorithm}")
    return SHA256 if algorithm == "sha256" else lambda data: hashlib.new(algorithm, data)


class Root:
    """The root over leaves that come in parts: by height, the roots of the whole subtrees so far."""

    def __init__(self, algorithm: str) -> None:
        self.hash = hasher(algorithm)
        self.peaks: dict[int, bytes] = {}

    def value(self, leaves: list[bytes]) -> str:
        """The root over all leaves so far and these, which are put into the tree level by level."""
        make, height = self.hash, 0
        nodes = [make(b"\0" + text).digest() for text in leaves]
        while nodes:
            if height in self.peaks:
                nodes.insert(0, self.peaks.pop(height))
            if len(nodes) & 1:
                self.peaks[height] = nodes.pop()
            nodes = [make(b"\1" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
            height += 1
        lowest, *higher = (self.peaks[height] for height in sorted(self.peaks))
        for peak in higher:
            lowest = make(b"\1" + peak + lowest).digest()
        return lowest.hex()


def included(seal: dict[str, str], position: int, digest: bytes, path: list[bytes]) -> bool:
    """Whether the path proves the entry to stand at this position under the seal (RFC 9162 §2.1.3.2)."""
    make, last = hasher(seal["algorithm"]), int(seal["size"]) - 1
    if position > last:
        return False
    node, place = make(b"\0" + digest).digest(), position
    for other in path:
        if not last:
            return False
        if place & 1 or place == last:
            node = make(b"\1" + other + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = make(b"\1" + node + other).digest()
        place, last = place >> 1, last >> 1
    return not last and node.hex() == seal["root"]


def continued(old: dict[str, str], new: dict[str, str], path: list[bytes]) -> bool:
    """Whether the path proves the new seal's history to begin with the old one's (RFC 9162 §2.1.4.2)."""
    first, second = int(old["size"]), int(new["size"])
    if first == second:
        return not path and old["root"] == new["root"]
    if first > second or old["algorithm"] != new["algorithm"]:
        return False
    make = hasher(new["algorithm"])
    if not first & (first - 1):
        path = [bytes.fromhex(old["root"]), *path]
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            before, after = make(b"\1" + other + before).digest(), make(b"\1" + other + after).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = make(b"\1" + after + other).digest()
        place, last = place >> 1, last >> 1
    return not last and (before.hex(), after.hex()) == (old["root"], new["root"])


Head = tuple[bytes, bytes, int, bytes]
"""The end of a chain: what its next entry goes on with, the digest of the last, its number, the subject's number."""


class Chains:
    """The chain of each subject by the bytes of kind and id; its next entry is recognised without being taken apart."""

    def __init__(self) -> None:
        self.heads: dict[bytes, Head] = {}
        self.since = b""  # what was written before this is in an earlier seal

    def add(self, digest: bytes, encoded: bytes) -> None:
        """Take the next entry. Raises Broken when it does not follow in its subject's chain, or ValueError."""
        data = a2b_base64(encoded)
        two = data.index(b",", data.index(b",") + 1) + 1
        key = data[:two]
        head = self.heads.get(key)
        if head is None or not data.startswith(head[0], two):
            key, head = self._begin(data)
        if data[-10:] == b",6:sha256," and data[-TIME - 13 : -TIME - 10] == b"32:":
            at, make = data[-TIME - 10 : -10], SHA256
        else:
            entry = fields(data)
            at, make = entry["real_at"].encode(), hasher(entry["algorithm"])
        _expected, previous, last, named = head
        if make((previous or make(key + named).hexdigest().encode()) + b"\n" + data).hexdigest().encode() != digest:
            raise Broken(f"{called(data)}: altered")
        if at < self.since:
            raise Broken(f"{called(data)}: back-dated; the seal before says that all until then were in it")
        self.heads[key] = (named + NUMBERS[last + 2 if last < 998 else 0], digest, last + 1, named)

    def _begin(self, data: bytes) -> tuple[bytes, Head]:
        """The subject's bytes, and what an entry that is not the usual next one goes on from. Raises Broken."""
        ends = [0]
        for _field in range(4):
            colon = data.index(b":", ends[-1])
            ends.append(colon + int(data[ends[-1] : colon]) + 2)
        number = int(data[ends[3] : ends[4] - 1].split(b":")[1])
        known = self.heads.get(data[: ends[2]]) or (b"", b"", 0, b"")
        if number != known[2] + 1:
            place = "missing" if number > known[2] + 1 else "out of order"
            raise Broken(f"{called(data, known[2] + 1)}: {place}; entry {number} stands in its place")
        return data[: ends[2]], (b"", known[1], known[2], data[ends[2] : ends[3]])


NUMBERS = [b"?", *(b"%d:%d," % (len(str(number)), number) for number in range(1, 1000))]
"""The first numbers as fields of canonical bytes; whatever is not here is taken apart."""


class Reader:
    """Takes one line after another. Raises Broken at the first that is not what it should be."""

    def __init__(self, algorithms: list[str]) -> None:
        self.chains = Chains()
        self.roots = {algorithm: Root(algorithm) for algorithm in algorithms}
        self.leaves: list[bytes] = []
        self.sealed = self.unsealed = 0
        self.seals: list[dict[str, str]] = []

    @property
    def last(self) -> dict[str, str]:
        return self.seals[-1] if self.seals else {"number": "0", "size": "0", "digest": "", "at": "", "since": ""}

    def entry(self, position: bytes, kept: bytes, digest: bytes, encoded: bytes, *shown: bytes) -> None:
        if int(position) != self.sealed:
            raise Broken(f"position {self.sealed} is missing; {called(a2b_base64(encoded))} stands at {int(position)}")
        self.chains.add(digest, encoded)
        if kept != b"=":
            raise Broken(f"{called(a2b_base64(encoded))}: forged; another entry was sealed at position {self.sealed}")
        if shown:
            raise Broken(differing(encoded, *shown))
        self.leaves.append(digest)
        self.sealed += 1

    def missing(self, position: bytes, kept: bytes) -> None:
        raise Broken(f"an entry is missing: {kept.decode().strip()} was sealed at position {position.decode()}")

    def late(self, digest: bytes, encoded: bytes, *shown: bytes) -> None:
        self.chains.add(digest, encoded)
        if shown:
            raise Broken(differing(encoded, *shown))
        self.unsealed += 1

    def seal(self, digest: bytes, encoded: bytes) -> None:
        seal = read_seal(digest, encoded)
        name, last = f"seal {seal['number']}", self.last
        step = int(seal["number"]) - int(last["number"])
        if step != 1:
            raise Broken(f"{name} stands behind seal {last['number']}: {'one is missing' if step > 1 else 'it is old'}")
        if seal["previous"] != last["digest"]:
            raise Broken(f"{name}: does not go on from seal {last['number']}, but from another one")
        if int(seal["size"]) <= int(last["size"]) or seal["at"] < last["at"] or seal["since"] > seal["at"]:
            raise Broken(f"{name}: covers no more than the seal before, or was made before it")
        if self.unsealed or int(seal["size"]) < self.sealed:
            raise Broken(f"{name}: stands behind entries that it does not cover")
        if int(seal["size"]) > self.sealed:
            raise Broken(f"{name}: the last {int(seal['size']) - self.sealed} of its entries are missing")
        if seal["algorithm"] not in self.roots:
            raise Broken(f"{name}: the first line does not name {seal['algorithm']}")
        roots = {name: root.value(self.leaves) for name, root in self.roots.items()}
        self.leaves.clear()
        if roots[seal["algorithm"]] != seal["root"]:
            raise Broken(f"{name}: entries {last['size']} to {self.sealed - 1} are not those that were sealed")
        self.seals.append(seal)
        self.chains.since = seal["since"].encode()

    def end(self, count: bytes, seals: bytes) -> None:
        found, said = (self.sealed + self.unsealed, len(self.seals)), (int(count), int(seals))
        if found != said:
            raise Broken(f"there are {found[0]} entries and {found[1]} seals, not {said[0]} and {said[1]}")


class ExtractReader(Reader):
    """Takes the lines of an extract: one subject, one seal, perhaps an older one, and a proof for each entry."""

    def seal(self, digest: bytes, encoded: bytes) -> None:
        if self.seals:
            raise Broken("there is a second seal")
        self.seals.append(read_seal(digest, encoded))

    def older_seal(self, digest: bytes, encoded: bytes, path: bytes) -> None:
        older = read_seal(digest, encoded)
        if not continued(older, self.last, hashes(path)):
            raise Broken(f"seal {self.last['number']} does not go on from seal {older['number']}")
        self.seals.insert(0, older)

    def proved(self, position: bytes, path: bytes, digest: bytes, encoded: bytes, *shown: bytes) -> None:
        self.late(digest, encoded, *shown)
        self.sealed, self.unsealed = self.sealed + 1, self.unsealed - 1
        if self.unsealed or not self.seals or not included(self.last, int(position), digest, hashes(path)):
            raise Broken(f"{called(a2b_base64(encoded))}: is not what was sealed at position {position.decode()}")

    def late(self, digest: bytes, encoded: bytes, *shown: bytes) -> None:
        super().late(digest, encoded, *shown)
        if len(self.chains.heads) > 1:
            raise Broken(f"{called(a2b_base64(encoded))}: is of another subject")


def table(reader: Reader) -> dict[bytes, Callable[..., None]]:
    """What takes which line."""
    both: dict[bytes, Callable[..., None]] = {b"s": reader.seal, b"u": reader.late, b"end": reader.end}
    if isinstance(reader, ExtractReader):
        return both | {b"p": reader.proved, b"c": reader.older_seal}
    return both | {b"e": reader.entry, b"m": reader.missing}


def verify(lines: Iterator[bytes]) -> Reader:
    """Check every line in order. Raises Broken naming the first thing that is wrong."""
    first = next(lines, b"").rstrip(b"\n")
    if first.startswith(HISTORY):
        reader = Reader([one for one in first.decode().split("\t")[3].split(",") if one])
    elif first.startswith(EXTRACT):
        reader = ExtractReader([])
    else:
        raise Broken("the file does not begin as an exported history does")
    takes, number, mark = table(reader), 1, b""
    # Nothing here refers to itself, and a collector that looks for it costs a tenth of the time.
    gc.disable()
    try:
        for line in lines:
            number += 1
            mark, *parts = line.split(b"\t")
            takes[mark](*parts)
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(f"line {number} cannot be read: it was altered or is not of the form") from error
    finally:
        gc.enable()
    if mark != b"end":
        raise Broken("the file is cut off, or there is something after its last line")
    return reader


def read_seal(digest: bytes, encoded: bytes) -> dict[str, str]:
    """The fields of a seal with its digest. Raises Broken when these are not the bytes that the digest is of."""
    data = a2b_base64(encoded)
    seal = fields(data, SEAL_FIELDS)
    if hasher(seal["algorithm"])(data).hexdigest().encode() != digest:
        raise Broken(f"seal {seal['number']}: altered")
    return seal | {"digest": digest.decode()}


def hashes(path: bytes) -> list[bytes]:
    """The hashes of a proof."""
    return [bytes.fromhex(one) for one in path.decode().split(",") if one]


def differing(encoded: bytes, shown: bytes) -> str:
    """What to say of an entry whose tables show something else than was written."""
    written, other = a2b_base64(encoded), a2b_base64(shown)
    before, after = fields(written), fields(other)
    names = ", ".join(name for name in FIELDS if before[name] != after[name])
    return f"{called(written)}: the database shows another {names}"


def called(data: bytes, number: int = 0) -> str:
    """How an entry is called in what is printed, or the one that should stand there."""
    entry = fields(data)
    what = f"entry {number}" if number else f"entry {entry['number']} ({entry['move']}, {entry['business_at']})"
    return f"{entry['subject_kind']} {entry['subject_number']} (id {entry['subject_id']}), {what}"


def quick(file: Path, manifest: Path) -> int:
    """Compare each block with what the manifest says of it; the number of blocks. Raises Broken.

    A block that differs is looked for line by line, so that the entry is named where the chains can name it.
    """
    said = manifest.read_bytes().splitlines()
    if said[:1] != [BLOCKS]:
        raise Broken("the manifest does not begin as one")
    with file.open("rb") as source:
        for number, line in enumerate(said[1:], 1):
            _lines, size, digest = line.split(b"\t")
            if hashlib.sha256(source.read(int(size))).hexdigest().encode() != digest:
                source.seek(0)
                verify(source)
                raise Broken(f"block {number} (from line {(number - 1) * BLOCK_LINES + 1}) is not as it was written")
        if source.read(1):
            raise Broken("there is something after the last block")
    return len(said) - 1


def check(file: Path, printed: list[str], is_quick: bool) -> str:
    """Verify the file; what to say when it is whole. Raises Broken."""
    if is_quick:
        return f"as it was written: {quick(file, file.with_name(file.name + '.blocks'))} blocks"
    with file.open("rb") as lines:
        reader = verify(lines)
    known = {seal[name] for seal in reader.seals for name in ("digest", "root")}
    for text in printed:
        if "".join(text.split()).lower() not in known:
            raise Broken(f"the printed seal {text} is none of this history")
    last = reader.last
    rest = f", {reader.unsealed} of them not sealed yet" if reader.unsealed else ""
    seal = f"; last seal {last['number']} of {last['at']}: {last['digest']}" if reader.seals else ""
    counts = f"{reader.sealed + reader.unsealed} entries of {len(reader.chains.heads)} subjects{rest}"
    return f"whole: {counts}, {len(reader.seals)} seals{seal}"


def main(arguments: list[str]) -> int:
    """Verify the file named in the arguments; 0 when it is whole, 1 when not, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(prog="verify_history.py", description="Verify an exported history.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--printed", action="append", default=[], help="digest or root of a seal held on paper")
    parser.add_argument("--quick", action="store_true", help="compare with the manifest FILE.blocks only")
    given = parser.parse_args(arguments)
    try:
        said, code = check(given.file, given.printed, given.quick), 0
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (Broken, ValueError) as error:
        said, code = f"BROKEN: {error}", 1
    sys.stdout.write(f"{said}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
