"""A file manager on the session bus, as far as programs show files in it: org.freedesktop.FileManager1.

Prints `ready` once it may be asked, and then one line of JSON for each call: the name of the method and the addresses it was given.
"""

import json

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.freedesktop.FileManager1"
INTERFACE = f"""<node><interface name='{NAME}'>
<method name='ShowItems'><arg type='as' direction='in'/><arg type='s' direction='in'/></method>
<method name='ShowFolders'><arg type='as' direction='in'/><arg type='s' direction='in'/></method>
</interface></node>"""


def say(what):
    print(what, flush=True)


def called(connection, sender, path, interface, method, parameters, invocation):
    say(json.dumps([method, parameters.unpack()[0]]))
    invocation.return_value(None)


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
node = Gio.DBusNodeInfo.new_for_xml(INTERFACE)
bus.register_object("/org/freedesktop/FileManager1", node.interfaces[0], called, None, None)
Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: say("ready"), None)
GLib.MainLoop().run()
