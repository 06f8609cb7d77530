"""Signals: convolution by its definition and as a matrix, matched filters, sizes and reach.

Names and arguments are those of NumPy and SciPy where these have them. The convolution of a
network, with channels and a gradient, is `dlcourse.nn.ops.conv2d`.
"""

from dlcourse.nn.signal.convolve import convolve, convolve2d, correlate, correlate2d
from dlcourse.nn.signal.matched_filter import matched_filter, normalized_cross_correlation
from dlcourse.nn.signal.output_size import output_size
from dlcourse.nn.signal.receptive_field import ReceptiveField, receptive_field
from dlcourse.nn.signal.toeplitz import conv1d_matrix, conv2d_matrix, convolution_matrix, toeplitz

__all__ = [
    "ReceptiveField",
    "conv1d_matrix",
    "conv2d_matrix",
    "convolution_matrix",
    "convolve",
    "convolve2d",
    "correlate",
    "correlate2d",
    "matched_filter",
    "normalized_cross_correlation",
    "output_size",
    "receptive_field",
    "toeplitz",
]
