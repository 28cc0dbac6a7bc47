"""From a wrong gradient to the smallest change of its formula, or of a cell that it cites, with which it is right."""
