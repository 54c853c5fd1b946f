# SPDX-License-Identifier: GPL-2.0
"""What the tests of the example programs share: TAP, programs, sockets, waits.

A test waits for a condition, for so long that only a broken program takes that time; nothing
depends on how fast the machine is.
"""
import glob
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

COUNT = int(os.environ.get("COUNT", "200"))
LONG = 200 + COUNT // 5     # seconds, in which all of them have connected, also where a CPU is emulated
SHOWN = ("VmRSS", "cotask-tasks", "cotask-objects")
examples, library, *only = sys.argv[1:]
suite = "apps." + os.path.basename(sys.argv[0]).replace("_test.py", "")
work = tempfile.mkdtemp()
os.chmod(work, 0o777)       # also for programs of another user


class Skip(Exception):
    pass


def expect(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: {str(got)[:200]!r}, not {str(wanted)[:200]!r}")


def wait_until(condition, what):
    """Its value, once it is true."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain: " + what)


def run(tests):
    """Each is a function, or one and the kind of its sockets: TAP, and the exit status."""
    failed = False
    for n, test in enumerate(tests, 1):
        function, *arguments = test if isinstance(test, tuple) else (test,)
        if only and function.__name__ not in only:
            continue
        name = "_".join([suite, function.__name__] + [kind.name for kind in arguments])
        try:
            function(*arguments)
            print(f"ok {n} {name}", flush=True)
        except Skip as reason:
            print(f"ok {n} {name} # SKIP {reason}", flush=True)
        except Exception:
            print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="")
            print(f"not ok {n} {name}", flush=True)
            for program in Program.running:
                print(f"# {program.process.args[0]}: {program.process.poll()} {program.lines[-10:]}")
            failed = True
        for program in Program.running[:]:
            program.kill()
    print(f"1..{n}", flush=True)
    # Not sys.exit(): threads of backends still run, and an interpreter that ends under them can abort.
    os._exit(failed)


# --- programs -------------------------------------------------------------------------


def command(name):
    path = os.path.join(examples, name)
    if not os.path.exists(path):
        raise Skip(name + " was not built")
    return path


class Program:
    """A program, whose output is collected; a context manager that kills it at the end."""
    running = []

    def __init__(self, *argv, files=None, user=None):
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))) if files else None
        self.lines = []
        self.process = subprocess.Popen([command(argv[0]), *map(str, argv[1:])], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, preexec_fn=limit, user=user)
        self.pid = self.process.pid
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        Program.running.append(self)

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def line(self, text, times=1):
        """Waits for a line of the program, which has to run."""
        wait_until(lambda: self.lines.count(text) >= times or self.process.poll() is not None, text)
        if self.lines.count(text) < times:
            self.reader.join(LONG)
        expect(text in self.lines, True, f"line {text!r} in {self.lines}")

    def files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def uses(self, what):
        """Prints what the program has now, and what the kernel has for it."""
        fields = {}
        for path in [f"/proc/{self.pid}/status", *glob.glob(f"/proc/{self.pid}/fdinfo/*")]:
            try:
                with open(path) as f:
                    fields.update(line.split(":", 1) for line in f if line.startswith(SHOWN))
            except FileNotFoundError:       # it was closed meanwhile
                pass
        print(f"# {what}: {self.files()} descriptors,",
              ", ".join(f"{key} {' '.join(value.split())}" for key, value in fields.items()), flush=True)

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, status=0):
        expect(self.process.wait(LONG), status, "exit status")
        self.reader.join(LONG)

    def stop(self, status=0):
        self.signal(signal.SIGTERM)
        self.wait(status)

    def kill(self):
        """SIGKILL, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        if self in Program.running:
            Program.running.remove(self)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.kill()


def tool(*argv, stdin=b""):
    """What a program of this machine prints."""
    if not shutil.which(argv[0]):
        raise Skip("no " + argv[0])
    return subprocess.run(argv, input=stdin, capture_output=True, timeout=LONG).stdout


# --- sockets --------------------------------------------------------------------------


class Unix:
    name = "unix"
    numbers = 0

    def __init__(self):
        Unix.numbers += 1
        self.path = f"{work}/{Unix.numbers}"
        self.listen = self.backend = "unix:" + self.path

    def listener(self, backlog=4096):
        s = socket.socket(socket.AF_UNIX)
        s.bind(self.path)
        s.listen(backlog)
        return s

    def connect(self, receive=None):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(LONG)
        # A Unix socket whose backlog is full does not wait if there is a timeout.
        wait_until(lambda: self.try_connect(s), "connection to " + self.path)
        return s

    def try_connect(self, s):
        try:
            s.connect(self.path)
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
            return False
        return True


class Tcp:
    name = "tcp"
    numbers = 20000

    def __init__(self):
        Tcp.numbers += 1
        self.port = Tcp.numbers
        self.listen = str(self.port)
        self.backend = f"127.0.0.1:{self.port}"

    def listener(self, backlog=4096):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", self.port))
        s.listen(backlog)
        return s

    def connect(self, receive=None):
        return wait_until(lambda: self.try_connect(receive), f"connection to {self.port}")

    def try_connect(self, receive):
        s = socket.socket()
        s.settimeout(LONG)
        if receive:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        try:
            s.connect(("127.0.0.1", self.port))
        except ConnectionRefusedError:
            s.close()
            return None
        return s


def has_tcp():
    try:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
    except OSError:
        return False
    return True


kinds = [Unix, Tcp] if has_tcp() else [Unix]


def need_tcp():
    if Tcp not in kinds:
        raise Skip("this kernel has no TCP")


def reset(s):
    """Closes a connection so that its peer sees an error. That of a Unix socket sees the end."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def receive(s, size):
    data = b""
    while len(data) < size:
        part = s.recv(size - len(data))
        if not part:
            break
        data += part
    return data


def receive_all(s):
    """Everything, and whether it has ended as it should."""
    data = []
    try:
        while part := s.recv(65536):
            data.append(part)
    except ConnectionError:
        return b"".join(data), False
    return b"".join(data), True


class Backend:
    """A server that calls serve(socket) in a thread of its own for each connection."""

    def __init__(self, where, serve):
        self.where, self.serve = where, serve
        self.socket = where.listener()
        self.connections, self.errors = [], []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.run, args=(connection,), daemon=True).start()

    def run(self, connection):
        self.connections.append(connection)
        connection.settimeout(LONG)
        try:
            self.serve(connection)
        except OSError as error:
            self.errors.append(error)
        connection.close()
        self.connections.remove(connection)

    def close(self):
        """Of the listening socket; a thread that waits in accept() goes on."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        if isinstance(self.where, Unix):
            os.unlink(self.where.path)
