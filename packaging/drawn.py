"""Waits until something has been drawn on the screen of an Xvfb and stands still, then keeps a picture of it.

Reads the framebuffer that `Xvfb -fbdir` maps to a file (X Window Dump, version 7: XWDFile.h) and writes a PNG, so
that no tool of X is needed. Fails when the screen stays blank: an empty window has few colours, text has many.
Usage: drawn.py FRAMEBUFFER PICTURE SECONDS
"""

import struct
import sys
import time
import zlib

HEADER_FIELDS = 25
COLOUR_BYTES = 12
# Letters are drawn with soft edges: a page of text has hundreds of colours.
DRAWN_COLOURS = 100


def screen(path):
    """The screen as (width, height, rows of red, green, blue)."""
    with open(path, "rb") as file:
        dump = file.read()
    header = struct.unpack_from(f">{HEADER_FIELDS}I", dump)
    start, width, height, stride, colours = header[0], header[4], header[5], header[12], header[19]
    start += colours * COLOUR_BYTES
    rows = []
    for y in range(height):
        row = dump[start + y * stride : start + y * stride + width * 4]
        # 32 bits a pixel, the least significant byte first: blue, green, red, unused
        rows.append(bytes(value for trio in zip(row[2::4], row[1::4], row[0::4]) for value in trio))
    return width, height, rows


def colours_of(rows):
    """How many different colours there are."""
    return len({row[at : at + 3] for row in rows for at in range(0, len(row), 3)})


def png(width, height, rows):
    """The picture in the PNG format (RFC 2083), 8 bits a channel."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def main():
    """Looks once a second."""
    framebuffer, picture, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    deadline = time.monotonic() + seconds
    before = None
    while time.monotonic() < deadline:
        time.sleep(1)
        width, height, rows = screen(framebuffer)
        drawn = colours_of(rows) >= DRAWN_COLOURS
        if drawn and rows == before:
            break
        before = rows
    with open(picture, "wb") as file:
        file.write(png(width, height, rows))
    if not drawn:
        sys.exit(f"the screen is blank after {seconds:.0f} s: {colours_of(rows)} colours")


main()
