"""Harms by communication: with local services through every kind of socket, with a terminal, and as a server."""

from __future__ import annotations

from behaviour import Behaviour, harm, reach

BY_HAND = """\
import ctypes, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
one = libc.socket(2, 1, 0)
libc.connect(one, struct.pack("=HH4s8x", 2, socket.htons({port}), bytes([127, 0, 0, 1])), 16)
"""
FAMILIES = {
    "a raw socket": ("Could forge packets.", "socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)"),
    "a packet socket": ("Could listen to the network.", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)"),
    "a socket to the kernel": ("Could change the network's settings.", "socket.socket(16, socket.SOCK_RAW, 0)"),
    "a socket to the machine's host": (
        "Could talk to what runs it.",
        "socket.socket(40, socket.SOCK_STREAM)",
    ),
    "a socket to the kernel's ciphers": ("Could reach seldom tried code.", "socket.socket(38, socket.SOCK_SEQPACKET)"),
}

HARMS: tuple[Behaviour, ...] = (
    harm(
        "connects by TCP",
        "Calls a service on this machine.",
        "import socket; socket.create_connection(('127.0.0.1', {port}), 5)",
        lambda victim: victim.reached("tcp"),
    ),
    harm(
        "connects by TCP in the new way",
        "The same from a socket of IPv6, to an address that stands for the old one.",
        """
        import socket
        one = socket.socket(socket.AF_INET6)
        one.settimeout(5)
        one.connect(("::ffff:127.0.0.1", {port}))
        """,
        lambda victim: victim.reached("tcp"),
    ),
    harm(
        "connects by multipath TCP",
        "The same by a protocol that rules about TCP may not know of.",
        """
        import socket
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
        one.settimeout(5)
        one.connect(("127.0.0.1", {port}))
        """,
        lambda victim: victim.reached("tcp"),
    ),
    harm(
        "connects by sending",
        "Opens the connection with its first bytes, without the call that connects.",
        """
        import socket
        one = socket.socket()
        one.settimeout(5)
        one.sendto(b"hello", 0x20000000, ("127.0.0.1", {port}))
        """,
        lambda victim: victim.reached("tcp"),
    ),
    harm(
        "connects by the C library",
        "The same past everything that Python would notice.",
        BY_HAND,
        lambda victim: victim.reached("tcp"),
    ),
    harm(
        "connects by a program",
        "Has another program connect.",
        """
        import subprocess, sys
        program = "import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        subprocess.run([sys.executable, "-I", "-S", "-c", program], timeout=20)
        """,
        lambda victim: victim.reached("tcp"),
    ),
    harm(
        "connects in an event loop",
        "The same by asyncio.",
        "import asyncio\nasync def call(): await asyncio.open_connection('127.0.0.1', {port})\nasyncio.run(call())",
        lambda victim: victim.reached("tcp"),
    ),
    harm(
        "sends by UDP",
        "Sends a packet to a service on this machine.",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'hello', ('127.0.0.1', {udp}))",
        lambda victim: victim.reached("udp"),
    ),
    harm(
        "sends by UDP in messages",
        "The same by the call that sends messages.",
        """
        import socket
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.sendmsg([b"hello"], [], 0, ("127.0.0.1", {udp}))
        """,
        lambda victim: victim.reached("udp"),
    ),
    harm(
        "connects by a path",
        "Calls a service as one calls an agent for keys or containers.",
        "import socket; socket.socket(socket.AF_UNIX).connect('{socket}')",
        lambda victim: victim.reached("socket"),
    ),
    harm(
        "connects by a name",
        "Calls a service that has no path, as one calls a message bus.",
        "import socket; socket.socket(socket.AF_UNIX).connect('\\0{abstract}')",
        lambda victim: victim.reached("abstract"),
    ),
    harm(
        "writes on a terminal",
        "Writes commands to the user's terminal.",
        """
        import os
        terminal = os.open("{tty}", os.O_WRONLY | os.O_NOCTTY)
        os.write(terminal, b"\\x1b]0;mine\\x07")
        """,
        lambda victim: victim.reached("terminal"),
    ),
    reach(
        "waits for callers",
        "Opens a port of this machine.",
        "import socket\none = socket.socket()\none.bind(('127.0.0.1', 0))\none.listen()",
    ),
    reach(
        "waits for packets",
        "The same by UDP.",
        "import socket\none = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\none.bind(('127.0.0.1', 0))",
    ),
    *(reach(f"makes {name}", tries, f"import socket; {made}") for name, (tries, made) in FAMILIES.items()),
)
