"""Judges the formulas that are not in xlnet's own words: does one of them mean the same?

A formula and xlnet's own at its place are computed beside each other, in a small workbook of their own, from numbers
that are typed into every cell that either of them cites: at points that tell apart what agrees by luck. The reference
judges what xlnet writes; here an engine is asked whether the other formula is another way to write it.
"""
