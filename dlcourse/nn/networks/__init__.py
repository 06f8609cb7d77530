"""Whole networks, each built of the parts of `dlcourse.nn` and trained by `dlcourse.nn.fit`."""

from dlcourse.nn.networks.char_lstm import CharLSTM
from dlcourse.nn.networks.lenet5 import LeNet5
from dlcourse.nn.networks.resnet8 import ResNet8
from dlcourse.nn.networks.transformer_encoder import TransformerClassifier

__all__ = ["CharLSTM", "LeNet5", "ResNet8", "TransformerClassifier"]
