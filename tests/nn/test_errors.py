"""What is refused, and that the message names what was expected and what came."""

import numpy as np
import pytest

import dlcourse
from dlcourse import nn, optim
from dlcourse.nn import ops

x32 = np.ones((4, 3), dtype=np.float32)
w32 = np.ones((2, 3), dtype=np.float32)
image = np.ones((2, 4, 5, 5), dtype=np.float32)
kernel = np.ones((6, 4, 3, 3), dtype=np.float32)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: ops.linear(x32, w32.T), ValueError, ["(3, 2)", "(..., 2)", "(4, 3)"]),
        (lambda: ops.linear(x32, w32[0]), ValueError, ["(out, in)", "(3,)"]),
        (lambda: ops.linear(x32, w32, w32[0]), ValueError, ["bias", "(2,)", "(3,)"]),
        (lambda: ops.linear(x32, w32.astype(float)), TypeError, ["float64", "float32"]),
        (lambda: ops.linear(x32.astype(int), w32), TypeError, ["floats", "int64"]),
        (lambda: ops.relu(np.array([1, 2])), TypeError, ["floats", "int64"]),
        (lambda: ops.relu(x32)[1](x32[:1]), ValueError, ["(4, 3)", "(1, 3)"]),
        (lambda: ops.relu(x32)[1](), ValueError, ["(4, 3)", "needs dL/dy"]),
        (lambda: ops.softmax(x32, dim=2), ValueError, ["dim 2", "(4, 3)"]),
        (lambda: ops.softmax(x32[:, :0]), ValueError, ["(4, 0)", "empty"]),
        (lambda: ops.prelu(x32, w32[0, :2]), ValueError, ["3 channels", "(2,)"]),
        (lambda: ops.mse_loss(x32, x32[:, 0]), ValueError, ["(4, 3)", "(4,)"]),
        (lambda: ops.mse_loss(x32[:0], x32[:0]), ValueError, ["empty"]),
        (lambda: ops.mse_loss(x32, x32, "average"), ValueError, ["'mean'", "'average'"]),
        (lambda: ops.cross_entropy(x32, [0, 1, 2, 3]), ValueError, ["0 to 2", "3 classes", "3"]),
        (lambda: ops.cross_entropy(x32, [0, -1, 2, 1]), ValueError, ["0 to 2", "-1"]),
        (lambda: ops.cross_entropy(x32, [0, 1]), ValueError, ["(4,)", "(2,)"]),
        (lambda: ops.cross_entropy(x32, [0.0, 1, 2, 0]), TypeError, ["integer", "float64"]),
        (lambda: ops.cross_entropy(x32[:0], np.zeros(0, int)), ValueError, ["empty"]),
        (lambda: ops.conv2d(image[0], kernel), ValueError, ["(N, 4, H, W)", "x[None]"]),
        (lambda: ops.conv2d(image[:, :3], kernel), ValueError, ["(N, 4, H, W)", "(2, 3, 5, 5)"]),
        (lambda: ops.conv2d(image, kernel[0]), ValueError, ["(out, C / groups, kh, kw)", "(4, 3"]),
        (lambda: ops.conv2d(image, kernel, x32[:, 0]), ValueError, ["bias", "(6,)", "(4,)"]),
        (lambda: ops.conv2d(image, kernel, groups=4), ValueError, ["groups", "6 outputs", "4"]),
        (lambda: ops.conv2d(image, kernel, stride=0), ValueError, ["stride", "at least 1", "0"]),
        (lambda: ops.conv2d(image, kernel, padding=(1, -1)), ValueError, ["padding", "(1, -1)"]),
        (lambda: ops.conv2d(image, kernel, padding="full"), ValueError, ["'same'", "'full'"]),
        (lambda: ops.conv2d(image, kernel, stride=2, padding="same"), ValueError, ["stride 1"]),
        (lambda: ops.conv2d(image, kernel, dilation=3), ValueError, ["7 × 7", "5 × 5", "padding"]),
        (lambda: ops.conv2d(image, kernel.astype(float)), TypeError, ["float64", "float32"]),
        (lambda: ops.conv2d(image.astype(int), kernel), TypeError, ["floats", "int64"]),
        (lambda: ops.conv_transpose2d(image, kernel), ValueError, ["(N, 6, H, W)", "(2, 4, 5, 5)"]),
        (
            lambda: ops.conv_transpose2d(image, kernel[:4], output_padding=1),
            ValueError,
            ["output_padding", "(1, 1)", "stride (1, 1)"],
        ),
        (
            lambda: ops.conv_transpose2d(image, kernel[:4], padding=4),
            ValueError,
            ["5 × 5", "-1 × -1", "less padding"],
        ),
        (lambda: nn.Conv2d(0, 2, 3), ValueError, ["in_channels", "0"]),
        (lambda: nn.Conv2d(4, 6, 3, groups=4), ValueError, ["groups", "4 and 6"]),
        (lambda: nn.Conv2d(4, 6, 0), ValueError, ["kernel_size", "0"]),
        (lambda: nn.Conv2d(4, 6, 3, padding_mode="reflect"), ValueError, ["'reflect'", "np.pad"]),
        (lambda: ops.max_pool2d(image[0], 2), ValueError, ["(N, C, H, W)", "(4, 5, 5)"]),
        (lambda: ops.max_pool2d(image, 6), ValueError, ["6 × 6", "5 × 5"]),
        (lambda: ops.max_pool2d(image, 2, padding=2), ValueError, ["half", "(2, 2)"]),
        (lambda: ops.max_pool2d(image, (2, 2, 2)), ValueError, ["kernel_size", "(2, 2, 2)"]),
        (lambda: ops.max_pool2d(image.astype(int), 2), TypeError, ["floats", "int64"]),
        (lambda: ops.avg_pool2d(image, 2, stride=0), ValueError, ["stride", "0"]),
        (lambda: ops.avg_pool2d(image, 2, divisor_override=0), ValueError, ["divisor", "not be 0"]),
        (lambda: ops.adaptive_avg_pool2d(image, 0), ValueError, ["output_size", "0"]),
        (lambda: ops.adaptive_avg_pool2d(image[..., :0], 1), ValueError, ["empty", "(2, 4, 5, 0)"]),
        (lambda: ops.max_unpool2d(image, image, 2), TypeError, ["integers", "float32"]),
        (lambda: ops.max_unpool2d(image, [[0]], 2), ValueError, ["(2, 4, 5, 5)", "(1, 1)"]),
        (
            lambda: ops.max_unpool2d(image, np.full(image.shape, 100), 2),
            ValueError,
            ["0 to 99", "10 × 10", "100"],
        ),
        (
            lambda: ops.max_unpool2d(image, np.zeros(image.shape, int), 2, output_size=(12, 10)),
            ValueError,
            ["(10, 10)", "(12, 10)"],
        ),
        (lambda: nn.MaxPool2d(0), ValueError, ["MaxPool2d", "kernel_size", "0"]),
        (lambda: ops.batch_norm(x32), ValueError, ["running estimates", "training=True"]),
        (lambda: ops.batch_norm(x32[:1], training=True), ValueError, ["at least two", "(1, 3)"]),
        (lambda: ops.batch_norm(x32[:0], training=True), ValueError, ["at least two", "(0, 3)"]),
        (lambda: ops.batch_norm(x32[0], training=True), ValueError, ["(N, C, ...)", "(3,)"]),
        (
            lambda: ops.batch_norm(x32, weight=w32[0, :2], training=True),
            ValueError,
            ["weight", "(3,)", "(2,)"],
        ),
        (lambda: ops.batch_norm(x32, x32[0].astype(float)), TypeError, ["float64", "float32"]),
        (lambda: ops.instance_norm(image[..., :1, :1]), ValueError, ["two places", "(2, 4, 1, 1)"]),
        (lambda: ops.layer_norm(x32, 4), ValueError, ["(..., 4,)", "(4, 3)"]),
        (lambda: ops.layer_norm(x32, 0), ValueError, ["normalized_shape", "0"]),
        (lambda: ops.layer_norm(x32, 3, w32), ValueError, ["weight", "(3,)", "(2, 3)"]),
        (lambda: ops.group_norm(image, 3), ValueError, ["num_groups", "4 channels", "3"]),
        (lambda: ops.weight_standardization(x32, x32[0]), ValueError, ["gain", "4", "(3,)"]),
        (lambda: nn.BatchNorm2d(0), ValueError, ["num_features", "0"]),
        (lambda: nn.BatchNorm2d(3)(image), ValueError, ["(N, 3, H, W)", "(2, 4, 5, 5)"]),
        (lambda: nn.BatchNorm1d(4)(image), ValueError, ["(N, 4) or (N, 4, L)", "(2, 4, 5, 5)"]),
        (lambda: nn.GroupNorm(3, 4), ValueError, ["num_groups", "3", "4"]),
        (lambda: nn.GroupNorm(2, 6)(image), ValueError, ["(N, 6, ...)", "(2, 4, 5, 5)"]),
        (lambda: ops.gelu(x32, "erf"), ValueError, ["'none' or 'tanh'", "'erf'"]),
        (lambda: ops.softplus(x32, beta=0), ValueError, ["beta", "0"]),
        (lambda: ops.dropout(x32, 1.5), ValueError, ["0 to 1", "1.5"]),
        (lambda: nn.Dropout(-0.1), ValueError, ["0 to 1", "-0.1"]),
        (lambda: ops.flatten(x32, 2), ValueError, ["(4, 3)", "2"]),
        (lambda: ops.flatten(x32, 1, 0), ValueError, ["start_dim", "1, 0"]),
        (lambda: ops.embedding(x32, w32), TypeError, ["integers", "float32"]),
        (lambda: ops.embedding([0, 2], w32), ValueError, ["0 to 1", "2 rows", "0 to 2"]),
        (lambda: ops.embedding([-1], w32), ValueError, ["0 to 1", "-1"]),
        (lambda: ops.embedding([0], w32[0]), ValueError, ["(V, D)", "(3,)"]),
        (lambda: nn.Embedding(4, 3, padding_idx=4), ValueError, ["padding_idx", "4 rows"]),
        (lambda: nn.Embedding(0, 3), ValueError, ["num_embeddings", "0"]),
        (lambda: ops.interpolate(image), ValueError, ["size or scale_factor", "None"]),
        (lambda: ops.interpolate(image, 3, 2), ValueError, ["size or scale_factor", "3 and 2"]),
        (lambda: ops.interpolate(image, 0), ValueError, ["size", "0"]),
        (lambda: ops.interpolate(image, scale_factor=0.1), ValueError, ["0.1", "5 × 5"]),
        (lambda: ops.interpolate(image, 3, mode="cubic"), ValueError, ["'bilinear'", "'cubic'"]),
        (lambda: nn.Upsample(3, align_corners=True), ValueError, ["align_corners", "bilinear"]),
        (lambda: nn.Upsample(), ValueError, ["size or scale_factor"]),
        (lambda: nn.Residual(nn.Linear(3, 2))(x32), ValueError, ["(4, 2)", "(4, 3)"]),
        (lambda: nn.Residual("relu"), TypeError, ["body", "Module", "str"]),
        (lambda: ops.cross_entropy(x32, [0] * 4, weight=w32[0, :2]), ValueError, ["(3,)", "(2,)"]),
        (lambda: ops.cross_entropy(x32, [-100] * 4), ValueError, ["ignore_index", "-100"]),
        (lambda: ops.cross_entropy(x32, [0] * 4, label_smoothing=2), ValueError, ["0 to 1", "2"]),
        (lambda: nn.CrossEntropyLoss("sum"), TypeError, ["weight", "reduction='sum'"]),
        (lambda: ops.l1_loss(x32, x32[:, 0]), ValueError, ["(4, 3)", "(4,)"]),
        (lambda: ops.smooth_l1_loss(x32, x32, beta=-1), ValueError, ["beta", "-1"]),
        (
            lambda: ops.binary_cross_entropy_with_logits(x32, x32[0]),
            ValueError,
            ["one shape", "(4, 3)", "(3,)"],
        ),
        (
            lambda: ops.binary_cross_entropy_with_logits(x32, x32, pos_weight=w32[0, :2]),
            ValueError,
            ["pos_weight", "(4, 3)", "(2,)"],
        ),
        (lambda: nn.L1Loss("average"), ValueError, ["'mean'", "'average'"]),
        (lambda: nn.Linear(3, 2).backward(x32), RuntimeError, ["Linear", "call the module first"]),
        (lambda: nn.Linear(0, 2), ValueError, ["in_features", "0"]),
        (lambda: nn.Linear(3, 2)(x32[:, :2]), ValueError, ["(..., 3)", "(4, 2)"]),
        (lambda: nn.Sequential(nn.ReLU(), "relu"), TypeError, ["Modules", "str"]),
        (lambda: nn.MSELoss("average"), ValueError, ["'mean'", "'average'"]),
        (lambda: nn.Module()(x32), NotImplementedError, ["forward"]),
        (lambda: nn.Parameter([1, 2]), TypeError, ["floats", "int64"]),
        (lambda: nn.Perceptron(2).predict(x32), ValueError, ["(N, 2)", "(4, 3)"]),
        (lambda: nn.Perceptron(3).fit(x32, [0, 1, 1, 0]), ValueError, ["−1 and +1", "got 0"]),
        (lambda: nn.Perceptron(3).fit(x32, [1, 1]), ValueError, ["(4, 3)", "(2,)"]),
        (lambda: nn.Perceptron(0), ValueError, ["at least 1"]),
        (lambda: nn.init.uniform_(x32.copy(), 1, 0), ValueError, ["a ≤ b"]),
        (lambda: nn.init.xavier_uniform_(np.ones(3)), ValueError, ["two axes", "(3,)"]),
        (lambda: nn.init.kaiming_normal_(w32, mode="fan"), ValueError, ["fan_in", "'fan'"]),
        (lambda: nn.init.calculate_gain("gelu2"), ValueError, ["gelu2", "relu"]),
        (lambda: nn.init.normal_([1.0]), TypeError, ["Parameter"]),
        (lambda: nn.gradcheck(ops.tanh, x32), TypeError, ["float64", "float32"]),
        (lambda: nn.numerical_gradient(np.sum, np.arange(3)), TypeError, ["floats", "int64"]),
        (lambda: optim.SGD([]), ValueError, ["no parameters"]),
        (lambda: optim.SGD([x32]), TypeError, ["Parameters", "ndarray"]),
        (lambda: optim.SGD(nn.Parameter(w32)), TypeError, ["iterable"]),
        (lambda: optim.SGD([nn.Parameter(w32)], lr=-1), ValueError, ["lr", "-1"]),
        (lambda: optim.SGD([nn.Parameter(w32)], nesterov=True), ValueError, ["nesterov"]),
        (lambda: optim.SGD([nn.Parameter(w32)]).step(), ValueError, ["backward first"]),
        (lambda: dlcourse.manual_seed(-1), ValueError, ["-1"]),
        (lambda: dlcourse.manual_seed("0"), TypeError, ["integer", "str"]),
        (lambda: dlcourse.default_rng("0"), TypeError, ["Generator", "str"]),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert [part for part in says if part not in message] == [], message
    assert "\n" not in message


def test_a_module_that_skips_super_init_is_told():
    class Forgetful(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(w32)

    with pytest.raises(AttributeError, match=r"Forgetful must call super"):
        Forgetful()


def test_a_forward_without_a_backward_is_told():
    class Half(nn.Module):
        def forward(self, x):
            return x

    with pytest.raises(TypeError, match=r"must return \(y, backward\), got ndarray"):
        Half()(x32)


def test_fit_refuses_data_that_do_not_go_together():
    net = nn.Sequential(nn.Linear(3, 2))
    arguments = (net, nn.CrossEntropyLoss(), optim.SGD(net.parameters(), lr=0.1))
    with pytest.raises(ValueError, match=r"\(4, 3\).*\(2,\)"):
        nn.fit(*arguments, x32, np.zeros(2, int), epochs=1)
    with pytest.raises(ValueError, match="at least one"):
        nn.fit(*arguments, x32[:0], np.zeros(0, int), epochs=1)
    with pytest.raises(ValueError, match="batch_size"):
        nn.fit(*arguments, x32, np.zeros(4, int), epochs=1, batch_size=0)
