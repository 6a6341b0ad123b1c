"""Asks every window whose title ends with a name to close, as its frame's button does: WM_DELETE_WINDOW (ICCCM 4.2.8.1).

WebDriver closes a page without asking it, and a display without a window manager has no button to press.
Usage: DISPLAY=:1 close_asked.py NAME
"""

import ctypes
import sys

CLIENT_MESSAGE = 33


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent with format 32, padded to the size of XEvent."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * 24),
    ]


x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x11.XDefaultRootWindow.restype = ctypes.c_ulong
x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x11.XInternAtom.restype = ctypes.c_ulong
x11.XFetchName.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.POINTER(ctypes.c_char_p)]
x11.XQueryTree.argtypes = [
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.POINTER(ctypes.c_ulong),
    ctypes.POINTER(ctypes.c_ulong),
    ctypes.POINTER(ctypes.POINTER(ctypes.c_ulong)),
    ctypes.POINTER(ctypes.c_uint),
]
x11.XSendEvent.argtypes = [
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.c_int,
    ctypes.c_long,
    ctypes.POINTER(ClientMessage),
]
x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]


def children(display, window):
    """The windows directly within a window."""
    root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
    found = ctypes.POINTER(ctypes.c_ulong)()
    x11.XQueryTree(display, window, root, parent, found, count)
    return [found[index] for index in range(count.value)]


def name_of(display, window):
    """What a window is called."""
    name = ctypes.c_char_p()
    x11.XFetchName(display, window, name)
    return (name.value or b"").decode(errors="replace")


def main():
    """Sends the message to each window of that name."""
    display = x11.XOpenDisplay(None)
    if not display:
        sys.exit("no display")
    message = ClientMessage(type=CLIENT_MESSAGE, format=32)
    message.message_type = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
    message.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    asked = 0
    for window in children(display, x11.XDefaultRootWindow(display)):
        if name_of(display, window).endswith(sys.argv[1]):
            message.window = window
            asked += x11.XSendEvent(display, window, 0, 0, message)
    x11.XSync(display, 0)
    if asked == 0:
        sys.exit(f"no window is called {sys.argv[1]}")


main()
