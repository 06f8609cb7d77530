"""Image GPT: an image is a text of pixels, guessed one after the other (Chen et al., 2020)."""

import torch
from torch import nn

from dlcourse.models.registry import register
from dlcourse.models.transformer import Block, initialize


class ImageGPT(nn.Module):
    """p(pixel t | pixels before t), for the pixels of an image in reading order.

    x: (N, T) integers below `vocabulary`, the colours of a palette; T up to image_size². Returns
    scores: (N, vocabulary, T), where scores[:, :, t] is about x[:, t] and has seen x[:, :t] alone:
    the target is x itself. The first pixel is guessed from a start token.
    """

    def __init__(self, vocabulary, image_size, dim, depth, num_heads):
        super().__init__()
        self.start = nn.Parameter(torch.zeros(1, 1, dim))
        self.positions = nn.Parameter(torch.empty(1, image_size**2, dim).normal_(std=0.01))
        self.embedding = nn.Embedding(vocabulary, dim)
        self.blocks = nn.Sequential(*(Block(dim, num_heads, causal=True) for _ in range(depth)))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.output = nn.Linear(dim, vocabulary, bias=False)
        initialize(self)

    def features(self, x):
        """The vectors after the last block: (N, T, dim); their mean feeds a linear probe."""
        places = self.positions.shape[1]
        if x.ndim != 2 or x.shape[1] > places:
            raise ValueError(
                f"rows of at most {places} pixels (N, T) expected, got {tuple(x.shape)}"
            )
        before = torch.cat([self.start.expand(len(x), -1, -1), self.embedding(x[:, :-1])], dim=1)
        return self.norm(self.blocks(before + self.positions[:, : x.shape[1]]))

    def forward(self, x):
        return self.output(self.features(x)).transpose(1, 2)

    @torch.no_grad()
    def complete(self, x, length, temperature=1.0, generator=None):
        """Go on with an image: x: (N, T) known pixels, T may be 0; returns (N, T + length)."""
        training = self.training
        self.eval()
        for _ in range(length):
            asked = nn.functional.pad(x, (0, 1))
            scores = self(asked)[:, :, -1] / temperature
            drawn = torch.multinomial(scores.softmax(1), 1, generator=generator)
            x = torch.cat([x, drawn], dim=1)
        self.train(training)
        return x


@register(
    input_size=(1024,),
    smallest=(16,),
    vocabulary="vocabulary",
    parameters=76_707_328,
    multiply_adds=103_347_650_560,
    source="Chen et al., 2020",
)
def igpt_small(vocabulary=512, image_size=32, dim=512, depth=24, num_heads=8):
    """iGPT-S for 32×32 images in 512 colours: 76,707,328 parameters.

    103 billion multiply-adds an image, of which attention over 1,024 pixels takes a quarter.
    Chen et al., Generative pretraining from pixels, 2020.
    """
    return ImageGPT(vocabulary, image_size, dim, depth, num_heads)
