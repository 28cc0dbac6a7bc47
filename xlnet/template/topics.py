"""The bundled templates by topic, in the order in which they are taught."""

from __future__ import annotations

# Every bundled template stands in exactly one topic. Other languages call the topics by what stands with their texts.
TOPICS: dict[str, tuple[str, ...]] = {
    "First steps": ("seed", "mazur", "lesson", "misconceptions"),
    "Activation and loss": ("byhand", "logistic", "xor", "circle"),
    "Optimisers": (
        "valley_sgd",
        "valley_momentum",
        "valley_nesterov",
        "valley_adagrad",
        "valley_rmsprop",
        "valley_adam",
        "valley_adamw",
    ),
    "Data": ("regression", "iris", "overfit"),
    "Depth": ("resnet",),
    "Images": ("conv", "edge", "digits"),
    "Embeddings and codes": ("taste", "autoencoder"),
    "Sequences": ("echo", "memory"),
    "Attention": ("attention", "transformer"),
}
