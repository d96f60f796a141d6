"""DOC, RTF and ODT to `Document`: LibreOffice writes them as DOCX, which `word` reads.

Guarantee: LibreOffice runs without a window, in a profile of its own that is thrown away, under limits of time and
memory; it runs no macros and fetches nothing. It ends with the document, whatever the document does to it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from extractors.document import Document
from extractors.errors import Broken, Refused
from extractors.limits import LIMITS, WAITING
from extractors.sniff import DOC, ODT, RTF

SUFFIXES = {DOC: ".doc", RTF: ".rtf", ODT: ".odt"}

_SETTINGS = {
    "Office.Common/Security/Scripting": {
        "MacroSecurityLevel": "3",
        "DisableMacrosExecution": "true",
        "DisableActiveContent": "true",
        "BlockUntrustedRefererLinks": "true",
    },
    "Office.Writer/Content/Update": {"Link": "0", "Field": "false"},
}
"""No macros, be they signed; no active content; links are not followed, and fields stay as they were saved."""

_LIMITED = 'ulimit -c 0; ulimit -t $(($1 + 5)); ulimit -S -t "$1"; ulimit -d "$2" 2> /dev/null; shift 2; exec "$@"'
"""Sets limits of CPU seconds and of data in KB for a program. Where a system has no limit of data, none is held."""


def program() -> str | None:
    """Find LibreOffice; `None` where it is missing."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def read_office(data: bytes, file_name: str, document_id: str, media_type: str) -> Document:
    """Read a document of an older or other office format.

    Raises:
        Refused: `libreoffice`, where it is missing; `limit:office_seconds`; or as `word.read_word`.
        Broken: `damaged`, where LibreOffice cannot open it; or as `word.read_word`.
    """
    from extractors.word import read_word

    office = program()
    if office is None:
        raise Refused(
            "libreoffice",
            f"a {SUFFIXES[media_type][1:].upper()} file is read through LibreOffice, which is missing; install it, for "
            "example with `apt-get install libreoffice-writer-nogui`, or save the file as DOCX",
        )
    with TemporaryDirectory(prefix="zvity-office-") as scratch:
        return read_word(as_docx(data, media_type, office, Path(scratch)), file_name, document_id, media_type)


def as_docx(data: bytes, media_type: str, office: str, scratch: Path) -> bytes:
    """Let LibreOffice write a document as DOCX; `scratch` is an empty folder, to be thrown away after it.

    Raises:
        Refused: `limit:office_seconds`.
        Broken: `damaged`.
    """
    source = scratch / f"document{SUFFIXES[media_type]}"
    source.write_bytes(data)
    profile = scratch / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_registry(), encoding="utf-8")
    target = scratch / "docx" / "document.docx"
    command = [
        office, "--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard", "--nolockcheck",
        f"-env:UserInstallation={profile.parent.as_uri()}", "--convert-to", "docx:MS Word 2007 XML",
        "--outdir", str(target.parent), str(source),
    ]  # fmt: skip
    code = _run(command, scratch)
    if code is None or -code == signal.SIGXCPU or code == 128 + signal.SIGXCPU:
        raise Refused(
            "limit:office_seconds",
            "LibreOffice takes longer than the limit office_seconds to open the document; save it as DOCX",
        )
    if not target.is_file():
        raise Broken(
            "damaged",
            f"LibreOffice cannot open the document (exit code {code}); save it as DOCX in the program that made it",
        )
    return target.read_bytes()


def _run(command: list[str], scratch: Path) -> int | None:
    """Run a program under the limits; give its exit code, `None` where it took too long by the clock."""
    limits = [str(LIMITS.office_seconds), str(LIMITS.memory_bytes // 1024)]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
    }  # fmt: skip
    with subprocess.Popen(
        ["/bin/sh", "-c", _LIMITED, "sh", *limits, *command],
        cwd=scratch,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        try:
            return running.wait(timeout=WAITING * LIMITS.office_seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)  # with all it started


def _registry() -> str:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}">'
        f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, properties in _SETTINGS.items()
        for name, value in properties.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )
