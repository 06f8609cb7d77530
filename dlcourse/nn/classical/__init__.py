"""What came before or beside deep networks, and what the course compares them with.

Nearest neighbours, principal components, and the restricted Boltzmann machine that once initialized
deep networks. Names and arguments of the first two are those of scikit-learn.
"""

from dlcourse.nn.classical.boltzmann_machine import BernoulliRBM, RBMHistory
from dlcourse.nn.classical.neighbors import KNeighborsClassifier
from dlcourse.nn.classical.principal_components import PCA

__all__ = ["PCA", "BernoulliRBM", "KNeighborsClassifier", "RBMHistory"]
