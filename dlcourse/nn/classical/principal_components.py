"""Principal components: the directions along which data vary most."""

import numpy as np

from dlcourse.nn.classical.table import table, whole


class PCA:
    """z = (x − μ) Vᵀ, with the rows of V the leading eigenvectors of the covariance.

    Of all linear maps to K numbers and back this one loses least in squared error (Pearson, 1901;
    Hotelling, 1933). Through the singular value decomposition X − μ = U S V, which never squares
    the data as the covariance matrix does: variances are s² / (N − 1).

    n_components: K, an integer from 1 to min(N, features); a float between 0 and 1, the share of
    the variance that has to be kept; or None, min(N, features). whiten: divide each number of z by
    its standard deviation. After fit: `components_`, (K, features), whose rows have length 1, are
    orthogonal, and have their largest element positive; `mean_`, (features,);
    `explained_variance_`, `explained_variance_ratio_` and `singular_values_`, (K,); and
    `n_components_`. Names and signs are those of scikit-learn; the dtype is that of the data.
    Raises ValueError for more components than there are, fewer than two examples, NaN.

    >>> x = [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]
    >>> pca = PCA(n_components=1).fit(x)
    >>> pca.components_.round(3), pca.explained_variance_ratio_
    (array([[0.707, 0.707]]), array([1.]))
    >>> pca.inverse_transform(pca.transform(x)).round(6)
    array([[1., 1.], [2., 2.], [3., 3.]])
    """

    def __init__(self, n_components=None, *, whiten=False):
        share = isinstance(n_components, float) and 0 < n_components < 1
        if n_components is not None and not share:
            whole("PCA", "n_components, unless a float between 0 and 1 or None,", n_components)
        self.n_components, self.whiten = n_components, whiten
        self.components_ = None

    def fit(self, x):
        """Find the components of x: (N, features), N ≥ 2; returns self."""
        x = table("PCA", x, least=2)
        self.mean_ = x.mean(axis=0)
        _, s, v = np.linalg.svd(x - self.mean_, full_matrices=False)
        largest = np.abs(v).argmax(axis=1)
        v = v * np.sign(v[np.arange(len(v)), largest])[:, None]
        variance = s * s / (len(x) - 1)
        total = variance.sum()
        ratio = variance / total if total > 0 else np.zeros_like(variance)
        k = self._count(ratio)
        self.components_, self.singular_values_ = v[:k], s[:k]
        self.explained_variance_, self.explained_variance_ratio_ = variance[:k], ratio[:k]
        self.n_components_ = k
        return self

    def _count(self, ratio):
        """How many components to keep, given the share of variance of each."""
        if self.n_components is None:
            return len(ratio)
        if isinstance(self.n_components, float):
            enough = np.searchsorted(np.cumsum(ratio), self.n_components, side="right") + 1
            return min(int(enough), len(ratio))
        return whole("PCA", "n_components", self.n_components, most=len(ratio))

    def transform(self, x):
        """z = (x − μ) Vᵀ: (M, features) to (M, K)."""
        self._fitted()
        x = table("PCA", x, features=len(self.mean_)).astype(self.mean_.dtype, copy=False)
        z = (x - self.mean_) @ self.components_.T
        return z / self._scale() if self.whiten else z

    def fit_transform(self, x):
        """fit(x), then transform(x)."""
        return self.fit(x).transform(x)

    def inverse_transform(self, z):
        """x = z V + μ: (M, K) to (M, features), the point in data space that z stands for."""
        self._fitted()
        z = table("PCA", z, features=self.n_components_).astype(self.mean_.dtype, copy=False)
        return (z * self._scale() if self.whiten else z) @ self.components_ + self.mean_

    def _scale(self):
        """The deviation of each number of z; where the data have none, one that divides safely."""
        return np.maximum(self.explained_variance_, np.finfo(self.mean_.dtype).eps) ** 0.5

    def _fitted(self):
        if self.components_ is None:
            raise RuntimeError("PCA: there are no components yet: call fit first")

    def __repr__(self):
        return f"PCA(n_components={self.n_components!r}, whiten={self.whiten})"
