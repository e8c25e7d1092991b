"""How many pixels of a picture are as red as the line below a misspelt word: red_pixels.py PICTURE LEFT TOP WIDTH HEIGHT."""

import sys

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf  # noqa: E402

left, top, width, height = map(int, sys.argv[2:])
picture = GdkPixbuf.Pixbuf.new_from_file(sys.argv[1])
pixels, stride, channels = picture.get_pixels(), picture.get_rowstride(), picture.get_n_channels()
red = 0
for y in range(top, top + height):
    for x in range(left, left + width):
        at = y * stride + x * channels
        r, g, b = pixels[at : at + 3]
        if r > 190 and g < 150 and b < 150:
            red += 1
print(red)
