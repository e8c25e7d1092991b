"""A place for tray icons on the session bus: the watcher and host of the StatusNotifierItem specification.

Speaks lines on its standard streams. It prints `ready` when icons may come. Each line it reads it answers with one line of JSON:
`menu` gives the icon's menu, null when there is no icon; `click LABEL` chooses an entry as a person does; `look` gives the colour
of the icon in the middle of its lower end corner, as red, green, blue and opacity.
"""

import json
import os
import sys

import gi

gi.require_version("Gio", "2.0")
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, Gio, GLib  # noqa: E402

WATCHER = """<node><interface name='org.kde.StatusNotifierWatcher'>
<method name='RegisterStatusNotifierItem'><arg type='s' direction='in'/></method>
<method name='RegisterStatusNotifierHost'><arg type='s' direction='in'/></method>
<property name='RegisteredStatusNotifierItems' type='as' access='read'/>
<property name='IsStatusNotifierHostRegistered' type='b' access='read'/>
<property name='ProtocolVersion' type='i' access='read'/>
<signal name='StatusNotifierItemRegistered'><arg type='s'/></signal>
<signal name='StatusNotifierHostRegistered'/>
</interface></node>"""

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
item = None


def say(what):
    print(what, flush=True)


def called(connection, sender, path, interface, method, parameters, invocation):
    global item
    if method == "RegisterStatusNotifierItem":
        (given,) = parameters.unpack()
        item = (sender, given if given.startswith("/") else "/StatusNotifierItem")
        invocation.return_value(None)
        connection.emit_signal(None, path, interface, "StatusNotifierItemRegistered", GLib.Variant("(s)", (given,)))
    else:
        invocation.return_value(None)


def got(connection, sender, path, interface, name):
    return {
        "RegisteredStatusNotifierItems": GLib.Variant("as", ["".join(item)] if item else []),
        "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
        "ProtocolVersion": GLib.Variant("i", 0),
    }[name]


def call(path, interface, method, parameters, answer):
    return bus.call_sync(item[0], path, interface, method, parameters, GLib.VariantType(answer), 0, 10_000, None).unpack()


def prop(name):
    parameters = GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", name))
    return call(item[1], "org.freedesktop.DBus.Properties", "Get", parameters, "(v)")[0]


def entries(node):
    """The menu as nested lists of label, id and whether it can be chosen."""
    number, properties, children = node
    return {
        "id": number,
        "label": properties.get("label", "").replace("_", ""),
        "enabled": properties.get("enabled", True),
        "children": [entries(child) for child in children],
    }


def dot():
    path = prop("IconName")
    if not os.path.isabs(path):
        path = os.path.join(prop("IconThemePath"), path + ".png")
    picture = GdkPixbuf.Pixbuf.new_from_file(path)
    x, y = picture.get_width() * 3 // 4, picture.get_height() * 3 // 4
    start = y * picture.get_rowstride() + x * picture.get_n_channels()
    return list(picture.get_pixels()[start : start + 4])


def menu():
    # Passive icons are not to be shown; some libraries leave them like this when they take them away.
    if item is None or prop("Status") == "Passive":
        return None
    parameters = GLib.Variant("(iias)", (0, -1, []))
    _, root = call(prop("Menu"), "com.canonical.dbusmenu", "GetLayout", parameters, "(u(ia{sv}av))")
    return entries(root)


def find(node, label):
    if node["label"] == label:
        return node
    return next((found for child in node["children"] if (found := find(child, label))), None)


def click(label):
    found = find(menu(), label)
    if found is None:
        return f"no entry {label}"
    parameters = GLib.Variant("(isvu)", (found["id"], "clicked", GLib.Variant("s", ""), 0))
    call(prop("Menu"), "com.canonical.dbusmenu", "Event", parameters, "()")
    return "clicked"


def heard(stream, condition):
    line = sys.stdin.readline()
    if not line:
        loop.quit()
        return False
    word, _, rest = line.strip().partition(" ")
    try:
        answer = {"menu": menu, "look": dot, "click": lambda: click(rest)}[word]()
    except GLib.Error as error:
        answer = {"failed": error.message}
    say(json.dumps(answer))
    return True


def gone(connection, sender, path, interface, signal, parameters):
    """An icon goes with the program it belongs to."""
    global item
    name, _, owner = parameters.unpack()
    if item is not None and name == item[0] and owner == "":
        item = None


def owned(connection, name):
    node = Gio.DBusNodeInfo.new_for_xml(WATCHER)
    connection.register_object("/StatusNotifierWatcher", node.interfaces[0], called, got, None)
    say("ready")


bus.signal_subscribe(None, "org.freedesktop.DBus", "NameOwnerChanged", None, None, Gio.DBusSignalFlags.NONE, gone)
Gio.bus_own_name_on_connection(bus, "org.kde.StatusNotifierWatcher", 0, owned, None)
GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, heard)
loop = GLib.MainLoop()
loop.run()
