"""NASNet-A: cells that a search by reinforcement learning found, stacked by hand (2018)."""

import torch
from torch import nn
from torch.nn import functional as F

from dlcourse.models.inception import initialize_he
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register

# What the search found. A cell sees the output of the cell before it and of the one before that,
# and makes five sums of two operations each; a sum may serve a later one.
HERE, BEFORE, FIRST_SUM, SECOND_SUM = range(4)
NORMAL = [
    (("separable 5", HERE), ("separable 3", BEFORE)),
    (("separable 5", BEFORE), ("separable 3", BEFORE)),
    (("average", HERE), ("identity", BEFORE)),
    (("average", BEFORE), ("average", BEFORE)),
    (("separable 3", HERE), ("identity", HERE)),
]
REDUCTION = [
    (("separable 5", HERE), ("separable 7", BEFORE)),
    (("maximum", HERE), ("separable 7", BEFORE)),
    (("average", HERE), ("separable 5", BEFORE)),
    (("average", FIRST_SUM), ("identity", SECOND_SUM)),
    (("separable 3", FIRST_SUM), ("maximum", HERE)),
]
# The states whose channels, one after the other, are the output of a cell.
NORMAL_OUTPUT, REDUCTION_OUTPUT = (1, 2, 3, 4, 5, 6), (3, 4, 5, 6)


class Separable(nn.Module):
    """ReLU, separable convolution, batch norm, and these three once more.

    (N, in_channels, H, W) → (N, channels, H / stride, W / stride), sides rounded up.
    """

    def __init__(self, in_channels, channels, kernel, stride):
        super().__init__()
        self.halves = stride == 2
        self.kernel = kernel
        padding = 0 if self.halves else kernel // 2
        self.first = self.separable(in_channels, channels, kernel, stride, padding)
        self.second = self.separable(channels, channels, kernel, 1, kernel // 2)

    @staticmethod
    def separable(in_channels, channels, kernel, stride, padding):
        return nn.Sequential(
            nn.Conv2d(
                in_channels, in_channels, kernel, stride, padding, groups=in_channels, bias=False
            ),
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels, eps=1e-3),
        )

    def forward(self, x):
        x = F.relu(x)
        x = self.first(pad_to_halve(x, self.kernel) if self.halves else x)
        return self.second(F.relu(x))


class HalvingPool(nn.Module):
    """The maximum or the average of 3×3 pixels in steps of 2: sides halved and rounded up.

    Zeros beyond the borders count in the average, as in timm's and Keras's networks; in the first
    published code they did not.
    """

    def __init__(self, maximum):
        super().__init__()
        self.maximum = maximum

    def forward(self, x):
        if self.maximum:
            return F.max_pool2d(pad_to_halve(x, 3, float("-inf")), 3, stride=2)
        return F.avg_pool2d(pad_to_halve(x, 3), 3, stride=2)


def pad_to_halve(x, kernel, value=0.0):
    """Borders with which a window in steps of 2 makes ⌈H/2⌉ × ⌈W/2⌉ of H × W, as TensorFlow's.

    At even sides one row or column less comes first than last.
    """
    last = kernel // 2
    first = [last - 1 + side % 2 for side in x.shape[2:]]
    return F.pad(x, (first[1], last, first[0], last), value=value)


class Halve(nn.Module):
    """Every second pixel of x, and every second of x moved by one: each mixed into half the maps.

    (N, in_channels, H, W) → (N, channels, ⌈H/2⌉, ⌈W/2⌉).
    """

    def __init__(self, in_channels, channels):
        super().__init__()
        self.even = nn.Conv2d(in_channels, channels // 2, 1, stride=2, bias=False)
        self.odd = nn.Conv2d(in_channels, channels // 2, 1, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(channels, eps=1e-3)

    def forward(self, x):
        x = F.relu(x)
        moved = F.pad(x, (-1, 1, -1, 1))
        return self.norm(torch.cat([self.even(x), self.odd(moved)], dim=1))


def squeeze(in_channels, channels):
    """ReLU, 1×1 convolution, batch norm."""
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(in_channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels, eps=1e-3),
    )


def operation(name, in_channels, channels, stride):
    """The operation that a table above calls by `name`."""
    if name == "identity":
        return nn.Identity()
    if name == "maximum":
        return HalvingPool(maximum=True)
    if name == "average":
        plain = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
        return HalvingPool(maximum=False) if stride == 2 else plain
    return Separable(in_channels, channels, int(name.split()[1]), stride)


class Cell(nn.Module):
    """One cell: its two inputs brought to `channels` maps of the same sides, then five sums.

    here, before: (N, ·, H, W), `before` with sides twice as large where `halve` is set. Returns
    (N, 6·channels, H, W), or (N, 4·channels, ⌈H/2⌉, ⌈W/2⌉) from a cell that reduces. first: both
    inputs are the same, and `before` is taken as it is.
    """

    def __init__(self, channels, here, before, *, reduce=False, halve=False, first=False):
        super().__init__()
        self.table = REDUCTION if reduce else NORMAL
        self.output = REDUCTION_OUTPUT if reduce else NORMAL_OUTPUT
        self.channels = len(self.output) * channels
        self.here = squeeze(here, channels)
        if first:
            self.before = nn.Identity()
        else:
            self.before = (Halve if halve else squeeze)(before, channels)
        widths = {BEFORE: before if first else channels}
        self.operations = nn.ModuleList(
            operation(
                name,
                widths.get(state, channels),
                channels,
                stride=2 if reduce and state in (HERE, BEFORE) else 1,
            )
            for pair in self.table
            for name, state in pair
        )

    def forward(self, here, before):
        states = [self.here(here), self.before(before)]
        for i, ((_, a), (_, b)) in enumerate(self.table):
            states.append(self.operations[2 * i](states[a]) + self.operations[2 * i + 1](states[b]))
        return torch.cat([states[i] for i in self.output], dim=1)


class NASNet(nn.Module):
    """A convolution, two reducing cells, then three times `repeats` normal cells.

    Between these, a reducing cell halves the sides and doubles the filters. x: (N, in_channels, H,
    W), at least 32×32. Returns scores: (N, num_classes). stem: maps of the first convolution.
    filters: of the first normal cells; the last give 24 times as many maps. skip: the cell after a
    reduction sees, beside it, what the reduction saw as `before`, else what it saw as `here`.
    NASNet-A-mobile has stem=32, filters=44, repeats=4; NASNet-A-large has stem=96, filters=168,
    repeats=6, skip=True.
    """

    def __init__(
        self, stem, filters, repeats, skip=False, num_classes=1000, in_channels=3, dropout=0.5
    ):
        super().__init__()
        self.in_channels = in_channels
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, stem, 3, stride=2, bias=False), nn.BatchNorm2d(stem, eps=1e-3)
        )
        self.skips = []  # Whether the input called `before` stays what it was after this cell.
        self.cells = nn.ModuleList()
        # Of each input: its channels, and how many times its sides were halved.
        here = before = (stem, 0)

        def add(channels, reduce=False, skip=False):
            nonlocal here, before
            cell = Cell(
                channels,
                here[0],
                before[0],
                reduce=reduce,
                halve=here[1] != before[1],
                first=not self.cells,
            )
            self.cells.append(cell)
            self.skips.append(skip)
            output = (cell.channels, here[1] + reduce)
            here, before = output, before if skip else here

        add(filters // 4, reduce=True)
        add(filters // 2, reduce=True)
        for factor in (1, 2, 4):
            if factor > 1:
                add(factor * filters, reduce=True, skip=skip)
            for _ in range(repeats):
                add(factor * filters)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(here[0], num_classes)
        initialize_he(self)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=32)
        here = before = self.stem(x)
        for cell, skip in zip(self.cells, self.skips, strict=True):
            output = cell(here, before)
            here, before = output, before if skip else here
        features = F.relu(here).mean((2, 3))
        return self.classifier(self.dropout(features))


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=5_289_978,
    multiply_adds=563_638_816,
    source="Zoph, Vasudevan, Shlens and Le, 2018",
)
def nasnet_a_mobile(num_classes=1000, in_channels=3):
    """NASNet-A (4 @ 1056): 5,289,978 parameters, 0.56 billion multiply-adds at 224×224.

    Zoph, Vasudevan, Shlens and Le, Learning transferable architectures for scalable image
    recognition, 2018. The auxiliary head and the scheduled dropping of paths, which the paper
    trained its larger networks with, are left out.
    """
    return NASNet(32, 44, 4, num_classes=num_classes, in_channels=in_channels)
