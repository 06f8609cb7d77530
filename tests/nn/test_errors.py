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
