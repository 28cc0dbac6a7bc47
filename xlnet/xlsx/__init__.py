"""The XML of the xlsx file, which no other part of xlnet knows.

openpyxl writes no value beside a formula, holds every cell in memory and takes 5 µs for each. So it makes the frame
(styles, small sheets, charts, properties), and here its parts are put in order, given their values, and long tables
are streamed into it.
"""
