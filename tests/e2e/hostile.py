"""The attempts of a hostile program, by the members of sandboxHoldsBack in the status, which says what a sandbox level prevents."""

import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess

PROPERTIES = "/etc/flink/application_properties.json"
LIBC = ctypes.CDLL(None, use_errno=True)


def python(code):
    return "python " + code.strip().encode().hex()


def call(number, *arguments):
    """A system call by its number on x86-64. DONE when the filter lets it through, even if it then fails for its arguments."""
    listed = ", ".join(map(str, (number, *arguments)))
    return python(f"""
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
done = libc.syscall({listed}) >= 0 or ctypes.get_errno() not in (1, 38)
sys.exit(not done)""")


# A child in new namespaces, which ends at once.
RAW_CLONE = """
import ctypes, os, sys
child = ctypes.CDLL(None).syscall(56, %s | 17, 0, 0, 0, 0)
if child == 0:
    os._exit(0)
sys.exit(child < 0)"""

RAW_CLONE3 = """
import ctypes, os, struct, sys
arguments = ctypes.create_string_buffer(struct.pack("11Q", 0x10000000, 0, 0, 0, 17, *[0] * 6))
child = ctypes.CDLL(None).syscall(435, arguments, 88)
if child == 0:
    os._exit(0)
sys.exit(child < 0)"""

# PTRACE_SEIZE; it ends at once with the tracer.
TRACE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).ptrace(0x4206, %d, 0, 0) != 0)"
UNIX_CONNECT = "import socket; socket.socket(socket.AF_UNIX).connect(%r)"
UNIX_DATAGRAM = "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', %r)"
# Landlock checks neither multipath TCP nor a connection that begins with data.
MPTCP_CONNECT = "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).connect(('127.0.0.1', %d))"
# For clients that resolve "localhost" to ::1 first, and for another address of the loopback.
LISTEN_BESIDE = "import socket; socket.create_server((%r, %d), family=socket.%s)"
FAST_OPEN = "import socket; socket.socket().sendto(b'x', 0x20000000, ('127.0.0.1', %d))"


# Harmless where they succeed: nothing changes.
SAME_RIGHTS = "import os; os.fchmod(os.open('/usr/bin/env', os.O_RDONLY), os.stat('/usr/bin/env').st_mode & 0o7777)"
SAME_TIMES = """
import os
seen = os.stat('/usr/bin/env')
os.utime(os.open('/usr/bin/env', os.O_RDONLY), ns=(seen.st_atime_ns, seen.st_mtime_ns))"""
WATCH = "import ctypes, sys; libc = ctypes.CDLL(None); sys.exit(libc.inotify_add_watch(libc.inotify_init(), %r, 1) < 0)"


@contextlib.contextmanager
def surroundings(directory):
    """Things of a host that programs must not reach: sockets of its services, shared memory, the port of a broker."""
    home = directory / "home"
    home.mkdir()
    (home / "secret").write_text("secret")
    with contextlib.ExitStack() as stack:
        def listening(family, address, kind=socket.SOCK_STREAM):
            one = stack.enter_context(socket.socket(family, kind))
            one.bind(address)
            if kind == socket.SOCK_STREAM:
                one.listen(50)
            return one.getsockname()
        key = 0x6b0be1 ^ os.getpid()
        segment = LIBC.shmget(key, 4096, 0o1666)
        assert segment >= 0
        stack.callback(LIBC.shmctl, segment, 0, None)
        yield {
            "home": str(home), "key": key,
            "stream": listening(socket.AF_UNIX, str(home / "s")), "datagram": listening(socket.AF_UNIX, str(home / "d"), socket.SOCK_DGRAM),
            "abstract": listening(socket.AF_UNIX, f"\0kobel-test-{os.getpid()}"), "broker": listening(socket.AF_INET, ("127.0.0.1", 0))[1],
        }


def attempts_on(kobel, cluster, host):
    """By member of sandboxHoldsBack: {what would be reached: attempt}. `cluster`: of another application, as the status shows it."""
    other = os.path.dirname(cluster["logDirectory"])
    victim, = kobel.java_pids(b"TaskManagerRunner", other)
    daemon = kobel.process.pid
    rest = cluster["restPort"]
    api = int(kobel.url.rpartition(":")[2])
    return {
        "files": {
            "the user's home": f"read {host['home']}/secret",
            "kobel's database": f"read {kobel.data}/kobel.db",
            "kobel's secret": f"read {kobel.data}/secret",
            "another application's properties": f"read {other}/etc/application_properties.json",
            "another application's log": f"read {other}/log/jobmanager.log",
            "another application's logs": f"list {other}/log",
            "a file outside": f"write {host['home']}/mine",
            "the password file": "read /etc/shadow",
            "private keys": "run ls /etc/ssl/private/",
            "the configuration of services": "run ls /usr/local/etc/",
            "control groups": "run test -w /sys/fs/cgroup/cgroup.procs",
            "rights of a file": f"run chmod 600 {host['home']}/secret",
            "rights of a program by its descriptor": python(SAME_RIGHTS),
            "the owner of a file": f"run chown $(id -u) {host['home']}/secret",
            "the times of a file": f"run touch -d @1 {host['home']}/secret",
            "the length of a file": python(f"import os; os.truncate('{host['home']}/secret', 6)"),
            "an attribute of a file": python(f"import os; os.setxattr('{host['home']}/secret', 'user.mine', b'x')"),
            "a descriptor of a file": python(f"import os; os.open('{host['home']}/secret', os.O_ACCMODE)"),
            "a new device": "run mknod $TMPDIR/disk b 7 0",
            "a file by a link in its own directory": f"run ln -s {host['home']}/secret $TMPDIR/link && cat $TMPDIR/link",
        },
        "fileFacts": {
            "the size of a file": f"run test -s {host['home']}/secret",
            "notifications about a file": python(WATCH % f"{host['home']}/secret".encode()),
            "the times of a program by its descriptor": python(SAME_TIMES),
        },
        "memory": {
            "kobel's environment": f"read /proc/{daemon}/environ",
            "kobel's memory": f"run head -c 0 /proc/{daemon}/mem",
            "kobel's open files": f"run ls -l /proc/{daemon}/fd/",
            "the directory of another process": f"run ls -d /proc/{daemon}/cwd/.",
            "another application's environment": f"read /proc/{victim}/environ",
            "another application's memory": f"run head -c 0 /proc/{victim}/mem",
        },
        "processes": {
            "processes of others": f"sees {kobel.data}/ready.json",
            "kobel's command line": f"run grep -q ready /proc/{daemon}/cmdline",
        },
        "signals": {
            "a signal to kobel": f"run kill -{int(signal.SIGURG)} {daemon}",
            "a signal to another application": f"run kill -{int(signal.SIGURG)} {victim}",
        },
        "priority": {
            "another application's priority": f"run renice -n 1 -p {victim}",
        },
        "kernel": {
            "a mount": "run mount -t tmpfs none /mnt && umount /mnt",
            "another root": "run /usr/sbin/chroot / true",
            "another namespace": "run nsenter --uts=/proc/self/ns/uts true",
            "a user namespace": "run unshare -U true",
            "... by clone()": python(RAW_CLONE % "0x10000000"),
            "... with a network": python(RAW_CLONE % "0x50000000"),
            "... by clone3()": python(RAW_CLONE3),
            "tracing kobel": python(TRACE % daemon),
            "tracing another application": python(TRACE % victim),
            "the session's keyring": call(250, 0, -3, 1),
            "a BPF program": call(321, 5, 0, 0),
            "a performance counter": call(298, 0, 0, -1, -1, 0),
            "an io_uring": call(425, 0, 0),
            "a module": call(175, 0, 0, 0),
            "a file by its handle": call(304, -1, 0, 0),
            "a mount by its parts": call(430, 0, 0),
            "the kernel's log": call(103, 10, 0, 0),
            "another personality": call(135, 0x40000),
            "limits of kobel": call(302, daemon, 7, 0, 0),
        },
        "unixSockets": {
            "a service of the user": python(UNIX_CONNECT % host["stream"]),
            "a service without a file": python(UNIX_CONNECT % host["abstract"]),
            "a service that takes datagrams": python(UNIX_DATAGRAM % host["datagram"]),
        },
        "sharedMemory": {
            "memory of another program": python(f"import ctypes, sys; sys.exit(ctypes.CDLL(None).shmget({host['key']}, 0, 0) < 0)"),
        },
        # Other tests use up memory and threads where control groups limit them; elsewhere that would harm the machine.
        "machine": {},
        "disk": {
            "a large file": "run d=$TMPDIR; test -z $FLINK_CONF_DIR || d=$FLINK_CONF_DIR/../work; head -c 100000000 /dev/zero >$d/large && rm $d/large",
        },
        "ports": {
            "another application's REST port": f"connect {rest}",
            "another application's RPC port": f"connect {rest + 1}",
            "another application's blob port": f"connect {rest + 2}",
            "another TaskManager's data port": f"connect {rest + 5}",
            "kobel's API": f"connect {api}",
            "kobel's API by another protocol": python(MPTCP_CONNECT % api),
            "kobel's API with data at once": python(FAST_OPEN % api),
            "kobel's API at ::1": python(LISTEN_BESIDE % ("::1", api, "AF_INET6")),
            "kobel's API at 127.0.0.2": python(LISTEN_BESIDE % ("127.0.0.2", api, "AF_INET")),
            "a port for another cluster": f"listen {next_port(rest)}",
        },
        "network": {
            "a broker on this host": f"connect {host['broker']}",
        },
    }


# Only where they have to fail: they would harm the machine.
def escapes():
    return {
        "a crash dump's handler": "run cat /proc/sys/kernel/core_pattern >/proc/sys/kernel/core_pattern",
        "a module's loader": "run cat /proc/sys/kernel/modprobe >/proc/sys/kernel/modprobe",
        "the machine's keys": "run echo h >/proc/sysrq-trigger",
        "a control group's agent": "run for group in /sys/fs/cgroup /sys/fs/cgroup/*; do echo /bin/true >$group/release_agent && exit; done; exit 1",
        "mounting control groups": "run mount -t cgroup2 none $TMPDIR",
        "the kernel's messages": "run head -c 0 /dev/kmsg",
        "the machine's memory": "run head -c 0 /dev/mem",
        "another root by pivoting": call(155, 0, 0),
        "the user number of another": python("import os; os.setuid(0 if os.getuid() else 1)"),
        "a file in the root directory": "run touch /mine",
        "a file beside the devices": "run touch /dev/mine",
        "capabilities": "run grep -E ^CapEff:.*[1-9a-f] /proc/$PPID/status",
    }


def files_in_memory():
    """For levels with private directories in memory: a directory with room for half of the memory of the machine."""
    room = "import os; at = os.statvfs(%r); assert at.f_blocks * at.f_frsize > 0.45 * os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')"
    return {f"half of the machine's memory in {directory}": python(room % directory) for directory in ("/tmp", "/dev/shm")}


def next_port(taken):
    """A free port of the range of clusters, far from those of one cluster."""
    first, last = map(int, os.environ.get("KOBEL_CLUSTER_PORTS", "21100-24099").split("-"))
    with socket.socket() as probe:
        for port in range(first, last, 50):
            if abs(port - taken) > 100 and probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("every port is taken")


def is_possible(attempt):
    """Whether the attempt succeeds for this user without a sandbox: a missing program or right would prove nothing."""
    kind, _, argument = attempt.partition(" ")
    if kind == "read":
        return os.access(argument, os.R_OK)
    if kind == "python":
        return subprocess.run(["python3", "-c", bytes.fromhex(argument).decode()], capture_output=True).returncode == 0
    if kind == "run":
        directory = os.environ.get("TMPDIR", "/tmp")
        done = subprocess.run(["/bin/sh", "-c", argument], capture_output=True, env={**os.environ, "TMPDIR": directory}).returncode == 0
        for made in ("disk", "link"):
            with contextlib.suppress(OSError):
                os.remove(os.path.join(directory, made))
        return done
    return True


def outcomes(output):
    return dict(re.findall(r"^attempt (.*?): (DONE|REFUSED)", output, re.M))


def inside(wrapper):
    """A command that executes the rest of its command line on a simulated host: "masked" has a /proc that allows no new one, "bare" has
    no user namespaces, and any other text is the path of its /etc/hosts. It needs user namespaces, and no other right."""
    commands = {"masked": "mount --bind /dev/null /proc/keys", "bare": "echo 0 >/proc/sys/user/max_user_namespaces"}
    commands.setdefault(wrapper, f"mount --bind {wrapper} /etc/hosts")
    return ["unshare", "-rm", "sh", "-c", f"{commands[wrapper]} && exec \"$@\"", "sh"]


