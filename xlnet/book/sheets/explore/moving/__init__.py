"""Charts beside the picture of the Explore sheet: they show the chosen iteration, and move as it is turned."""
