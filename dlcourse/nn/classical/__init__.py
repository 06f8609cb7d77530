"""What came before or beside deep networks, and what the course compares them with.

Nearest neighbours, principal components, histograms of oriented gradients, and the restricted
Boltzmann machine that once initialized deep networks. Names and arguments of the first two are
those of scikit-learn, of the third those of scikit-image.
"""

from dlcourse.nn.classical.boltzmann_machine import BernoulliRBM, RBMHistory
from dlcourse.nn.classical.neighbors import KNeighborsClassifier
from dlcourse.nn.classical.oriented_gradients import hog, oriented_gradients
from dlcourse.nn.classical.principal_components import PCA

__all__ = ["PCA", "BernoulliRBM", "KNeighborsClassifier", "RBMHistory", "hog", "oriented_gradients"]
