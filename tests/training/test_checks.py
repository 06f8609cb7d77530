"""Data that do not fit the model: said in one line, in the words of whoever chose them."""

import pytest
import torch
from torch import nn

from dlcourse import training
from tests.training.loops import batches, net, trainer


def images(channels, side, count=2, size=4, classes=10):
    torch.manual_seed(0)
    shape = (size, channels, side, side)
    return [(torch.randn(shape), torch.randint(classes, (size,))) for _ in range(count)]


def lenet(channels=1, classes=10):
    """LeNet-5 without any check of its own."""
    return nn.Sequential(
        *(nn.Conv2d(channels, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        nn.Linear(400, classes),
    )


def fails(model, data, match, error=ValueError, loss=None, validation=None):
    with pytest.raises(error, match=match) as info:
        trainer(model, loss=loss).fit(data, 1, validation=validation)
    assert "\n" not in str(info.value)


def test_a_class_count_that_does_not_fit_the_labels():
    data = [(x, y + 7) for x, y in batches()]
    fails(net(), data, r"labels reach 9 but the model gives 3 scores.*num_classes of at least 10")
    # Also where the first batch happens to be good.
    late = [*batches(2), (torch.zeros(1, 5), torch.tensor([3]))]
    fails(net(), late, "labels reach 3 but the model gives 3 scores")
    fails(net(), batches(), "labels reach 9", validation=data)
    fails(net(), [(x, y - 1) for x, y in batches()], "labels are 0 or more, got -1")


def test_labels_that_are_to_be_ignored_are():
    data = [(x, y.clone()) for x, y in batches()]
    data[0][1][0] = -100
    trainer(net()).fit(data, 1)
    data[0][1][0] = 77
    trainer(net(), loss=nn.CrossEntropyLoss(ignore_index=77)).fit(data, 1)


def test_labels_of_another_type_or_shape():
    wrong = [(x, y.int()) for x, y in batches()]
    fails(net(), wrong, r"class labels are torch.int64, got torch.int32: convert", TypeError)
    fails(net(), [(x, y[:, None]) for x, y in batches()], r"shape \(8,\) expected, got \(8, 1\)")


@pytest.mark.parametrize(
    ("channels", "side", "match"),
    [
        (3, 28, r"x is \(4, 3, 28, 28\), and 0 \(Conv2d\) expects 1 channel and got 3; the model "
                r"works on x of shape \(N, 1, 28, 28\)"),
        (1, 32, r"x is \(4, 1, 32, 32\), and 7 \(Linear\) expects 400 features and got 576; the "
                r"model works on x of shape \(N, 1, 28, 28\)"),
        (1, 4, r"3 \(Conv2d\) fails on an input of shape \(4, 6, 2, 2\).*\(N, 1, 28, 28\)"),
    ],
)  # fmt: skip
def test_images_of_the_wrong_size_or_channels(channels, side, match):
    fails(lenet(), images(channels, side), match)


def test_numbers_of_another_type():
    data = [(x.double(), y) for x, y in batches()]
    match = "the model computes in torch.float32 and x is torch.float64: convert x"
    fails(net(), data, match, TypeError)


def test_what_the_model_says_itself_is_left_as_it_is():
    class Strict(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(5, 3)

        def forward(self, x):
            raise ValueError("only on Sundays")

    fails(Strict(), batches(), "^only on Sundays$")


def test_an_error_that_has_no_better_words_comes_through():
    class Broken(nn.Linear):
        def forward(self, x):
            if x.device.type == "meta":
                return super().forward(x)
            raise RuntimeError("something of its own")

    fails(Broken(5, 3), batches(), "something of its own", RuntimeError)


def test_loaders_that_are_none():
    fails(net(), [], "train is empty: it has no batch")
    fails(net(), iter(batches()), "a sequence of batches with a length", TypeError)
    fails(net(), batches(), "validation is empty", validation=[])
    fails(net(), [torch.zeros(2, 5)], r"a batch is a pair \(x, y\), got a Tensor", TypeError)
    triple = [(torch.zeros(2, 5), torch.zeros(2), torch.zeros(2))]
    fails(net(), triple, r"a batch is a pair \(x, y\), got a tuple of 3", TypeError)
    uneven = [(torch.zeros(3, 5), torch.zeros(2, dtype=torch.int64))]
    fails(net(), uneven, "got 3 examples and 2 targets")


class Shorter(list):
    def __len__(self):
        return 9


def test_a_length_that_is_not_true():
    fails(net(), Shorter(batches(6)), "train has length 9 and gave 6 batches")


def test_an_optimizer_of_weights_that_are_no_longer_there():
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    model[2] = nn.Linear(16, 4)
    with pytest.raises(ValueError, match="holds 2 parameters that are not the model's: build it"):
        training.Trainer(model, optimizer, nn.CrossEntropyLoss())
