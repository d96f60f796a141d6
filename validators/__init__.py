"""Is it true: schemas of the data sets, the report's own arithmetic, and the proof that nothing was lost."""
