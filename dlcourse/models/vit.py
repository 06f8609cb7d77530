"""Vision transformer: an image is a sentence of patches (Dosovitskiy et al., 2021)."""

import torch
from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register
from dlcourse.models.transformer import Block, initialize


class VisionTransformer(nn.Module):
    """Patches → linear layer → + places → `depth` blocks → the class token's vector → scores.

    x: (N, in_channels, image_size, image_size), cut into (image_size / patch_size)² patches.
    Returns scores: (N, num_classes). The class token is a learned vector that is put before the
    patches and gathers from them what the classifier needs.
    """

    def __init__(
        self, image_size, patch_size, dim, depth, num_heads, num_classes=1000, in_channels=3,
        dropout=0.0,
    ):  # fmt: skip
        super().__init__()
        if image_size % patch_size:
            raise ValueError(
                f"patches of {patch_size} do not tile an image of {image_size}: choose an "
                f"image_size divisible by {patch_size}"
            )
        self.in_channels, self.image_size = in_channels, image_size
        patches = (image_size // patch_size) ** 2
        self.class_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.positions = nn.Parameter(torch.empty(1, patches + 1, dim).normal_(std=0.02))
        # A convolution whose kernels do not overlap: one linear layer for all patches.
        self.embed = nn.Conv2d(in_channels, dim, patch_size, stride=patch_size)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.Sequential(*(Block(dim, num_heads, dropout=dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, num_classes)
        initialize(self)
        fan_in = in_channels * patch_size**2
        nn.init.trunc_normal_(self.embed.weight, std=fan_in**-0.5)
        nn.init.zeros_(self.embed.bias)

    def tokens(self, x):
        """What the first block sees: (N, 1 + patches, dim), the class token first."""
        check_images(x, self.in_channels, exactly=self.image_size)
        patches = self.embed(x).flatten(2).transpose(1, 2)  # (N, patches, dim)
        first = self.class_token.expand(len(x), -1, -1)
        return self.dropout(torch.cat([first, patches], dim=1) + self.positions)

    def forward(self, x):
        x = self.norm(self.blocks(self.tokens(x)))
        return self.head(x[:, 0])

    @torch.no_grad()
    def attention_maps(self, x):
        """What every place looks at, in every block: (depth, N, num_heads, T, T)."""
        x, maps = self.tokens(x), []
        for block in self.blocks:
            maps.append(block.attention.weights(block.norm1(x)))
            x = block(x)
        return torch.stack(maps)


@register(
    input_size=(3, 224, 224),
    parameters=5_717_416,
    multiply_adds=1_253_683_200,
    source="Touvron et al., 2021",
)
def vit_tiny(
    num_classes=1000, in_channels=3, image_size=224, patch_size=16, dim=192, depth=12, num_heads=3,
    dropout=0.0,
):  # fmt: skip
    """ViT-Ti/16 for 224×224 images: 5,717,416 parameters, 1.25 billion multiply-adds.

    Touvron et al., Training data-efficient image transformers and distillation through attention,
    2021; the arguments make it as small as a laptop wants it.
    """
    return VisionTransformer(
        image_size, patch_size, dim, depth, num_heads, num_classes, in_channels, dropout
    )


@register(
    input_size=(3, 224, 224),
    parameters=86_567_656,
    multiply_adds=17_563_828_224,
    source="Dosovitskiy et al., 2021",
)
def vit_b_16(num_classes=1000, in_channels=3, image_size=224, dropout=0.0):
    """ViT-B/16 for 224×224 images: 86,567,656 parameters, 17.56 billion multiply-adds.

    Dosovitskiy et al., An image is worth 16×16 words: transformers for image recognition at scale,
    2021.
    """
    return VisionTransformer(image_size, 16, 768, 12, 12, num_classes, in_channels, dropout)
