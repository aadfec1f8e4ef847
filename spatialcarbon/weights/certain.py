"""Small geometric tests that may say "perhaps", but never "surely" when it is not so."""

from __future__ import annotations

from spatialcarbon.core.compiled import compiled

ROUNDING = 3.3306690738754716e-16
"""Largest relative rounding error of a 2 × 2 determinant of differences (Shewchuk 1997)."""

TINY = 1e-280
"""Below this, products may have lost digits to underflow."""

POINT = "f8,f8,"


@compiled(f"i8({POINT}{POINT}f8,f8)")
def side(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> int:
    """Return 1 or -1 where c surely lies left or right of the line from a to b, else 0."""
    left = (ax - cx) * (by - cy)
    right = (ay - cy) * (bx - cx)
    turn = left - right
    if abs(turn) > ROUNDING * (abs(left) + abs(right)) + TINY:
        return 1 if turn > 0 else -1
    return 0


@compiled(f"b1({POINT}{POINT}{POINT}f8,f8)")
def apart(
    ax: float,
    ay: float,
    bx: float,
    by: float,
    cx: float,
    cy: float,
    dx: float,
    dy: float,
) -> bool:
    """Return whether the segments ab and cd surely have no point in common."""
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return True
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return True
    turn = side(ax, ay, bx, by, cx, cy)
    if turn != 0 and turn == side(ax, ay, bx, by, dx, dy):
        return True
    turn = side(cx, cy, dx, dy, ax, ay)
    return turn != 0 and turn == side(cx, cy, dx, dy, bx, by)


@compiled(f"b1({POINT}{POINT}f8,f8)")
def forked(px: float, py: float, qx: float, qy: float, rx: float, ry: float) -> bool:
    """Return whether the segments pq and pr surely have only p in common."""
    if side(px, py, qx, qy, rx, ry) != 0:
        return True
    if (px == qx and py == qy) or (px == rx and py == ry):
        return False
    across = min(max(px, qx), max(px, rx)) == max(min(px, qx), min(px, rx))
    along = min(max(py, qy), max(py, ry)) == max(min(py, qy), min(py, ry))
    return across and along
