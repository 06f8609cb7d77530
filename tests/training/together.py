"""One script for one process or several, run by test_distributed.py, alone or by torchrun.

Trains a net in float64 without batch norm and writes what it ended with, from process 0.
"""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from dlcourse import training


class FirstGradients(training.Callback):
    """Keeps the gradients of the first step, as the optimizer saw them."""

    def on_step(self, trainer):
        if trainer.position.step == 1:
            self.found = [p.grad.clone() for p in trainer.model.parameters()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result", type=Path)
    parser.add_argument("--loader", choices=("torch", "list", "device"), default="torch")
    parser.add_argument("--accumulate", type=int, default=1)
    parser.add_argument("--examples", type=int, default=22)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--checkpoint", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    training.deterministic(0)
    x = torch.randn(args.examples, 5, dtype=torch.float64)
    y = torch.randint(3, (args.examples,))
    net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3)).double()
    if args.loader == "torch":  # shuffled: the processes have to agree on an order
        data = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)
    elif args.loader == "device":
        data = training.DeviceLoader(x, y, batch_size=8, dtype=torch.float64)
    else:
        data = list(zip(x.split(8), y.split(8), strict=True))
    gradients = FirstGradients()
    trainer = training.Trainer(
        net,
        torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9),
        nn.CrossEntropyLoss(),
        device="cpu",
        accumulate=args.accumulate,
        callbacks=[gradients],
        checkpoint=args.checkpoint,
        checkpoint_every=args.checkpoint and 1,
        ema=0.9,
        progress=False,
    )
    validation = list(zip(x.split(5), y.split(5), strict=True))
    history = trainer.fit(data, args.epochs, validation)
    if training.rank() == 0:
        torch.save(
            {
                "processes": training.world_size(),
                "gradients": getattr(gradients, "found", None),
                "weights": list(net.state_dict().values()),
                "ema": list(trainer.ema.model.state_dict().values()),
                "loss": history.loss,
                "val_loss": history.val_loss,
                "val_accuracy": history.val_accuracy,
            },
            args.result,
        )


if __name__ == "__main__":
    main()
