"""The audit of anybody's workbook: the network in it is found, and each gradient is compared with the derivative."""
