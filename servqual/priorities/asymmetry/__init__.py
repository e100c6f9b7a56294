"""Effects of low and high answers: penalties and rewards, and Kano questionnaires."""
