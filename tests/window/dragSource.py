"""A small window beside the app, from which files can be dragged as from a file manager.

Usage: dragSource.py X Y FILE…  Says "ready" once it can be dragged from, and "taken" when somebody took the files.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

left, top, *files = sys.argv[1:]
addresses = [Path(name).resolve().as_uri() for name in files]

# No window manager places or covers a popup.
window = Gtk.Window(type=Gtk.WindowType.POPUP)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label="files"))
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
handle.connect("drag-data-get", lambda _widget, _context, data, _info, _time: data.set_uris(addresses))
handle.connect("drag-end", lambda _widget, _context: print("ended", flush=True))
window.add(handle)
window.resize(80, 50)
window.move(int(left), int(top))
window.connect("map-event", lambda _widget, _event: print("ready", flush=True))
window.show_all()
Gtk.main()
