"""Sheet Predict: what the trained network makes of inputs that a person types, of the samples, and of the whole plane.

The forward pass is laid out once more, one row per input.
"""

NAME = "Predict"
