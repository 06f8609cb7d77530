"""An embedding and a small network on the mean of a sentence's vectors."""

from torch import nn

from dlcourse.models.registry import register


class EmbeddingClassifier(nn.Module):
    """scores = MLP(mean of E[w] over the words w of the sentence).

    x: (N, T) integers below `vocabulary`; places that hold `padding` do not count, and a sentence
    of nothing else has the mean zero. Returns scores: (N, num_classes). The order of the words does
    not matter to it: "not good, bad" and "not bad, good" are the same sentence.
    """

    def __init__(self, vocabulary, num_classes, embedding_dim, hidden_size, padding):
        super().__init__()
        self.padding = padding
        self.embedding = nn.Embedding(vocabulary, embedding_dim, padding_idx=padding)
        self.classifier = nn.Sequential(
            nn.Linear(embedding_dim, hidden_size), nn.ReLU(), nn.Linear(hidden_size, num_classes)
        )

    def forward(self, x):
        present = (x != self.padding).unsqueeze(-1).to(self.embedding.weight.dtype)  # (N, T, 1)
        total = (self.embedding(x) * present).sum(1)  # (N, embedding_dim)
        return self.classifier(total / present.sum(1).clamp(min=1))


@register(
    input_size=(16,),
    smallest=(2,),
    vocabulary="vocabulary",
    parameters=16_306,
    multiply_adds=16 * 16 + 16 * 2,
    source="Iyyer et al., 2015",
)
def sentiment_classifier(
    vocabulary=1000, num_classes=2, embedding_dim=16, hidden_size=16, padding=0
):
    """A deep averaging network on 1,000 words: 16,306 parameters, all but 306 in the embedding.

    288 multiply-adds a sentence: a look-up multiplies nothing. Iyyer et al., Deep unordered
    composition rivals syntactic methods for text classification, 2015.
    """
    return EmbeddingClassifier(vocabulary, num_classes, embedding_dim, hidden_size, padding)
