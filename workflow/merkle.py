"""Merkle trees as RFC 9162 §2.1 has them: a leaf is hashed behind 0x00, a node behind 0x01.

The leaves are the digests of the history's entries as they are written (ASCII), in the order in which they were sealed.
Whole blocks of 256 leaves never change, so their digests are kept; whatever lies above them is computed.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

BLOCK = 256
"""Leaves in a block; a power of two, so that every block is a subtree."""

Digest = Callable[[bytes], bytes]


def hasher(algorithm: str) -> Digest:
    """The digest function of that name. Raises ValueError when this Python does not have it."""
    make = hashlib.sha256 if algorithm == "sha256" else partial(hashlib.new, algorithm)
    make(b"")
    return lambda data: make(data).digest()


def leaf(digest: Digest, data: bytes) -> bytes:
    """The hash of one leaf."""
    return digest(b"\0" + data)


def root_of(digest: Digest, hashes: Sequence[bytes]) -> bytes:
    """The root over some hashes of equal height, of which only the last ones may lack a partner."""
    if not hashes:
        return digest(b"")
    level = list(hashes)
    while len(level) > 1:
        pairs = [digest(b"\1" + left + right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
    return level[0]


class Tree:
    """A tree of `size` leaves of which the whole blocks' digests are known and the leaves of a block can be asked for.

    `leaves(block)` answers the leaf hashes of that block, all that lie in it.
    """

    def __init__(self, algorithm: str, size: int, blocks: Sequence[bytes], leaves: Callable[[int], Sequence[bytes]]):
        self.size = size
        self._digest = hasher(algorithm)
        self._blocks = blocks
        self._leaves = leaves
        self._known: dict[tuple[int, int], bytes] = {}

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, by default all."""
        return self._over(0, self.size if size is None else size)

    def inclusion(self, position: int) -> list[bytes]:
        """The path that proves the leaf at this position to be in the tree (RFC 9162 §2.1.3.1)."""
        if not 0 <= position < self.size:
            raise ValueError("there is no such leaf")
        path, first, end = [], 0, self.size
        while end - first > 1:
            middle = first + _split(end - first)
            if position < middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(first, middle))
                first = middle
        return path[::-1]

    def consistency(self, size: int) -> list[bytes]:
        """What proves that the tree of the first `size` leaves is the beginning of this one (RFC 9162 §2.1.4.1)."""
        if not 0 < size <= self.size:
            raise ValueError("there was no such tree")
        proof: list[bytes] = []
        first, end, whole = 0, self.size, True
        while size != end:
            middle = first + _split(end - first)
            if size <= middle:
                proof.append(self._over(middle, end))
                end = middle
            else:
                proof.append(self._over(first, middle))
                first, whole = middle, False
        return ([] if whole else [self._over(first, end)]) + proof[::-1]

    def _over(self, first: int, end: int) -> bytes:
        if (first, end) not in self._known:
            self._known[first, end] = self._hash(first, end)
        return self._known[first, end]

    def _hash(self, first: int, end: int) -> bytes:
        size, block = end - first, first // BLOCK
        if size == BLOCK and block < len(self._blocks):
            return self._blocks[block]
        if size <= BLOCK:
            start = block * BLOCK
            return root_of(self._digest, self._leaves(block)[first - start : end - start])
        middle = first + _split(size)
        return self._digest(b"\1" + self._over(first, middle) + self._over(middle, end))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return int(1 << (size - 1).bit_length() - 1)
