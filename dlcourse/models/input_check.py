"""What every image model says of images that do not fit it, in one line."""


def check_images(x, in_channels, *, at_least=1, multiple_of=1, exactly=None):
    """ValueError unless x is (N, in_channels, H, W) with sides that the model can take.

    at_least: the smallest side, multiple_of: what divides each side, exactly: the only side there
    is; each an integer for both sides or a pair (height, width). Sides that `torch.export` leaves
    open are not judged: the exported program holds for all of them.

    >>> import torch
    >>> check_images(torch.zeros(2, 3, 64, 64), in_channels=3, at_least=32)
    >>> check_images(torch.zeros(2, 3, 30, 30), in_channels=3, multiple_of=16)
    Traceback (most recent call last):
    ...
    ValueError: images of sides divisible by 16 expected, got 30×30: resize, crop or pad them
    """
    if x.ndim != 4:
        raise ValueError(
            f"a batch of images (N, {in_channels}, H, W) expected, got {tuple(x.shape)}"
            + (": add the batch's axis with x[None]" if x.ndim == 3 else "")
        )
    if x.shape[1] != in_channels:
        raise ValueError(
            f"images of {in_channels} channels (N, {in_channels}, H, W) expected, "
            f"got {tuple(x.shape)}: build the model with in_channels={x.shape[1]}"
        )
    least, divisor = _pair(at_least), _pair(multiple_of)
    # A side that is being traced is a symbol and no int; a comparison would tie the program to it.
    sides = [(i, side) for i, side in enumerate(x.shape[2:]) if isinstance(side, int)]
    if exactly is not None and any(side != _pair(exactly)[i] for i, side in sides):
        raise ValueError(
            f"images of {_by(_pair(exactly))} expected, got {_by(x.shape[2:])}: "
            "resize, crop or pad them"
        )
    if any(side < least[i] for i, side in sides):
        raise ValueError(
            f"images of at least {_by(least)} expected, got {_by(x.shape[2:])}: enlarge them"
        )
    if any(side % divisor[i] for i, side in sides):
        by = divisor[0] if divisor[0] == divisor[1] else _by(divisor)
        raise ValueError(
            f"images of sides divisible by {by} expected, got {_by(x.shape[2:])}: "
            "resize, crop or pad them"
        )


def _pair(value):
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def _by(sides):
    return f"{sides[0]}×{sides[1]}"
