"""The sheets of an exercise: what a student fills in, and hidden behind it the answers, and how blanks are marked."""

NAME, ANSWERS, MARKING, HANDOUT = "Exercise", "Answers", "Marking", "Handout"
