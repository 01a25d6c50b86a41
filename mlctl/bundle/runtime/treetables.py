"""Many rows through many trees with NumPy.

A tree of at most 64 leaves is not walked at all. Its leaves are the bits of a word, and each node clears
those of its left side for a row that goes right; of what is left after all nodes, the lowest bit is the leaf
(QuickScorer, Lucchese et al. 2015). All nodes of one tree that look at the same column become one table: the
word that is left, for each interval between the thresholds of that column in the whole ensemble. A row is cut
into these intervals once.

Larger trees are walked level by level.
"""

from __future__ import annotations

from .nodes import CODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .nodes import Trees

_WORD = 64
_MOST_TABLES = 1 << 24
"""Words of all tables together above which trees are walked instead: 128 MB."""


def mean_of_leaves(np: Any, trees: Trees) -> Callable[[Any], Any]:
    """Return the function from a table to the trees' mean: (n_rows, n_outputs), or (n_rows,) for one."""
    find, leaves, count = _finder(np, trees), trees.leaves.numpy(np), len(trees.starts)
    columns = [np.ascontiguousarray(column) for column in leaves.T]

    def mean(x: Any) -> Any:
        totals = np.zeros((len(columns), len(x)))
        for found in find(x):
            for total, column in zip(totals, columns):
                total += column.take(found)
        totals /= count
        return totals[0] if len(columns) == 1 else totals.T

    return mean


def sums_of_leaves(np: Any, trees: Trees, base: Any) -> Callable[[Any], Any]:
    """Return the function from a table to one sum a class, (n_rows, n_sums): the trees take turns."""
    find, values, sums = _finder(np, trees), trees.leaves.numpy(np)[:, 0], len(base)

    def summed(x: Any) -> Any:
        totals = np.repeat(base[:, None], len(x), axis=1)
        for place, found in enumerate(find(x)):
            totals[place % sums] += values.take(found)
        return totals.T

    return summed


def _finder(np: Any, trees: Trees) -> Callable[[Any], Any]:
    """Return the function from a table to each tree's leaves in turn: an array of positions a tree."""
    ends = np.array([*trees.starts[1:], len(trees.nodes)])
    starts = np.array(trees.starts)
    small = (ends - starts + 1) // 2 <= _WORD
    shape = _Shape(np, trees)
    if not small.all() or shape.words() > _MOST_TABLES:
        walk = _Walk(np, trees)
        return lambda x: (walk.leaves(x, start) for start in trees.starts)
    tables = shape.tables()

    def find(x: Any) -> Any:
        cut = shape.cut(x)
        for first, parts in tables:
            word = np.full(len(x), ~np.uint64(0))
            for column, table in parts:
                word &= table.take(cut[column])
            lowest = word & (~word + np.uint64(1))
            # A power of two as a float: its exponent is the position of the bit.
            place = (lowest.astype(np.float64).view(np.int64) >> 52) - 1023
            yield first.take(place, mode="clip")

    return find


class _Shape:
    """The nodes of all trees by column, and the intervals into which each column is cut."""

    def __init__(self, np: Any, trees: Trees) -> None:
        self._np, self._trees = np, trees
        feature, threshold, right, self._missing = trees.numpy(np)
        self._feature, self._right = feature, right
        self._threshold = threshold
        self._inner = np.flatnonzero(feature >= 0)
        used = np.unique(feature[self._inner])
        coded = {feature[at] for at, codes in enumerate(trees.codes) if codes is not None}
        self._coded = {int(column) for column in coded}
        self._edges = {
            int(column): np.unique(threshold[feature == column])
            for column in used
            if int(column) not in coded
        }

    def words(self) -> int:
        """Return the length of all tables together."""
        pairs = len(self._np.unique(self._pairs()))
        longest = max((len(edges) for edges in self._edges.values()), default=0)
        return pairs * (max(longest, CODES if self._coded else 0) + 2)

    def cut(self, x: Any) -> dict[int, Any]:
        """Return for each column the interval of each row; the last one is that of missing values."""
        np, found = self._np, {}
        for column, edges in self._edges.items():
            values = x[:, column]
            found[column] = np.searchsorted(edges, values)
            gaps = np.isnan(values)
            if gaps.any():
                found[column][gaps] = len(edges) + 1
        for column in self._coded:
            values = x[:, column]
            known = values >= 0  # a category below 0 is missing, as NaN is
            codes = np.where(known, values, 0).astype(np.uint8).astype(np.intp)
            found[column] = np.where(known, codes, CODES)
        return found

    def tables(self) -> list[tuple[Any, list[tuple[int, Any]]]]:
        """Return for each tree its leaves' positions, and the table of each of its columns."""
        np, trees = self._np, self._trees
        is_leaf = self._feature < 0
        rank = np.concatenate([[0], np.cumsum(is_leaf)])  # leaves before each node
        starts = np.array(trees.starts)
        tree = np.repeat(np.arange(len(starts)), np.diff([*trees.starts, len(is_leaf)]))
        first = rank[starts][tree]
        low = (rank[:-1] - first).astype(np.uint64)
        high = (rank[np.where(is_leaf, 0, self._right)] - first).astype(np.uint64)
        kept = ~_bits(np, low, high)
        leaves = self._right[is_leaf].astype(np.intp)
        bounds = np.append(rank[starts], len(leaves))
        done: list[tuple[Any, list[tuple[int, Any]]]] = [
            (leaves[bounds[place] : bounds[place + 1]], []) for place in range(len(starts))
        ]
        order = self._inner[np.lexsort((self._threshold[self._inner], self._pairs()))]
        pairs = (tree[order].astype(np.int64) << 32) + self._feature[order]
        heads = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]])) if len(order) else []
        for start, end in zip(heads, [*heads[1:], len(order)]):
            at = order[start:end]
            column = int(self._feature[at[0]])
            done[tree[at[0]]][1].append((column, self._table(column, at, kept[at])))
        return done

    def _pairs(self) -> Any:
        np = self._np
        counts = np.diff([*self._trees.starts, len(self._feature)])
        tree = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
        return (tree[self._inner] << 32) + self._feature[self._inner]

    def _table(self, column: int, at: Any, kept: Any) -> Any:
        """Return the word left for each interval of a column, by the nodes of one tree."""
        np, everything = self._np, ~self._np.uint64(0)
        when_missing = np.bitwise_and.reduce(np.where(self._missing[at], everything, kept))
        if column in self._coded:
            lefts = [self._trees.codes[node] or () for node in at.tolist()]
            words = [everything] * (CODES + 1)
            for code in range(CODES):
                for word, left in zip(kept, lefts):
                    if code not in left:
                        words[code] &= word
            words[CODES] = when_missing
            return np.array(words, dtype=np.uint64)
        edges = self._edges[column]
        places = np.searchsorted(edges, self._threshold[at])
        counts = np.diff(np.concatenate([[0], places + 1, [len(edges) + 1]]))
        left = np.concatenate([[everything], np.bitwise_and.accumulate(kept)])
        return np.append(np.repeat(left, counts), when_missing)


def _bits(np: Any, low: Any, high: Any) -> Any:
    """Return words whose bits from low to below high are set."""
    one, most = np.uint64(1), np.uint64(_WORD)
    # Shifting by the whole word is undefined, so the full one is made apart.
    below = np.where(high < most, (one << np.minimum(high, most - one)) - one, ~np.uint64(0))
    return below & ~((one << low) - one)


class _Walk:
    """Trees walked level by level, rows that have ended dropped now and then."""

    def __init__(self, np: Any, trees: Trees) -> None:
        feature, threshold, right, missing = trees.numpy(np)
        self._np, self._width = np, trees.width
        places = np.arange(len(feature))
        leaf = feature < 0
        self._leaf, self._right = leaf, right.astype(np.intp)
        self._feature = np.where(leaf, 0, feature).astype(np.intp)
        self._threshold, self._missing = threshold, missing
        self._children = np.stack(
            [np.where(leaf, places, places + 1), np.where(leaf, places, right)], 1
        ).ravel()
        self._codes = None
        if trees.codes:
            self._codes = np.zeros((len(feature), CODES), dtype=bool)
            self._coded = np.array([codes is not None for codes in trees.codes])
            for place, codes in enumerate(trees.codes):
                self._codes[place, list(codes or ())] = True

    def leaves(self, x: Any, start: int) -> Any:
        """Return the leaf of one tree in which each row ends."""
        np = self._np
        flat, base = x.ravel(), np.arange(len(x)) * self._width
        gaps = bool(np.isnan(x).any())
        ended = np.full(len(x), start, dtype=np.intp)
        at, rows, step = ended.copy(), None, 0
        while True:
            value = flat.take(base + self._feature.take(at))
            goes_right = self._goes_right(at, value, gaps)
            at = self._children.take(2 * at + goes_right)
            step += 1
            if step % 2:
                continue
            done = self._leaf.take(at)
            finished = int(np.count_nonzero(done))
            if finished == len(at) or 4 * finished > len(at):
                if rows is None:
                    rows = np.arange(len(x))
                ended[rows] = at
                if finished == len(at):
                    return self._right.take(ended)
                going = ~done
                at, rows, base = at[going], rows[going], base[going]

    def _goes_right(self, at: Any, value: Any, gaps: bool) -> Any:
        np = self._np
        goes_right = value > self._threshold.take(at)
        if self._codes is not None:
            coded = self._coded.take(at)
            code = np.where(coded & (value >= 0), value, 0).astype(np.uint8)
            goes_right = np.where(coded, ~self._codes[at, code], goes_right)
            lost = np.isnan(value) | (coded & (value < 0))
            return np.where(lost, ~self._missing.take(at), goes_right)
        if gaps:
            return np.where(np.isnan(value), ~self._missing.take(at), goes_right)
        return goes_right
