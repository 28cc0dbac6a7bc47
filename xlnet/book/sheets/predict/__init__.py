"""The Predict sheet: what the trained network makes of inputs that a person types, of the samples, and of the plane.

The forward pass is laid out once more, one row per input.
"""

NAME = "Predict"
