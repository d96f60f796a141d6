"""The open-data package: what a city publishes, made of the data sets of a run."""
