"""zvity: report tables of Ukrainian municipal documents to validated, tidy data sets."""

__version__ = "0.1.0"
