#!/usr/bin/env python3
"""Asks questions of tests/desk by its Windows program, under wine at a pseudo-terminal of this machine, and types the answers.

wine shows a console of Windows on the terminal that it is started in. Ctrl-C cannot be typed: there its byte is the end of input.
"""

import fcntl
import os
import pathlib
import pty
import select
import struct
import sys
import tempfile
import termios
import time

CARD = "BG1ZQQQXQCQQYPQXPQ9QCRSSZG2PVSZZG3RYSJJVFEG9Y4ZKTPD9CHNQVFJXV6R2D3H8QUN5WEU85LR790FLGSQVTYNUS"
PATIENCE = 60

# The question, what is waited for, what is typed then, what must come of it.
QUESTIONS = [
    ("card", "Ctrl-C: stop", CARD + "\r", CARD),
    ("card", "Ctrl-C: stop", "\x1b", "laid aside"),
    ("reveal", "hunter2-hunter2-hunter2", "", "hidden"),
]


def asked(program, question, awaited, typed):
    """Gives what came of a question, and all that the terminal was written."""
    outcome = pathlib.Path(tempfile.mkdtemp()) / "outcome"
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(BREAKGLASS_TEST_QUESTION=question, BREAKGLASS_TEST_OUTCOME=f"Z:{outcome}")
        os.execv(
            "/usr/lib/wine/wine64",
            ["wine64", program, "questions::the_one_who_asks", "--exact", "--nocapture", "--test-threads=1"],
        )
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    written, begin = b"", time.monotonic()
    while time.monotonic() - begin < PATIENCE and b"[end]" not in written:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                written += os.read(terminal, 4096)
            except OSError:
                break
        if typed and awaited.encode() in written:
            # The keyboard is read once the question stands.
            time.sleep(0.5)
            os.write(terminal, typed.encode())
            typed = ""
    os.close(terminal)
    os.waitpid(child, 0)
    return (outcome.read_text() if outcome.exists() else None), written


def main():
    for question, awaited, typed, expected in QUESTIONS:
        outcome, written = asked(sys.argv[1], question, awaited, typed)
        if outcome != expected or awaited.encode() not in written:
            sys.exit(f"{question}: {outcome!r} and not {expected!r}; the terminal was written {written!r}")
        if question == "reveal" and not written.index(b"\x1b[?1049h") < written.index(b"\x1b[?1049l"):
            sys.exit("the secret was not on a screen of its own")
        print(f"{question}: {outcome}")


main()
