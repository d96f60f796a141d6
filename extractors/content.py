"""What stands on a page, and the frame its places count in.

Guarantee: places are points from the upper left corner of the page as it is shown, crop box and rotation applied.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extractors.document import BBox
from extractors.lattice import Ruling
from extractors.layout import Run


@dataclass(frozen=True, slots=True)
class Frame:
    """Turns PDF user space into points from the upper left corner of the page as shown.

    `left` and `bottom` are the crop box's corner, `width` and `height` its size before the page is turned clockwise by
    `rotation` degrees.
    """

    left: float
    bottom: float
    width: float
    height: float
    rotation: int

    def box(self, x0: float, y0: float, x1: float, y1: float) -> BBox:
        """Give the box between the lower left and the upper right corner."""
        if not self.rotation:
            left, top = self.left, self.bottom + self.height
            return (x0 - left, top - y1, x1 - left, top - y0)
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        return (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Give the point as shown."""
        x, y = x - self.left, y - self.bottom
        match self.rotation:
            case 90:
                return (y, x)
            case 180:
                return (self.width - x, y)
            case 270:
                return (self.height - y, self.width - x)
            case _:
                return (x, self.height - y)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as shown, in points."""
        return (self.width, self.height) if self.rotation in (0, 180) else (self.height, self.width)


@dataclass(slots=True)
class Content:
    """What stands on a page `width` by `height` points.

    `dots` are the middles of marks too small to
    have a direction; a dotted line is a row of them.
    """

    width: float
    height: float
    runs: list[Run] = field(default_factory=list)
    horizontal: list[Ruling] = field(default_factory=list)
    vertical: list[Ruling] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    pictures: list[BBox] = field(default_factory=list)
    text: str = ""
    """All characters in the order in which PDFium gives them."""
    drawings: int = 0
    """Paths that draw no ruling line."""
    turned: bool = False
    """Whether any run is not upright."""

    @property
    def picture_share(self) -> float:
        """The share of the page that pictures cover, 0-1."""
        covered = sum(
            max(0.0, min(x1, self.width) - max(x0, 0.0)) * max(0.0, min(bottom, self.height) - max(top, 0.0))
            for x0, top, x1, bottom in self.pictures
        )
        return min(1.0, covered / max(self.width * self.height, 1.0))
