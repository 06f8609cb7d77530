"""The system-call filter: a BPF program that libseccomp writes, or None where it is not there.

It denies what no homework needs and what attacks on the kernel of the machine begin with: debugging
another process, namespaces and mounts, sockets other than Unix ones, memory that no limit counts.
Denied calls fail; nothing is killed by it.
"""

import ctypes
import errno
import functools
import os
import socket
import tempfile

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NE, _MASKED_EQ = 1, 7  # comparisons of seccomp.h
_NEW_NAMESPACES = (
    0x00000080,  # CLONE_NEWTIME
    0x00020000,  # CLONE_NEWNS
    0x02000000,  # CLONE_NEWCGROUP
    0x04000000,  # CLONE_NEWUTS
    0x08000000,  # CLONE_NEWIPC
    0x10000000,  # CLONE_NEWUSER
    0x20000000,  # CLONE_NEWPID
    0x40000000,  # CLONE_NEWNET
)
DENIED = {
    "other processes": "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd",
    "namespaces and mounts": "unshare setns mount umount umount2 pivot_root chroot move_mount "
    "open_tree fsopen fsconfig fsmount fspick mount_setattr open_by_handle_at name_to_handle_at",
    "the kernel": "bpf perf_event_open kexec_load kexec_file_load init_module finit_module "
    "delete_module reboot syslog acct quotactl quotactl_fd swapon swapoff settimeofday "
    "clock_settime clock_adjtime adjtimex sethostname setdomainname iopl ioperm modify_ldt "
    "lookup_dcookie nfsservctl uselib vhangup vm86 vm86old fanotify_init personality",
    "keys": "add_key request_key keyctl",
    "what has had many holes": "io_uring_setup io_uring_enter io_uring_register userfaultfd",
    "memory that belongs to no process": "memfd_create memfd_secret shmget shmat semget msgget",
}


class _Compare(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


@functools.cache
def library():
    """libseccomp, or None."""
    try:
        found = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return None
    found.seccomp_init.restype = ctypes.c_void_p
    found.seccomp_init.argtypes = [ctypes.c_uint32]
    found.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    found.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Compare),
    ]
    found.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    found.seccomp_release.argtypes = [ctypes.c_void_p]
    return found


@functools.cache
def program():
    """The filter as the bytes that bubblewrap loads, or None without libseccomp."""
    seccomp = library()
    if seccomp is None:
        return None
    context = seccomp.seccomp_init(_ALLOW)
    if not context:
        return None
    try:
        for names in DENIED.values():
            for name in names.split():
                _deny(seccomp, context, name)
        for flag in _NEW_NAMESPACES:
            _deny(seccomp, context, "clone", _Compare(0, _MASKED_EQ, flag, flag))
        # Its flags lie behind a pointer, where no filter sees them; "not there" makes the C
        # library fall back on clone.
        _deny(seccomp, context, "clone3", code=errno.ENOSYS)
        # libzmq aborts the process on any other error when it looks for network interfaces.
        for name in ("socket", "socketpair"):
            unix_only = _Compare(0, _NE, socket.AF_UNIX, 0)
            _deny(seccomp, context, name, unix_only, code=errno.EOPNOTSUPP)
        with tempfile.TemporaryFile() as file:
            if seccomp.seccomp_export_bpf(context, file.fileno()) != 0:
                return None
            return os.pread(file.fileno(), 1 << 20, 0)
    finally:
        seccomp.seccomp_release(context)


def _deny(seccomp, context, name, condition=None, code=errno.EPERM):
    number = seccomp.seccomp_syscall_resolve_name(name.encode())
    if number < 0:
        return  # not a call of this processor
    conditions = (_Compare * 1)(condition) if condition is not None else None
    seccomp.seccomp_rule_add_array(
        context, _ERRNO | code, number, condition is not None, conditions
    )
