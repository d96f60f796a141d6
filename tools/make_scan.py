"""Turn a PDF into what a poor office scanner gives: grey, noisy, skewed JPEG pictures without a text layer.

The sample `data/raw/report-scan.pdf` is made with it from `report.pdf`, so that the truth behind a scan is known. The
same arguments give the same bytes: the noise is seeded and the file carries no date.

    python tools/make_scan.py report.pdf data/raw/report-scan.pdf
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

PAPER = 246.0
"""Grey level of the paper: below white, so that noise goes both ways."""
INK = 28.0
"""Grey level of the print."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """How bad the scanner is: `dpi`, noise `sigma` in grey levels, `skew` in degrees (clockwise), JPEG `quality`."""

    dpi: int
    sigma: float
    skew: float
    quality: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scanned page: its JPEG bytes, size in pixels, and size in points."""

    jpeg: bytes
    pixels: tuple[int, int]
    points: tuple[float, float]


def scan_page(page: pypdfium2.PdfPage, scanner: Scanner, noise: np.random.Generator) -> Leaf:
    """Render one page and spoil it: skew first, then noise, then the losses of JPEG."""
    width, height = page.get_size()
    picture = np.asarray(page.render(scale=scanner.dpi / 72, grayscale=True).to_numpy()).squeeze()
    rows, columns = picture.shape
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), -scanner.skew, 1.0)
    turned = cv2.warpAffine(picture, turn, (columns, rows), flags=cv2.INTER_LINEAR, borderValue=(255.0,))
    grey = INK + turned.astype(np.float32) * ((PAPER - INK) / 255)
    grey += noise.normal(0.0, scanner.sigma, grey.shape).astype(np.float32)
    spoiled: NDArray[np.uint8] = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", spoiled, [cv2.IMWRITE_JPEG_QUALITY, scanner.quality])
    return Leaf(jpeg.tobytes(), (columns, rows), (width, height))


def pdf_bytes(leaves: Iterable[Leaf]) -> bytes:
    """Write a PDF of one picture a page, with no identifier and no date."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for leaf in leaves:
        first = len(objects) + 1
        (columns, rows), (width, height) = leaf.pixels, leaf.points
        drawing = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Scan Do Q".encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] /Contents {first + 1} 0 R "
            f"/Resources << /XObject << /Scan {first + 2} 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing))
        objects.append(
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
            b"/Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (columns, rows, len(leaf.jpeg), leaf.jpeg)
        )
        kids.append(f"{first} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()

    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        written += b"%010d 00000 n \n" % place
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(written)


def main() -> None:
    """Read the arguments, scan the pages, write the file."""
    parser = argparse.ArgumentParser(description="Turn a PDF into a noisy scan of itself.")
    parser.add_argument("source", type=Path, help="the PDF to scan")
    parser.add_argument("target", type=Path, help="where the scanned PDF goes")
    parser.add_argument("--dpi", type=int, default=200, help="resolution of the scanner (default: %(default)s)")
    parser.add_argument("--sigma", type=float, default=10.0, help="noise in grey levels (default: %(default)s)")
    parser.add_argument("--skew", type=float, default=0.7, help="degrees clockwise (default: %(default)s)")
    parser.add_argument("--quality", type=int, default=50, help="JPEG quality, 1-100 (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1484, help="seed of the noise (default: %(default)s)")
    parser.add_argument("--pages", type=int, nargs="*", help="only these pages, counted from 1 (default: all)")
    arguments = parser.parse_args()
    scanner = Scanner(arguments.dpi, arguments.sigma, arguments.skew, arguments.quality)
    noise = np.random.default_rng(arguments.seed)
    document = pypdfium2.PdfDocument(arguments.source)
    numbers = arguments.pages or range(1, len(document) + 1)
    leaves = [scan_page(document[number - 1], scanner, noise) for number in numbers]
    arguments.target.write_bytes(pdf_bytes(leaves))


if __name__ == "__main__":
    main()
