"""Nearest neighbours: no training, all the work at the question."""

import numpy as np

from dlcourse.nn.classical.table import table, whole

# The distances of a block of questions to all examples stay within this many bytes, if they can.
BLOCK_BYTES = 2**25
# Differences are taken so many bytes at a time: what is in the cache is summed at once.
CACHE_BYTES = 2**18


class KNeighborsClassifier:
    """The majority among the k nearest examples (Fix & Hodges, 1951; Cover & Hart, 1967).

    n_neighbors: k; p: 2 for Euclidean distances, 1 for sums of absolute differences. As k grows the
    boundary becomes smoother; with k = 1 every example of the training set has its own label. With
    endless data, the error of k = 1 is at most twice the smallest that is possible.

    Ties: of two examples at the same distance the one that comes first in the training set is the
    nearer; of two classes with equally many votes, the one that comes first in `classes_` wins.
    What is compared are distances by their definition, so that equal examples are equally far.

    >>> x, y = [[0.0], [1.0], [5.0], [6.0]], ["a", "a", "b", "b"]
    >>> knn = KNeighborsClassifier(n_neighbors=3).fit(x, y)
    >>> knn.predict([[2.0], [4.0]]), knn.predict_proba([[2.0]]).round(2)
    (array(['a', 'b'], dtype='<U1'), array([[0.67, 0.33]]))
    """

    def __init__(self, n_neighbors=5, *, p=2):
        self.n_neighbors = whole("KNeighborsClassifier", "n_neighbors", n_neighbors)
        if p not in (1, 2):
            raise ValueError(f"KNeighborsClassifier: p must be 1 or 2, got {p!r}")
        self.p = p
        self.classes_ = None

    def fit(self, x, y):
        """Keep the examples x: (N, features) and their labels y: (N,), of any kind; returns self.

        Raises ValueError for fewer than n_neighbors examples, or shapes that do not go together.
        """
        x = table("KNeighborsClassifier", x, least=self.n_neighbors)
        y = np.asarray(y)
        if y.shape != x.shape[:1]:
            raise ValueError(
                f"KNeighborsClassifier: y must have shape ({len(x)},), a label for each example, "
                f"got {y.shape}"
            )
        self.classes_, self._votes = np.unique(y, return_inverse=True)
        self._x = np.ascontiguousarray(x)
        # Distances do not change with the origin; rounding does: it grows with the norms.
        self._mean = x.mean(axis=0)
        self._centred = self._x - self._mean
        self._squares = np.einsum("nf,nf->n", self._centred, self._centred)
        return self

    def kneighbors(self, x, n_neighbors=None):
        """The distances and the numbers of the nearest examples, nearest first.

        x: (M, features), in blocks, so that the memory beside the result has a bound. Returns two
        arrays of shape (M, n_neighbors), by default the constructor's.
        """
        if self.classes_ is None:
            raise RuntimeError("KNeighborsClassifier: there are no examples yet: call fit first")
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        k = whole("KNeighborsClassifier", "n_neighbors", k, most=len(self._x))
        x = table("KNeighborsClassifier", x, features=self._x.shape[1])
        x = x.astype(self._x.dtype, copy=False)
        distances, numbers = np.empty((len(x), k), x.dtype), np.empty((len(x), k), np.intp)
        block = max(1, BLOCK_BYTES // (len(self._x) * x.itemsize))
        for start in range(0, len(x), block):
            part = x[start : start + block]
            for row, near in enumerate(self._candidates(part, k), start):
                exact = self._distances(x[row], near)
                order = np.argsort(exact, kind="stable")[:k]
                distances[row], numbers[row] = exact[order], near[order]
        return distances, numbers

    def _candidates(self, x, k):
        """Yield for each row of x the examples that may be among its k nearest, in order.

        ‖x − z‖² = ‖x‖² − 2 x·z + ‖z‖² is one matrix product for all pairs, but its rounding can
        exchange neighbours: what lies beyond the k-th by less than its error stays in.
        """
        if self.p == 1:
            yield from (np.arange(len(self._x)) for _ in x)
            return
        x = x - self._mean
        squares = np.einsum("nf,nf->n", x, x)
        about = self._squares - 2 * (x @ self._centred.T)  # without ‖x‖², the same for all z
        kth = np.partition(about, k - 1, axis=1)[:, k - 1]
        largest = squares + self._squares.max()
        error = 4 * (x.shape[1] + 4) * np.finfo(x.dtype).eps * largest
        for row, limit in enumerate(kth + error):
            yield np.flatnonzero(about[row] <= limit)

    def _distances(self, x, near):
        """The distances of one question to some examples, by their definition."""
        examples = self._x if len(near) == len(self._x) else self._x[near]
        distances = np.empty(len(near), x.dtype)
        block = max(1, CACHE_BYTES // x.nbytes)
        for start in range(0, len(near), block):
            difference = examples[start : start + block] - x
            size = np.abs if self.p == 1 else np.square
            size(difference, out=difference).sum(axis=1, out=distances[start : start + block])
        return distances if self.p == 1 else np.sqrt(distances)

    def predict_proba(self, x):
        """The share of each class among the neighbours: (M, classes), ordered as `classes_`."""
        _, numbers = self.kneighbors(x)
        votes = self._votes[numbers]
        counts = np.zeros((len(votes), len(self.classes_)), self._x.dtype)
        for place in range(self.n_neighbors):
            counts[np.arange(len(votes)), votes[:, place]] += 1
        return counts / counts.dtype.type(self.n_neighbors)

    def predict(self, x):
        """The class with most votes, for each row of x: (M, features)."""
        return self.classes_[self.predict_proba(x).argmax(axis=1)]

    def score(self, x, y):
        """The share of rows of x whose prediction is y: 0 to 1."""
        y = np.asarray(y)
        predicted = self.predict(x)
        if y.shape != predicted.shape or not len(y):
            raise ValueError(
                f"KNeighborsClassifier: y must have shape {predicted.shape}, at least one label, "
                f"got {y.shape}"
            )
        return float((predicted == y).mean())

    def __repr__(self):
        return f"KNeighborsClassifier(n_neighbors={self.n_neighbors}, p={self.p})"
