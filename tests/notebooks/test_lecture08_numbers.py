"""The worked numbers of lecture 08, each computed again in another way."""

import numpy as np
import pytest
import torch
from numpy.polynomial import polynomial
from scipy import ndimage
from scipy.signal import correlate2d

from dlcourse.nn import signal


def test_two_windows_by_hand(lecture, printed):
    first = 1 * 2 - 1 * 3 + 1 * 4 + 1 * 6 + 1 * 7 + 2 * 8
    second = 1 * 3 - 1 * 1 + 1 * 5 + 1 * 3 + 1 * 8 + 2 * 9
    assert (first, second) == (32, 36)
    assert printed["slide-by-hand"].splitlines() == ["[[32 36]]", "(98, 98)"]
    assert lecture["large"].shape == (100 - 3 + 1, 100 - 3 + 1)


def by_loops(image, kernel, stride=1):
    h, w = kernel.shape
    rows, columns = (range(0, n - m + 1, stride) for n, m in zip(image.shape, (h, w), strict=True))
    return [[int((image[i : i + h, j : j + w] * kernel).sum()) for j in columns] for i in rows]


def largest_of_two(grid):
    grid = np.array(grid)
    return [[int(grid[i : i + 2, j : j + 2].max()) for j in (0, 2)] for i in (0, 2)]


def test_the_little_picture_and_its_two_filters(lecture):
    image, diagonal, upright = (lecture[name] for name in ("image", "diagonal", "upright"))
    first = [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
    assert by_loops(image, diagonal) == first == lecture["found"].tolist()
    assert by_loops(image, diagonal, 2) == [[3, -3], [-3, 0]] == lecture["two"].tolist()
    assert by_loops(image, upright) == lecture["strokes"].tolist()
    pooled = {name: maps[0, 0].tolist() for name, maps in lecture["small_maps"].items()}
    assert pooled == {"diagonal": [[3, 0], [3, 1]], "upright": [[-1, 1], [0, 3]]}
    assert largest_of_two(first) == pooled["diagonal"]
    assert largest_of_two(by_loops(image, upright)) == pooled["upright"]


def test_pooling_by_hand(lecture):
    assert lecture["pooled"].ravel().tolist() == [9, 12]
    means = [sum(range(1, 10)) / 9, (5 + 2 + 1 + 5 + 7 + 1 + 9 + 5 + 12) / 9]
    assert lecture["means"].ravel() == pytest.approx(means)


def test_convolution_by_hand_is_a_product_of_polynomials(printed):
    product = polynomial.polymul([1, 2, 3], [0, 1, 0.5])
    assert product.tolist() == [0, 1, 2.5, 4, 1.5]
    line = printed["flip-by-hand"].splitlines()[0]
    assert line.count("[0.  1.  2.5 4.  1.5]") == 2


def test_the_slide_has_the_wrong_function_even(printed):
    def star(f, g):  # Σₘ f[m] g[m + n] as the slide defines it, n from 1 − len(f)
        places = range(1 - len(f), len(g))
        return [sum(f[m] * g[m + n] for m in range(len(f)) if 0 <= m + n < len(g)) for n in places]

    f, g = [1, 2, 3], [1, 5, 1]
    product = np.convolve(f, g).tolist()
    assert star(f, g) != product
    assert star(g, f) == product
    shown = [[int(n) for n in line.split("[")[1].strip("]").split()]
             for line in printed["flip-erratum"].splitlines()]  # fmt: skip
    assert shown == [product, star(f, g), star(g, f)]


def test_the_echo_is_found_and_no_filter_has_a_higher_peak(lecture):
    assert lecture["response"].argmax() == lecture["echo_at"] == 617
    assert np.abs(lecture["measured"]).argmax() not in range(600, 640)
    chirp = lecture["chirp"] / np.linalg.norm(lecture["chirp"])
    rng = np.random.default_rng(0)
    for h in (*lecture["rivals"].values(), *rng.normal(size=(20, 160))):
        peak = np.abs(np.correlate(chirp, h, "full")).max() / np.linalg.norm(h)
        assert peak <= 1 + 1e-12
    shares = {name: np.mean(rows, axis=1) for name, rows in lecture["shares"].items()}
    assert (shares["the chirp"] >= shares["its signs"]).all()
    assert (shares["its first half"] > shares["backwards"]).all()


def test_plain_correlation_goes_to_the_sky(lecture):
    assert lecture["spots"]["normalized"] == (64, 24)
    row, column = lecture["spots"]["plain"]
    window = lecture["grey"][row : row + 16, column : column + 16]
    assert window.mean() > np.quantile(ndimage.uniform_filter(lecture["grey"], 16), 0.9)
    assert np.quantile(lecture["missed"], 0.8) < 0.05 < lecture["grey"].std()
    assert lecture["right"]["plain"] < 0.2 * lecture["tries"] < lecture["right"]["normalized"]


def test_fixed_filters_fail_off_frame_and_sliding_costs_nothing(lecture):
    fixed, slid = (np.array(lecture["kept"][name]) for name in ("fixed", "slid"))
    assert fixed[:, 0].min() > 0.85
    assert fixed[:, 1].max() < 0.5
    np.testing.assert_array_equal(slid, np.repeat(slid[:, :1], 5, axis=1))
    assert slid[:, 0].mean() > fixed[:, 0].mean() - 0.02


def test_weights_of_three_layers(lecture):
    counts = [len(set(lecture[name][lecture[name] > 0])) for name in ("full", "local", "shared")]
    assert counts == [21, 9, 3]
    x = np.arange(7.0)
    windows = [x[2 * i : 2 * i + 3] @ [1, 2, 3] for i in range(3)]
    assert (lecture["shared"] @ x).tolist() == windows


def test_the_matrix_of_a_picture(lecture):
    matrix = lecture["matrix"]
    touching = sum(abs(i - k) <= 1 and abs(j - m) <= 1 for i, j, k, m in np.ndindex(8, 8, 8, 8))
    assert np.count_nonzero(matrix) == touching == 484
    x = np.random.default_rng(1).normal(size=(8, 8))
    slid = correlate2d(x, np.array([[1, 2, 3], [-4, 5, -6], [7, 8, 9]]), mode="same")
    np.testing.assert_allclose((matrix @ x.ravel()).reshape(8, 8), slid)


def test_sharing_pays_in_the_one_world_and_never_in_the_other(lecture):
    a, b = (
        {name: np.mean(errors, axis=1) for name, errors in world.items()}
        for world in lecture["worlds"].values()
    )
    # Least squares: p weights from N equations leave p / (N − p − 1) of the noise, on average.
    m = lecture["examples"][-1]
    assert a["full"][-1] == pytest.approx(21 / (m - 22), rel=0.25)
    assert a["local"][-1] == pytest.approx(3 / (m - 4), rel=0.25)
    assert a["full"][-1] / a["shared"][-1] > 50
    assert b["shared"].min() > 1 > b["full"][-1] > b["local"][-1]


def test_what_follows_a_shift(printed):
    lines = printed["equivariance-measured"].splitlines()
    columns = [int(line.split(" of ")[0].split()[-1]) for line in lines]
    assert columns == [0, 4, 90, 0, 180]


def test_the_puzzle(printed):
    for line, stride in zip(printed["puzzle"].splitlines(), (1, 2), strict=True):
        layer = torch.nn.Conv2d(3, 5, 3, stride=stride, padding=1)
        shape = tuple(layer(torch.zeros(1, 3, 32, 32)).shape)
        count = sum(p.numel() for p in layer.parameters())
        assert line == f"stride {stride}: {shape}, formula {shape[-1]}, {count} parameters"
    assert count == 140


def test_pooling_is_steadier_and_dropping_is_not(lecture):
    change = {name: np.mean(rows, axis=1) for name, rows in lecture["changes"].items()}
    assert change["largest of 4 × 4"][0] < 0.6 * change["as they are"][0]
    np.testing.assert_allclose(change["every 4th"], change["as they are"], rtol=0.1)
    assert (change["largest of 16 × 16"] < change["largest of 4 × 4"]).all()
    assert lecture["largest"].min() > 0.9 * lecture["largest"].max()
    assert lecture["one"].min() == pytest.approx(-lecture["one"].max())


def test_receptive_fields(printed, lecture):
    assert printed["fields-by-hand"].splitlines()[0].endswith("[3, 7, 15]")
    assert "size=7, stride=4" in printed["fields-by-hand"]
    x = torch.zeros(1, 1, 60, requires_grad=True)
    y = torch.nn.functional.conv1d(x, torch.ones(1, 1, 3), stride=2, padding=1)
    y = torch.nn.functional.avg_pool1d(y, 3, stride=2, padding=1)  # a mean sees all of its window
    reads = [
        torch.autograd.grad(y[0, 0, i], x, retain_graph=True)[0].nonzero()[:, 2] for i in (5, 6)
    ]
    assert len(reads[0]) == 7
    assert int(reads[1][0] - reads[0][0]) == 4
    assert lecture["paths"].tolist() == [1, 3, 6, 7, 6, 3, 1]
    assert lecture["slide_rule"](lecture["chain"]) == 4


def test_ranks(lecture):
    ranks = {name: row[2] for name, row in lecture["ranks"].items()}
    assert list(ranks.values()) == [17, 5, 17, 9]
    # By PyTorch's own derivative, at another point.
    rng = np.random.default_rng(5)
    for spread, coefficients in ((1, 25), (2, 49)):
        f, g = torch.tensor(rng.normal(size=(2, 3, 3)))

        def joined(f, g, spread=spread):
            wide = torch.nn.functional.conv_transpose2d(
                f[None, None], g[None, None], dilation=spread
            )
            return wide.ravel()

        slopes = torch.autograd.functional.jacobian(joined, (f, g))
        table = torch.cat([part.reshape(len(part), 9) for part in slopes], dim=1)
        assert table.shape == (coefficients, 18)
        assert int(torch.linalg.matrix_rank(table)) == 17


def test_neighbours_explain_nearly_all_and_spectra_are_lines(lecture):
    for near, nearer, far in lecture["neighbours"].values():
        assert near > 0.8
        assert abs(nearer - near) < 0.015
        assert abs(far - nearer) < 0.015
    slopes = {name: slope for name, (_, _, slope) in lecture["pictures"].items()}
    assert -2.5 < slopes["flower"] < -1.5
    assert -2.5 < slopes["pagoda"] < -1.5
    assert abs(slopes["pagoda, pixels shuffled"]) < 0.1


def test_the_planted_bug_hides_where_strides_are_1(lecture):
    sizes = [lecture["field_size"](stack) for stack in lecture["stacks"].values()]
    true = [signal.receptive_field(stack).size for stack in lecture["stacks"].values()]
    assert (sizes, true) == ([7, 15, 29], [7, 15, 15])


def test_the_matrix_nobody_builds(lecture):
    assert lecture["count"](6, 3, 4) == (15552, 3072, 108)
    assert lecture["elements"] * 4 / 1e12 == pytest.approx(64 * 3 * 224**4 * 4 / 1e12)


def test_coloured_noise(printed):
    for line in printed["exercise-colour-code"].splitlines():
        plain, best, library = (float(part.split()[-1]) for part in line.split(":")[0].split(","))
        assert best == library
        assert best > plain
