"""Each gradient beside the derivative of the loss, at the workbook's own numbers and at others."""
