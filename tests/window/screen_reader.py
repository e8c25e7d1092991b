"""What a screen reader finds: everything that AT-SPI tells of the app's window, one line of JSON each.

Role, name, description and states; of places that say that their changes are to be spoken, how (`live`) and what stands
in them now.
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

APP = "cubist"


def application():
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(index)
        if child is not None and child.get_name() == APP:
            return child
    sys.exit("the app is not on the accessibility bus")


def tell(node):
    try:
        live = (node.get_attributes() or {}).get("live", "off")
        has_text = live != "off" and node.get_text_iface() is not None
        told = {
            "role": node.get_role_name(),
            "name": node.get_name(),
            "description": node.get_description(),
            "states": [state.value_nick for state in node.get_state_set().get_states()],
            "live": live,
            "text": Atspi.Text.get_text(node, 0, -1) if has_text else "",
        }
        children = [node.get_child_at_index(index) for index in range(node.get_child_count())]
    except GLib.Error:
        # Gone while it was looked at: the page goes on meanwhile.
        return
    print(json.dumps(told, ensure_ascii=False))
    for child in children:
        if child is not None:
            tell(child)


Atspi.init()
tell(application())
