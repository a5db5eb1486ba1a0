"""A test's own connection to an X server, by python-xlib, to paint and to move things."""

from Xlib.display import Display
from Xlib.protocol import display, event


def open_display(name: str) -> Display:
    """python-xlib keeps one table of events for all servers of the process, which is wrong for the second one."""
    table = event.event_class.copy()
    display.Display.event_classes = table
    opened = Display(name)
    opened.display.event_classes = table
    return opened
