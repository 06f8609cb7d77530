"""The gradient check finds planted bugs, and passes what is right."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from dlcourse import nn
from dlcourse.nn import ops

x = np.random.default_rng(0).standard_normal((4, 3))
w = np.random.default_rng(1).standard_normal((2, 3))


def test_numerical_gradient_of_a_quadratic_is_exact_to_rounding():
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    point = np.array([1.0, -2.0])
    gradient = nn.numerical_gradient(lambda v: float(v @ a @ v), point)
    np.testing.assert_allclose(gradient, 2 * a @ point, rtol=1e-8)
    np.testing.assert_array_equal(point, [1.0, -2.0])


def test_numerical_gradient_agrees_with_scipy():
    def f(v):
        return float(np.sin(v).sum() * v[0])

    point = np.array([0.3, -1.2, 2.0])
    np.testing.assert_allclose(
        nn.numerical_gradient(f, point), approx_fprime(point, f, 1e-8), atol=1e-6
    )


def wrong_scale(x, weight):
    y, backward = ops.linear(x, weight)
    return y, lambda dy: (backward(dy)[0], 1.01 * backward(dy)[1])


def wrong_sign_in_one_place(x, weight):
    y, backward = ops.linear(x, weight)

    def flipped(dy):
        dx, dweight, _ = backward(dy)
        dx[2, 1] *= -1
        return dx, dweight

    return y, flipped


def swapped(x, weight):
    y, backward = ops.linear(x, weight)
    return y, lambda dy: (backward(dy)[1], backward(dy)[0])


@pytest.mark.parametrize("directions", [None, 4])
@pytest.mark.parametrize(
    ("bug", "culprit"), [(wrong_scale, "input 1"), (wrong_sign_in_one_place, "input 0")]
)
def test_planted_bugs_are_found(bug, culprit, directions):
    with pytest.raises(nn.GradcheckError, match=f"WRONG {culprit}"):
        nn.gradcheck(bug, x, w, directions=directions)
    report = nn.gradcheck(bug, x, w, directions=directions, raise_exception=False)
    assert not report
    assert [check.name for check in report.checks if not check.ok] == [culprit]


def test_the_worst_place_is_named():
    report = nn.gradcheck(wrong_sign_in_one_place, x, w, raise_exception=False)
    worst = report.checks[0]
    assert worst.place == (2, 1)
    assert worst.analytic == pytest.approx(-worst.numeric, rel=1e-6)


def test_a_gradient_of_the_wrong_shape_is_named():
    with pytest.raises(nn.GradcheckError, match=r"input 0 has shape \(4, 3\).*\(2, 3\)"):
        nn.gradcheck(swapped, x, w)


def test_parameters_of_a_module_are_checked_and_left_alone():
    class Broken(nn.Linear):
        def forward(self, x):
            y, backward = super().forward(x)

            def wrong(dy, **how):
                dx = backward(dy, **how)
                self.bias.grad = self.bias.grad / len(dy)
                return dx

            return y, wrong

    layer = Broken(3, 2, rng=0).double()
    before = layer.state_dict()
    report = nn.gradcheck(layer, x, raise_exception=False)
    assert {check.name: check.ok for check in report.checks} == {
        "input 0": True,
        "weight": True,
        "bias": False,
    }
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert layer.weight.grad is None


@pytest.mark.parametrize("directions", [None, 3])
def test_a_whole_network_with_its_loss_passes(directions):
    net = nn.Sequential(nn.Linear(3, 5, rng=0), nn.Tanh(), nn.PReLU(), nn.Linear(5, 2, rng=1))
    net.double()
    assert nn.gradcheck(net, x, directions=directions)
    assert nn.gradcheck(nn.CrossEntropyLoss(), x, np.array([0, 2, 1, 1]), directions=directions)


def test_nan_is_an_error_and_not_agreement():
    def undefined(x):
        return x * 2, lambda dy: dy * np.nan

    assert not nn.gradcheck(undefined, x, raise_exception=False)
