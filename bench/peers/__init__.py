"""Other programs that read tables, each in an environment of its own, and floors below which no program can go."""
