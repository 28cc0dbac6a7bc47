"""The Proof sheet: every gradient of the chosen iteration twice, by backpropagation and by central differences.

The forward pass is laid out once more, one row per moved parameter: once with p + h, once with p − h.
"""

NAME = "Proof"
