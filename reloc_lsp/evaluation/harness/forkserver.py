"""One child process per candidate, watched and ended from outside.

The server never runs a candidate itself. A child reports one framed record per test over its own pipe, each with
a nonce of this child; exit codes and output are not read. Every child leads a process group that is killed when the
child is done, so that what it started ends with it.
"""

import ctypes
import gc
import json
import os
import resource
import secrets
import select
import shutil
import signal
import sys
import time

POLL_SECONDS = 0.01
RECORD_LIMIT = 1 << 20


class Child:
    """A running child: its request, its pipe, and the test it is in."""

    def __init__(self, pid, reader, request, nonce, folder):
        self.pid = pid
        self.reader = reader
        self.request = request
        self.nonce = nonce
        self.folder = folder
        self.buffer = b""
        self.bytes = 0
        self.records = []
        self.started = False
        self.position = 0
        self.finished = False
        self.ended = None
        self.cpu = 0.0
        self.test_cpu = 0.0
        self.test_started = time.monotonic()

    def limits(self):
        """(CPU seconds, wall seconds) that the test now running may take; the start of the child has its own."""
        limits = self.request["limits"]
        if not self.started or self.position >= len(limits):
            return self.request.get("start_limit", (10.0, 30.0))
        return limits[self.position]


class ForkServer:
    """Serves requests from the controller: `{"id", "limits", ...}` in, `{"id", "records", "ended", "cpu"}` out."""

    def __init__(self, wire, scratch, run_child, workers):
        self.wire = wire
        self.scratch = scratch
        self.run_child = run_child
        self.workers = max(1, workers)
        self.children = {}
        self.waiting = []
        self.count = 0

    def serve(self):
        """Serve until the controller is gone, then leave no process behind."""
        gc.collect()
        gc.freeze()
        become_subreaper()
        try:
            while self._turn():
                pass
        finally:
            for child in list(self.children.values()):
                self._end(child, "cancelled", reply=False)

    def _turn(self):
        readers = [self.wire.fileno(), *self.children]
        ready, _, _ = select.select(readers, [], [], POLL_SECONDS if self.children else None)
        if self.wire.fileno() in ready:
            message = self.wire.receive()
            if message is None or message["do"] == "quit":
                return False
            if message["do"] == "cancel":
                self._cancel()
            else:
                self.waiting.append(message)
        for child in [self.children[fd] for fd in ready if fd in self.children]:
            self._read(child)
        for child in list(self.children.values()):
            self._watch(child)
        while self.waiting and len(self.children) < self.workers:
            self._start(self.waiting.pop(0))
        return True

    def _cancel(self):
        self.waiting.clear()
        for child in list(self.children.values()):
            self._end(child, "cancelled", reply=False)

    def _start(self, request):
        reader, writer = os.pipe()
        nonce = secrets.token_hex(8)
        self.count += 1
        folder = os.path.join(self.scratch, "children", str(self.count))
        pid = os.fork()
        if pid == 0:
            self._child(reader, writer, request, nonce, folder)
        os.close(writer)
        os.set_blocking(reader, False)
        self.children[reader] = Child(pid, reader, request, nonce, folder)

    def _child(self, reader, writer, request, nonce, folder):
        """In the child: never returns."""
        leave = os._exit
        try:
            os.close(reader)
            self.wire.socket.close()
            for other in self.children:
                os.close(other)
            prepare_child()
            os.makedirs(folder, exist_ok=True)
            send = Records(writer, nonce)
            self.run_child(request, send, folder)
            send({"end": True})
        except BaseException as error:
            send = Records(writer, nonce)
            send({"broken": f"{type(error).__name__}: {error}"[:500]})
        finally:
            leave(0)

    def _read(self, child):
        try:
            data = os.read(child.reader, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self._end(child, "done" if child.finished else "died")
            return
        child.bytes += len(data)
        lines = (child.buffer + data).split(b"\n")
        child.buffer = lines.pop()
        for line in lines:
            record = open_record(line, child.nonce)
            if record is None or child.bytes > RECORD_LIMIT * 16:
                self._end(child, "garbled")
                return
            self._take(child, record)
        if child.finished:
            self._end(child, "done")

    def _take(self, child, record):
        if "end" in record or "broken" in record:
            child.finished = True
            if "end" in record:
                return
        child.records.append(record)
        if "test" in record or "begin" in record:
            child.started = True
            child.position += "test" in record
            child.test_cpu = cpu_seconds(child.pid)
            child.test_started = time.monotonic()

    def _watch(self, child):
        cpu, wall = child.limits()
        used = cpu_seconds(child.pid)
        child.cpu = max(child.cpu, used)
        late = time.monotonic() - child.test_started
        if used - child.test_cpu > cpu or late > wall:
            self._end(child, "timeout")

    def _end(self, child, how, reply=True):
        if self.children.pop(child.reader, None) is None:
            return
        child.cpu = max(child.cpu, cpu_seconds(child.pid))
        for kill in (os.killpg, os.kill):
            try:
                kill(child.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        os.close(child.reader)
        try:
            os.waitpid(child.pid, 0)
        except ChildProcessError:
            pass
        reap_orphans({other.pid for other in self.children.values()})
        shutil.rmtree(child.folder, ignore_errors=True)
        if reply:
            self.wire.send({"id": child.request["id"], "records": child.records, "ended": how, "cpu": child.cpu})


class Records:
    """What a child says: one line per record, with the child's nonce. Holds everything it needs privately."""

    def __init__(self, fd, nonce, write=os.write, dumps=json.dumps):
        self._fd = fd
        self._nonce = nonce.encode()
        self._write = write
        self._dumps = dumps

    def __call__(self, record):
        """Send one record (a small dictionary)."""
        data = self._nonce + self._dumps(record).encode("ascii", "backslashreplace")[:RECORD_LIMIT] + b"\n"
        while data:
            data = data[self._write(self._fd, data) :]


def open_record(line, nonce):
    """The record in `line`, or `None` where it is not one of this child's."""
    mark = nonce.encode()
    if not line.startswith(mark):
        return None
    try:
        record = json.loads(line[len(mark) :])
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def prepare_child():
    """Give a child its own process group, the end of its parent as its own, bounds on resources, and no output."""
    os.setpgid(0, 0)
    die_with_parent()
    for name, value in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 64 << 20), ("RLIMIT_NOFILE", 1024)):
        limit = getattr(resource, name)
        _, hard = resource.getrlimit(limit)
        if hard == resource.RLIM_INFINITY or value < hard:
            resource.setrlimit(limit, (value, hard))
    limit_memory(4 << 30)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)


def limit_memory(more):
    """Let the child's address space grow by `more` bytes at the most."""
    if not sys.platform.startswith("linux"):
        return
    with open("/proc/self/statm") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or size + more < hard:
        resource.setrlimit(resource.RLIMIT_AS, (size + more, hard))


def _prctl(option, value):
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def die_with_parent():
    """Linux: this process is killed when the one that forked it ends."""
    _prctl(1, signal.SIGKILL)


def become_subreaper():
    """Linux: processes orphaned below this one become its children, so that they can be found and killed."""
    _prctl(36, 1)


def reap_orphans(keep):
    """Kill and collect processes that became ours when a child ended, all but those in `keep` (Linux only)."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            pids = [int(pid) for pid in file.read().split()]
    except OSError:
        return
    for pid in pids:
        if pid not in keep:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError, PermissionError):
                pass


def cpu_seconds(pid):
    """CPU seconds used by process `pid` so far; 0 where the system cannot say."""
    try:
        # POSIX encodes a process's CPU clock as (~pid << 3) | 2 on Linux (clock_getcpuclockid).
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0
