"""The Validation sheet: loss and accuracy on all training samples and on those held out, as the run goes on.

The forward pass is laid out once more, of every sample at some iterations.
"""

NAME = "Validation"
