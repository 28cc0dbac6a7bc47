"""Sheet Proof: every gradient of the chosen iteration twice, by backpropagation and by central differences.

The forward pass is laid out once more, a row a moved parameter: once with p + h, once with p − h.
"""

NAME = "Proof"
