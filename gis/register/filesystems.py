"""Whether a folder is on a disk of this machine.

The write-ahead log needs memory that all its users share, and locks that hold: a network
file system gives neither (https://www.sqlite.org/wal.html), and loses records silently.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gis.errors import StorageError

__all__ = ["Mount", "mount_of", "network_mount", "require_local"]

_MOUNTINFO = Path("/proc/self/mountinfo")
_NETWORK_TYPES = frozenset(
    {
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "smb3",
        "smbfs",
        "vboxsf",
        "vmhgfs",
        "prl_fs",
    }
)
_LOCAL_FUSE = frozenset({"fuse.fuse-overlayfs", "fuse.ntfs-3g", "fuse.ntfs", "fuse.exfat"})
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system.

    Attributes
    ----------
    point : str
        Where it is mounted.
    kind : str
        Its type, for example `ext4` or `fuse.sshfs`.
    options : str
        Options of the file system itself, comma-separated.
    """

    point: str
    kind: str
    options: str


def mount_of(path: PurePosixPath, mountinfo: str) -> Mount | None:
    """Return the mount that holds an absolute path, or None when the text names none.

    Parameters
    ----------
    path : PurePosixPath
        Absolute, symbolic links resolved.
    mountinfo : str
        Text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
    """
    found: Mount | None = None
    for line in mountinfo.splitlines():
        mounting, separator, system = line.partition(" - ")
        fields, system_fields = mounting.split(), system.split()
        if not separator or len(fields) < 5 or len(system_fields) < 2:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
        holds = path.is_relative_to(point)
        if holds and (found is None or len(point) >= len(found.point)):
            options = system_fields[2] if len(system_fields) > 2 else ""
            found = Mount(point, system_fields[0], options)
    return found


def network_mount(path: PurePosixPath, mountinfo: str) -> Mount | None:
    """Return the mount of a path when it is a network or host-shared one, else None.

    The 9p of a sandbox or virtual machine is as local as its machine and passes; over TCP or RDMA,
    or as the Windows drives of WSL (`aname=drvfs`), it does not. A FUSE file system is refused
    unless it is known to be local, for most of them are remote. Overlay, tmpfs and virtiofs pass;
    whether the log works there is asserted when the register opens.
    """
    mount = mount_of(path, mountinfo)
    if mount is None:
        return None
    if mount.kind == "9p":
        remote = any(word in mount.options for word in ("trans=tcp", "trans=rdma", "aname=drvfs"))
    elif mount.kind.startswith("fuse."):
        remote = mount.kind not in _LOCAL_FUSE
    else:
        remote = mount.kind in _NETWORK_TYPES
    return mount if remote else None


def require_local(path: Path) -> None:
    """Raise unless a file would lie on a disk of this machine, as far as the machine says.

    Raises
    ------
    StorageError
        If the path is on a network file system.
    """
    if str(path).startswith(("\\\\", "//")) and os.name == "nt":
        raise StorageError("errors.register_on_network", path=str(path), system="UNC")
    if not _MOUNTINFO.exists():
        return
    resolved = PurePosixPath(os.path.realpath(path))
    mount = network_mount(resolved, _MOUNTINFO.read_text(encoding="utf-8", errors="replace"))
    if mount is not None:
        raise StorageError("errors.register_on_network", path=str(path), system=mount.kind)
