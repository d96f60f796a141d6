"""The lists of a package beside its data sets: what changed, and where the data come from; their columns.

Only light imports: descriptions and data files are both made after this.
"""

from __future__ import annotations

from validators.model import Dataset, Field

CHANGES = Dataset(
    "changes",
    "a row per difference from the package before",
    ("change", "report_id", "table", "row", "column", "field"),
    (
        Field(
            "change",
            "text",
            "what kind of difference it is",
            True,
            ("report_added", "report_removed", "cell_added", "cell_removed", "cell_changed"),
        ),
        Field("report_id", "text", "the report that differs", True),
        Field("table", "integer", "table, where the difference is in one", minimum=1),
        Field("row", "integer", "row of the cell that differs", minimum=0),
        Field("column", "integer", "column of the cell that differs", minimum=0),
        Field("field", "text", "column of `observations` that differs, where a cell changed"),
        Field("before", "text", "what stood there in the package before"),
        Field("after", "text", "what stands there now"),
        Field("document_id_before", "text", "file that the report was read from before", pattern=r"[0-9a-f]{64}"),
        Field("document_id_after", "text", "file that the report is read from now", pattern=r"[0-9a-f]{64}"),
        Field("file_name_before", "text", "name of that file before"),
        Field("file_name_after", "text", "name of that file now"),
        Field("version_before", "text", "version of zvity that read it before"),
        Field("version_after", "text", "version of zvity that reads it now"),
    ),
)

SOURCES = Dataset(
    "sources",
    "a row per file: those that reports were read from, and those that hold the same reports",
    ("document_id",),
    (
        Field("document_id", "text", "SHA-256 of the file's bytes", True, pattern=r"[0-9a-f]{64}"),
        Field("report_id", "text", "the same for all files that hold the same report", True),
        Field("file_name", "text", "path of the file below its source", True),
        Field("media_type", "text", "kind of the file, read from its content"),
        Field("title", "text", "title of the report as printed"),
        Field("program_title", "text", "title of the programme reported on"),
        Field("program_key", "text", "number and date of the decision that approved the programme"),
        Field("hromada", "text", "territorial community"),
        Field("katottg", "text", "its code in the KATOTTH codifier", pattern=r"UA\d{17}"),
        Field("period_start", "integer", "first year of the programme", minimum=1900),
        Field("period_end", "integer", "last year of the programme", minimum=1900),
        Field(
            "reading_of",
            "text",
            "`document_id` of the file that the report was read from; none for that file itself",
            pattern=r"[0-9a-f]{64}",
        ),
    ),
)
