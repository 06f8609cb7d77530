"""All that a training is made of, as one nested dict of tensors and plain data."""

from tqdm.auto import tqdm

from dlcourse.training.checkpoint import check_same_model
from dlcourse.training.distributed import add_up, from_first, gather, rank
from dlcourse.training.errors import CheckpointError
from dlcourse.training.metrics import Tally
from dlcourse.training.seeds import random_state, set_random_state

FORMAT = 1


def capture(trainer, together=True):
    """The trainer's state. together: with the generators of every process, for a checkpoint."""
    own = random_state()
    return {
        "format": FORMAT,
        "together": together,
        "model": trainer.model.state_dict(),
        "optimizer": {"name": _kind(trainer.optimizer), "state": trainer.optimizer.state_dict()},
        "random": gather(own) if together else [own],
        "tally": (add_up(trainer.tally) if together else trainer.tally).state_dict(),
        "position": trainer.position.state_dict(),
        "history": trainer.history.state_dict(),
        "callbacks": [[_kind(c), c.state_dict()] for c in trainer.callbacks],
        **{
            name: None if part is None else {"name": _kind(part), "state": part.state_dict()}
            for name, part in _optional(trainer)
        },
    }


def restore(trainer, state, where="the state"):
    """Put a trainer into a captured state; where: what to call it in an error.

    Raises CheckpointError, before anything changes, where it is of another model, optimizer,
    scheduler, or of a training with other parts.
    """
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise CheckpointError(f"{where} is no checkpoint of a Trainer of this version")
    check_same_model(trainer.model, state["model"], where)
    pairs = [("optimizer", trainer.optimizer), *_optional(trainer)]
    for name, part in pairs:
        there = state[name]["name"] if state[name] else "no"
        here = "no" if part is None else _kind(part)
        if there != here:
            raise CheckpointError(f"{where} has {there} {name}, this training has {here}")
    callbacks = [_kind(c) for c in trainer.callbacks]
    if [kind for kind, _ in state["callbacks"]] != callbacks:
        there = ", ".join(kind for kind, _ in state["callbacks"]) or "none"
        raise CheckpointError(
            f"{where} has the callbacks {there}, this training has {', '.join(callbacks) or 'none'}"
        )
    try:
        trainer.optimizer.load_state_dict(state["optimizer"]["state"])
    except ValueError as error:
        raise CheckpointError(f"{where} does not fit the optimizer: {error}") from error
    trainer.model.load_state_dict(state["model"])
    for name, part in _optional(trainer):
        if part is not None:
            part.load_state_dict(state[name]["state"])
    # Sums over all processes go on in one of them, sums of one process in each.
    if rank() == 0 or not state["together"]:
        trainer.tally.load_state_dict(state["tally"])
    else:
        trainer.tally = Tally()
    trainer.position.load_state_dict(state["position"])
    trainer.history.load_state_dict(state["history"])
    for callback, (_, part) in zip(trainer.callbacks, state["callbacks"], strict=True):
        callback.load_state_dict(part)
    states = state["random"]
    set_random_state(states[rank() if len(states) > rank() else 0])


def save(trainer):
    """Write a checkpoint, where the trainer has a folder for them; process 0 does."""
    if trainer.checkpoints is None:
        return
    captured = capture(trainer)
    if rank() == 0:
        trainer.checkpoints.save(captured, trainer.position.step)


def resume(trainer):
    """Go on from the newest checkpoint that can be read, and say so, if there is one."""
    if trainer.checkpoints is None:
        return
    found = from_first(trainer.checkpoints.load() if rank() == 0 else None)
    captured, path = found
    if captured is None:
        return
    restore(trainer, captured, path.name)
    if trainer.progress:
        position = trainer.position
        where = f"going on at epoch {position.epoch + 1}, batch {position.batch + 1}"
        if position.ended or position.epoch >= trainer.epochs:
            where = f"{position.epoch} epochs are done and nothing is left to do"
        tqdm.write(f"{path}: {where}")


def _optional(trainer):
    return [
        ("scheduler", trainer.scheduler),
        ("scaler", trainer.precision.scaler),
        ("ema", trainer.ema),
    ]


def _kind(part):
    return type(part).__name__
