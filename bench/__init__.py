"""Accuracy and speed of the main job, against the truth and against named peers, in one run."""
