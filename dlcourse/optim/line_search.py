"""A step length that satisfies the strong Wolfe conditions: enough decrease, a flatter slope."""

from dataclasses import dataclass

import numpy as np

DECREASE, CURVATURE = 1e-4, 0.9  # c₁ and c₂ of Nocedal & Wright, for quasi-Newton methods


@dataclass
class Trial:
    """A point on the line: its step length, the loss there, the gradient and the slope g·d."""

    t: float
    loss: float
    gradient: np.ndarray
    slope: float


def strong_wolfe(evaluate, start, direction, t, max_trials=25, tolerance_change=1e-9):
    """Find t with f(t) ≤ f(0) + c₁ t f'(0) and |f'(t)| ≤ c₂ |f'(0)| (Nocedal & Wright, 2006, §3.5).

    evaluate: maps a step length to a Trial; start: the Trial at 0; t: the first length to try;
    max_trials: how many more may follow.
    The interval is found by growing steps, then narrowed by cubic interpolation, with the
    safeguards of Schmidt's minFunc, as in PyTorch. Returns the accepted Trial and how many
    evaluations it took.
    """
    trials, low, high = _bracket(evaluate, start, t, max_trials)
    largest, stalled = abs(direction).max(), False
    while trials <= max_trials and abs(high.t - low.t) * largest >= tolerance_change:
        t, stalled = _inside(low, high, stalled)
        new = evaluate(t)
        trials += 1
        if new.loss > start.loss + DECREASE * t * start.slope or new.loss >= low.loss:
            low, high = (low, new) if low.loss <= new.loss else (new, low)
            continue
        if abs(new.slope) <= -CURVATURE * start.slope:
            return new, trials
        if new.slope * (high.t - low.t) >= 0:
            high = low
        low = new
    return low, trials


def _bracket(evaluate, start, t, max_trials):
    """Lengthen the step until two trials enclose a good one.

    Returns the number of evaluations and the two trials, the one of smaller loss first; both are
    the same trial where it satisfies the conditions already.
    """
    previous, new, trials = start, evaluate(t), 1
    for attempt in range(max_trials):
        too_high = new.loss > start.loss + DECREASE * new.t * start.slope
        if too_high or (attempt > 1 and new.loss >= previous.loss):
            break
        if abs(new.slope) <= -CURVATURE * start.slope:
            return trials, new, new
        if new.slope >= 0:
            break
        bounds = (new.t + 0.01 * (new.t - previous.t), 10 * new.t)
        t = cubic_minimum(previous, new, bounds)
        previous, new, trials = new, evaluate(t), trials + 1
    else:
        previous = start
    return (trials, previous, new) if previous.loss <= new.loss else (trials, new, previous)


def _inside(low, high, stalled):
    """The next length to try inside the bracket, kept away from its ends where that stalls."""
    left, right = sorted((low.t, high.t))
    t = cubic_minimum(low, high)
    margin = 0.1 * (right - left)
    if min(right - t, t - left) >= margin:
        return t, False
    if stalled or t >= right or t <= left:
        return (right - margin if abs(t - right) < abs(t - left) else left + margin), False
    return t, True


def cubic_minimum(a, b, bounds=None):
    """The minimum of the cubic through two trials with their slopes, held inside the bounds."""
    low, high = bounds or sorted((a.t, b.t))
    left, right = (a, b) if a.t <= b.t else (b, a)
    d1 = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.t - right.t)
    square = d1**2 - left.slope * right.slope
    if square < 0:
        return (low + high) / 2
    d2 = square**0.5
    share = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2)
    return min(max(right.t - (right.t - left.t) * share, low), high)
