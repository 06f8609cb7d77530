"""A small network learns handwritten digits.

python train_digits.py                            on the device that is there
torchrun --nproc-per-node 2 train_digits.py       on two, each batch divided between them

Kill it and run it again: it goes on from its last checkpoint, in `runs/digits`.
"""

import argparse

import torch
from torch import nn

from dlcourse import data, training


def network():
    """Two convolutions on 8×8 images; 10,026 parameters."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Flatten()),
        nn.Linear(32 * 4 * 4, 10),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--checkpoint", default="runs/digits", help="the folder for checkpoints")
    args = parser.parse_args()

    training.deterministic(0)
    digits = data.load("digits", flat=False)
    device = training.choose_device()
    train = training.DeviceLoader(
        digits.x_train,
        digits.y_train,
        batch_size=64,
        device=device,
        augment=training.augment.random_translate,
    )
    test = training.DeviceLoader(digits.x_test, digits.y_test, 512, device=device, shuffle=False)

    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.01)
    steps = args.epochs * len(train)
    trainer = training.Trainer(
        model,
        optimizer,
        nn.CrossEntropyLoss(label_smoothing=0.1),
        device=device,
        scheduler=torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps),
        ema=0.99,
        checkpoint=args.checkpoint,
    )
    history = trainer.fit(train, args.epochs, validation=test)
    if training.rank() == 0:
        print(history)


if __name__ == "__main__":
    main()
