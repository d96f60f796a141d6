"""zvity: report tables of Ukrainian municipal documents to validated, tidy data sets."""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # that of `typing` would have to be loaded
if TYPE_CHECKING:
    from os import PathLike

    from pipeline.frames import Frames


def read(source: str | PathLike[str], families: str | PathLike[str] | None = None) -> Frames:
    """Give pandas frames of a document, or of the data sets that `zvity run` wrote.

    The frames have the columns of docs/datasets.md. Decimals stay exact (`decimal128[pyarrow]`); `.astype("Float64")`
    gives floats. A document is read in a process of its own, within its limits of time and memory. It is compared with
    no other and no corrections are applied: for these, and for many documents, use `zvity run` and read its output.

    Example:
        >>> import pipeline
        >>> report = pipeline.read("report.docx")
        >>> measures = report["program_measures"]
        >>> measures[measures["row_kind"] == "item"].groupby("period_start")["plan"].sum()

    Args:
        source: path or URL of a document, or path of an output folder.
        families: a folder with kinds of report of your own, where `source` is a document.

    Returns:
        A mapping of names to frames; only those that have rows are there.

    Raises:
        FileNotFoundError: there is no such file.
        InputError: the document is refused or cannot be read; the message says why and what to do.
        UsageError: the folder holds no data sets that can be read.
    """
    from pipeline import frames

    return frames.read(source, families)
