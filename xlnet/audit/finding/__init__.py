"""The network in a workbook, found by what cites what: updates, weights, gradients, learning rates, losses."""
