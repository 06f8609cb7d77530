"""What can go wrong in a training, by name."""


class CheckpointError(ValueError):
    """A checkpoint that cannot be used: of another model, of another optimizer, or unreadable.

    >>> raise CheckpointError("runs/step-00000010.pt is of another model")
    Traceback (most recent call last):
    dlcourse.training.errors.CheckpointError: runs/step-00000010.pt is of another model
    """


class NonFiniteError(ArithmeticError):
    """The loss is NaN or infinite. epoch, batch: when, from 1; layer: where first, or None.

    >>> NonFiniteError("the loss is nan", epoch=2, batch=7, layer="head").layer
    'head'
    """

    def __init__(self, message, *, epoch, batch, layer):
        super().__init__(message)
        self.epoch, self.batch, self.layer = epoch, batch, layer


class OutOfMemoryError(RuntimeError):
    """The device's memory does not hold a batch. fits: the largest batch tried that does, or 0.

    >>> OutOfMemoryError("a batch of 512 does not fit, 128 does", fits=128).fits
    128
    """

    def __init__(self, message, *, fits):
        super().__init__(message)
        self.fits = fits
