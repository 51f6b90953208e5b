"""One process at a time: a lock on an open file, which ends with the process however that ends."""

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt


def take_lock(file):
    """Locks a file until it is closed.

    Args:
        file: file that is open for writing.

    Raises:
        BlockingIOError: if another process has the lock.
        OSError: if the file system has no locks.
    """
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except PermissionError as error:  # so says Windows
        raise BlockingIOError(*error.args) from error
