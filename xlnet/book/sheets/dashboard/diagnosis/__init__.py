"""What is wrong with the network, said on the Dashboard sheet in live sentences, each only where it applies.

`signs` are the numbers that tell, in a table beside those of the charts, and `findings` the sentences.
"""
