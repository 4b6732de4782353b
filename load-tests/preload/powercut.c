/*
 * Makes the death of a process look like a power cut, for the files below one directory.
 *
 * Loaded with LD_PRELOAD. Writes go through to the files, so the process reads what it wrote; but
 * before each one the bytes that it replaces (or the length that it extends) are noted in an undo
 * log. A completed fsync or fdatasync is noted too. After the process was killed, its undo log tells
 * which bytes a power cut would have lost, and the harness (src/powercut.rs, which reads this format)
 * takes them back.
 *
 * POWERCUT_DIR   the directory whose files are watched
 * POWERCUT_SIDE  a directory on the same file system, with: `control` (made by the harness, see
 *                CONTROL_*), `oplog` (written here), `saved/` (hard links to files that were removed
 *                or replaced, so that they can come back and no inode number is used twice)
 *
 * Every call is made by system call number: the shim needs no other library and cannot meet itself.
 * What it cannot see: system calls made without libc, io_uring, and stdio's own descriptors. What it
 * refuses, with a message and abort(): shared writable mappings of watched files, renames across the
 * edge of the watched directory, and exchanges.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#if !defined(__LP64__)
#error "the shim passes offsets in one register: 64-bit systems only"
#endif

/* One 64-bit slot each, in the file `control`, which is mapped here and written by the harness. */
enum control {
    CONTROL_SYNC_OFF,        /* 1: a sync answers success and makes nothing durable */
    CONTROL_SYNC_FAILS_IN,   /* N: the Nth sync from now fails with EIO; 0: none */
    CONTROL_SYNC_FAILS_ON,   /* 1: and so does every one after it */
    CONTROL_WRITE_ROOM,      /* bytes that may still be written before ENOSPC; all ones: no end */
    CONTROL_SYNC_DELAY_US,   /* added to every sync */
    CONTROL_KILL_BEFORE,     /* N: SIGKILL just before the Nth sync from now; 0: none */
    CONTROL_KILL_AFTER,      /* N: SIGKILL when the Nth sync is durable and has not returned */
    CONTROL_WRITE_FAILS_IN,  /* N: the Nth write from now fails with EIO; 0: none */
    CONTROL_WRITES = 8,      /* counted: writes, */
    CONTROL_WRITTEN_BYTES,   /* their bytes, */
    CONTROL_SYNCS,           /* syncs, */
    CONTROL_SYNCS_FAILED,    /* syncs failed on order, */
    CONTROL_WRITES_FAILED,   /* writes failed on order */
    CONTROL_CLOCK_STEP_MS,   /* added to the wall clock, signed */
    CONTROL_SLOTS = 16
};

enum op {
    OP_OVERWRITE = 1, /* data: the bytes that were at offset */
    OP_EXTEND,        /* the file ended at offset */
    OP_SHRINK,        /* the file ended at offset + length, and ends at offset now */
    OP_SYNC_BEGIN,    /* offset: the token of this sync; what came before it is covered by it */
    OP_SYNC_END,      /* offset: the token of a sync that succeeded */
    OP_CREATE,        /* inode: the directory's; path */
    OP_RENAME,        /* inode: the destination's directory's; path, other; offset: saved file or 0 */
    OP_UNLINK,        /* inode: the directory's; path; offset: saved file */
    OP_LINK           /* inode: the directory's; path */
};

struct record {
    uint32_t magic;
    uint32_t op;
    uint64_t inode;
    uint64_t offset;
    uint64_t length;
    uint32_t path_length;
    uint32_t other_length;
    uint64_t data_length;
};

#define RECORD_MAGIC 0x54554350u /* "PCUT" */
#define CHUNK (1u << 20)
#define FDS_MAX 65536
#define ROOM_WITHOUT_END UINT64_MAX

struct watched {
    uint64_t inode; /* 0: not watched */
    int append;
    int dsync;
};

static struct watched fds[FDS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length; /* 0: the shim does nothing */
static int root_fd_side = -1;
static int log_fd = -1;
static volatile uint64_t *control;
static uint64_t token;
static char chunk[CHUNK];

/* ------------------------------------------------------------------------------------------- */

static void give_up(const char *what)
{
    char line[256];
    int n = snprintf(line, sizeof line, "powercut: %s (errno %d)\n", what, errno);
    if (n > 0)
        syscall(SYS_write, 2, line, (size_t)n);
    abort();
}

__attribute__((constructor)) static void start(void)
{
    const char *dir = getenv("POWERCUT_DIR");
    const char *side = getenv("POWERCUT_SIDE");
    if (!dir || !side)
        return;
    if (!realpath(dir, root))
        give_up("POWERCUT_DIR cannot be resolved");
    root_fd_side = (int)syscall(SYS_openat, AT_FDCWD, side, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (root_fd_side < 0)
        give_up("POWERCUT_SIDE cannot be opened");
    log_fd = (int)syscall(SYS_openat, root_fd_side, "oplog",
                          O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int control_fd = (int)syscall(SYS_openat, root_fd_side, "control", O_RDWR | O_CLOEXEC, 0);
    if (log_fd < 0 || control_fd < 0)
        give_up("oplog or control cannot be opened");
    void *map = (void *)syscall(SYS_mmap, NULL, CONTROL_SLOTS * sizeof(uint64_t),
                                PROT_READ | PROT_WRITE, MAP_SHARED, control_fd, 0);
    if (map == MAP_FAILED)
        give_up("control cannot be mapped");
    syscall(SYS_close, control_fd);
    control = map;
    root_length = strlen(root);
}

static int is_below(const char *path)
{
    return root_length && strncmp(path, root, root_length) == 0 &&
           (path[root_length] == '/' || path[root_length] == 0);
}

static void count(enum control slot, uint64_t n)
{
    __atomic_fetch_add(&control[slot], n, __ATOMIC_RELAXED);
}

/* Counts a slot down; whether this call reached its end. */
static int falls_due(enum control slot)
{
    uint64_t left = control[slot];
    if (left == 0)
        return 0;
    control[slot] = left - 1;
    return left == 1;
}

/* Appends one record. The log is ahead of what it tells about: a torn last record tells of nothing. */
static void note(enum op op, uint64_t inode, uint64_t offset, uint64_t length, const char *path,
                 const char *other, const void *data, size_t data_length)
{
    struct record r = {.magic = RECORD_MAGIC, .op = op, .inode = inode, .offset = offset,
                       .length = length, .path_length = path ? (uint32_t)strlen(path) : 0,
                       .other_length = other ? (uint32_t)strlen(other) : 0,
                       .data_length = data_length};
    struct iovec parts[] = {{&r, sizeof r},
                            {(void *)path, r.path_length},
                            {(void *)other, r.other_length},
                            {(void *)data, data_length}};
    size_t all = sizeof r + r.path_length + r.other_length + data_length;
    long n = syscall(SYS_writev, log_fd, parts, 4);
    if (n < 0 || (size_t)n != all)
        give_up("the undo log cannot be written");
}

/* The absolute path, links in its directories resolved, if it is watched. */
static int resolve(int at, const char *path, char *out)
{
    if (!root_length || !path || !*path)
        return 0;
    char whole[PATH_MAX], parent[PATH_MAX];
    if (path[0] != '/' && at != AT_FDCWD) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        long n = syscall(SYS_readlinkat, AT_FDCWD, link, parent, sizeof parent - 1);
        if (n < 0)
            return 0;
        parent[n] = 0;
        if ((size_t)snprintf(whole, sizeof whole, "%s/%s", parent, path) >= sizeof whole)
            return 0;
    } else if ((size_t)snprintf(whole, sizeof whole, "%s", path) >= sizeof whole) {
        return 0;
    }
    size_t end = strlen(whole);
    while (end > 1 && whole[end - 1] == '/')
        whole[--end] = 0;
    char *slash = strrchr(whole, '/');
    const char *name = slash ? slash + 1 : whole;
    if (slash == whole)
        snprintf(parent, sizeof parent, "/");
    else if (slash)
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - whole), whole);
    else
        snprintf(parent, sizeof parent, ".");
    char real[PATH_MAX];
    if (!realpath(parent, real) || !is_below(real))
        return 0;
    return (size_t)snprintf(out, PATH_MAX, "%s/%s", real, name) < PATH_MAX;
}

static int look_at(const char *path, struct stat *st)
{
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

static uint64_t parent_inode(const char *path)
{
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    *strrchr(parent, '/') = 0;
    struct stat st;
    if (look_at(parent, &st) != 0)
        give_up("the directory of a watched file is gone");
    return st.st_ino;
}

/* Keeps a file's inode alive under saved/, under a number of its own. */
static uint64_t save(const char *path)
{
    char name[64];
    uint64_t number = ++token;
    snprintf(name, sizeof name, "saved/%llu", (unsigned long long)number);
    if (syscall(SYS_linkat, AT_FDCWD, path, root_fd_side, name, 0) != 0)
        give_up("a removed file cannot be kept");
    return number;
}

/* Notes the bytes at [from, to), which are about to change. The descriptor may be write-only, so
 * they are read through another. */
static void note_old_bytes(int fd, uint64_t inode, uint64_t from, uint64_t to)
{
    if (from >= to)
        return;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int reader = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
    while (from < to) {
        size_t want = to - from < CHUNK ? to - from : CHUNK;
        long n = syscall(SYS_pread64, reader, chunk, want, from);
        if (n <= 0)
            give_up("bytes about to be overwritten cannot be read");
        note(OP_OVERWRITE, inode, from, (uint64_t)n, NULL, NULL, chunk, (size_t)n);
        from += (uint64_t)n;
    }
    syscall(SYS_close, reader);
}

static void note_truncate(int fd, uint64_t inode, uint64_t size, uint64_t length)
{
    if (length > size) {
        note(OP_EXTEND, inode, size, length - size, NULL, NULL, NULL, 0);
    } else if (length < size) {
        note_old_bytes(fd, inode, length, size);
        note(OP_SHRINK, inode, length, size - length, NULL, NULL, NULL, 0);
    }
}

/* Whether this descriptor is a watched file (still: it may have been closed behind our back). */
static int is_watched(int fd, struct stat *st)
{
    if (!root_length || fd < 0 || fd >= FDS_MAX || fds[fd].inode == 0)
        return 0;
    if (syscall(SYS_newfstatat, fd, "", st, AT_EMPTY_PATH) != 0 || st->st_ino != fds[fd].inode) {
        fds[fd].inode = 0;
        return 0;
    }
    return 1;
}

static void forget(int fd)
{
    if (fd >= 0 && fd < FDS_MAX)
        fds[fd].inode = 0;
}

static void copy_watch(int from, int to)
{
    if (!root_length || from < 0 || from >= FDS_MAX || to < 0)
        return;
    if (to >= FDS_MAX) {
        if (fds[from].inode)
            give_up("a descriptor number is too high");
        return;
    }
    fds[to] = fds[from];
}

/* ------------------------------------------------------------------------------ opening */

static void watch(int fd, int flags)
{
    struct stat st;
    if (fd >= FDS_MAX)
        return;
    forget(fd);
    if (syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) != 0)
        return;
    int writable = (flags & O_ACCMODE) != O_RDONLY && S_ISREG(st.st_mode);
    if (!writable && !S_ISDIR(st.st_mode))
        return;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (n < 0)
        return;
    path[n] = 0;
    if (!is_below(path))
        return;
    fds[fd].append = (flags & O_APPEND) != 0;
    fds[fd].dsync = (flags & O_DSYNC) != 0;
    fds[fd].inode = st.st_ino;
}

/* Notes what an open is about to change: a new name, or a file cut to nothing. */
static int note_open(const char *path, int flags)
{
    struct stat st;
    if (look_at(path, &st) != 0) {
        if (flags & O_CREAT) {
            if (control[CONTROL_WRITE_ROOM] == 0) {
                count(CONTROL_WRITES_FAILED, 1);
                errno = ENOSPC;
                return -1;
            }
            note(OP_CREATE, parent_inode(path), 0, 0, path, NULL, NULL, 0);
        }
    } else if ((flags & O_TRUNC) && S_ISREG(st.st_mode) && st.st_size > 0) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0)
            give_up("a file about to be truncated cannot be read");
        note_truncate(fd, st.st_ino, (uint64_t)st.st_size, 0);
        syscall(SYS_close, fd);
    }
    return 0;
}

static int open_at(int at, const char *path, int flags, mode_t mode)
{
    char real[PATH_MAX];
    int changes = (flags & (O_CREAT | O_TRUNC)) && (flags & O_TMPFILE) != O_TMPFILE;
    if (!root_length)
        return (int)syscall(SYS_openat, at, path, flags, mode);
    int noted = changes && resolve(at, path, real);
    if (noted) {
        pthread_mutex_lock(&lock);
        if (note_open(real, flags) != 0) {
            pthread_mutex_unlock(&lock);
            return -1;
        }
    }
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    int error = errno;
    if (fd >= 0)
        watch(fd, flags);
    if (noted)
        pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

#define MODE_OF(flags, mode)                                    \
    do {                                                        \
        if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) { \
            va_list list;                                       \
            va_start(list, flags);                              \
            (mode) = va_arg(list, mode_t);                      \
            va_end(list);                                       \
        }                                                       \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_at(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_at(at, path, flags, mode);
}

int __open_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __openat_2(int at, const char *path, int flags) { return open_at(at, path, flags, 0); }
int __openat64_2(int at, const char *path, int flags) { return open_at(at, path, flags, 0); }

int creat(const char *path, mode_t mode)
{
    return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode)
{
    return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int fd)
{
    forget(fd);
    return (int)syscall(SYS_close, fd);
}

int dup(int fd)
{
    int copy = (int)syscall(SYS_dup, fd);
    copy_watch(fd, copy);
    return copy;
}

int dup3(int fd, int to, int flags)
{
    int copy = (int)syscall(SYS_dup3, fd, to, flags);
    copy_watch(fd, copy);
    return copy;
}

int dup2(int fd, int to)
{
    if (fd == to)
        return (int)syscall(SYS_fcntl, fd, F_GETFD) < 0 ? -1 : to;
    return dup3(fd, to, 0);
}

static int control_fd_call(int fd, int command, long argument)
{
    int answer = (int)syscall(SYS_fcntl, fd, command, argument);
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        copy_watch(fd, answer);
    return answer;
}

int fcntl(int fd, int command, ...)
{
    va_list list;
    va_start(list, command);
    long argument = va_arg(list, long);
    va_end(list);
    return control_fd_call(fd, command, argument);
}

int fcntl64(int fd, int command, ...)
{
    va_list list;
    va_start(list, command);
    long argument = va_arg(list, long);
    va_end(list);
    return control_fd_call(fd, command, argument);
}

/* ------------------------------------------------------------------------------ writing */

static ssize_t write_parts(int fd, const struct iovec *parts, int n, off_t at)
{
    if (n == 1 && at < 0)
        return syscall(SYS_write, fd, parts->iov_base, parts->iov_len);
    if (n == 1)
        return syscall(SYS_pwrite64, fd, parts->iov_base, parts->iov_len, at);
    /* On 64-bit systems the low half of the offset is the whole of it. */
    return at < 0 ? syscall(SYS_writev, fd, parts, n) : syscall(SYS_pwritev, fd, parts, n, at, 0);
}

/* `at` < 0: at the descriptor's own position. */
static ssize_t write_watched(int fd, const struct iovec *parts, int n, off_t at)
{
    struct stat st;
    if (!is_watched(fd, &st))
        return write_parts(fd, parts, n, at);
    pthread_mutex_lock(&lock);
    if (!is_watched(fd, &st)) {
        pthread_mutex_unlock(&lock);
        return write_parts(fd, parts, n, at);
    }
    uint64_t all = 0;
    for (int i = 0; i < n; i++)
        all += parts[i].iov_len;
    if (all > 0 && falls_due(CONTROL_WRITE_FAILS_IN)) {
        count(CONTROL_WRITES_FAILED, 1);
        pthread_mutex_unlock(&lock);
        errno = EIO;
        return -1;
    }
    struct iovec first = n > 0 ? parts[0] : (struct iovec){NULL, 0};
    uint64_t room = control[CONTROL_WRITE_ROOM];
    if (room != ROOM_WITHOUT_END) {
        /* As a full disk does it: what fits is written, the next call fails. */
        if (room == 0 && all > 0) {
            count(CONTROL_WRITES_FAILED, 1);
            pthread_mutex_unlock(&lock);
            errno = ENOSPC;
            return -1;
        }
        if (all > room) {
            first.iov_len = first.iov_len < room ? first.iov_len : room;
            all = first.iov_len;
            parts = &first;
            n = 1;
        }
        control[CONTROL_WRITE_ROOM] = room - all;
    }
    uint64_t size = (uint64_t)st.st_size, from = (uint64_t)at;
    if (fds[fd].append)
        from = size;
    else if (at < 0)
        from = (uint64_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
    uint64_t to = from + all;
    note_old_bytes(fd, fds[fd].inode, from, to < size ? to : size);
    if (to > size)
        note(OP_EXTEND, fds[fd].inode, size, to - size, NULL, NULL, NULL, 0);
    ssize_t written = write_parts(fd, parts, n, at);
    int error = errno;
    if (fds[fd].dsync && written >= 0) {
        uint64_t mine = ++token;
        note(OP_SYNC_BEGIN, fds[fd].inode, mine, 0, NULL, NULL, NULL, 0);
        note(OP_SYNC_END, fds[fd].inode, mine, 0, NULL, NULL, NULL, 0);
    }
    count(CONTROL_WRITES, 1);
    count(CONTROL_WRITTEN_BYTES, written > 0 ? (uint64_t)written : 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    struct iovec part = {(void *)bytes, n};
    return write_watched(fd, &part, 1, -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    struct iovec part = {(void *)bytes, n};
    return write_watched(fd, &part, 1, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) { return pwrite(fd, bytes, n, at); }
ssize_t writev(int fd, const struct iovec *parts, int n) { return write_watched(fd, parts, n, -1); }

ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t at)
{
    return write_watched(fd, parts, n, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int n, off64_t at)
{
    return write_watched(fd, parts, n, at);
}

ssize_t pwritev2(int fd, const struct iovec *parts, int n, off_t at, int flags)
{
    struct stat st;
    if (is_watched(fd, &st))
        return write_watched(fd, parts, n, at);
    return syscall(SYS_pwritev2, fd, parts, n, at, 0, flags);
}

/* Copies inside the kernel are declined for watched files: callers fall back to read and write. */
ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t n, unsigned flags)
{
    struct stat st;
    if (is_watched(out, &st)) {
        errno = EXDEV;
        return -1;
    }
    return syscall(SYS_copy_file_range, in, in_at, out, out_at, n, flags);
}

ssize_t sendfile(int out, int in, off_t *at, size_t n)
{
    struct stat st;
    if (is_watched(out, &st)) {
        errno = EINVAL;
        return -1;
    }
    return syscall(SYS_sendfile, out, in, at, n);
}

ssize_t sendfile64(int out, int in, off64_t *at, size_t n) { return sendfile(out, in, at, n); }

int ftruncate(int fd, off_t length)
{
    struct stat st;
    if (!is_watched(fd, &st))
        return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    if (is_watched(fd, &st) && length >= 0)
        note_truncate(fd, st.st_ino, (uint64_t)st.st_size, (uint64_t)length);
    int answer = (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_unlock(&lock);
    return answer;
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

int truncate(const char *path, off_t length)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int answer = ftruncate(fd, length);
    close(fd);
    return answer;
}

int truncate64(const char *path, off64_t length) { return truncate(path, length); }

int fallocate(int fd, int mode, off_t at, off_t length)
{
    struct stat st;
    if (!is_watched(fd, &st))
        return (int)syscall(SYS_fallocate, fd, mode, at, length);
    if (mode & ~FALLOC_FL_KEEP_SIZE) {
        errno = EOPNOTSUPP; /* holes and shifts: nobody depends on them */
        return -1;
    }
    pthread_mutex_lock(&lock);
    if (!(mode & FALLOC_FL_KEEP_SIZE) && at + length > st.st_size)
        note(OP_EXTEND, st.st_ino, (uint64_t)st.st_size, (uint64_t)(at + length - st.st_size), NULL,
             NULL, NULL, 0);
    int answer = (int)syscall(SYS_fallocate, fd, mode, at, length);
    pthread_mutex_unlock(&lock);
    return answer;
}

int fallocate64(int fd, int mode, off64_t at, off64_t length)
{
    return fallocate(fd, mode, at, length);
}

int posix_fallocate(int fd, off_t at, off_t length)
{
    return fallocate(fd, 0, at, length) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off64_t at, off64_t length) { return posix_fallocate(fd, at, length); }

static void *map(void *address, size_t length, int protection, int flags, int fd, off_t at)
{
    struct stat st;
    int shared = (flags & MAP_TYPE) == MAP_SHARED || (flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
    if (!(flags & MAP_ANONYMOUS) && shared && (protection & PROT_WRITE) && is_watched(fd, &st))
        give_up("a watched file is mapped for writing, which cannot be followed");
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, at);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t at)
{
    return map(address, length, protection, flags, fd, at);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t at)
{
    return map(address, length, protection, flags, fd, at);
}

/* ------------------------------------------------------------------------------ syncing */

static void wait_us(uint64_t us)
{
    struct timespec t = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    while (us && syscall(SYS_nanosleep, &t, &t) != 0 && errno == EINTR) {
    }
}

static int sync_watched(int fd, long call)
{
    struct stat st;
    if (!is_watched(fd, &st))
        return (int)syscall(call, fd);
    pthread_mutex_lock(&lock);
    count(CONTROL_SYNCS, 1);
    if (falls_due(CONTROL_KILL_BEFORE))
        syscall(SYS_kill, getpid(), SIGKILL);
    int kill_after = falls_due(CONTROL_KILL_AFTER);
    int fails = falls_due(CONTROL_SYNC_FAILS_IN);
    if (fails && control[CONTROL_SYNC_FAILS_ON])
        control[CONTROL_SYNC_FAILS_IN] = 1;
    uint64_t delay = control[CONTROL_SYNC_DELAY_US];
    int off = control[CONTROL_SYNC_OFF] != 0;
    uint64_t mine = ++token;
    if (!fails && !off)
        note(OP_SYNC_BEGIN, st.st_ino, mine, 0, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    wait_us(delay);
    if (off)
        return 0;
    if (fails) {
        count(CONTROL_SYNCS_FAILED, 1);
        errno = EIO;
        return -1;
    }
    int answer = (int)syscall(call, fd);
    if (answer == 0) {
        pthread_mutex_lock(&lock);
        note(OP_SYNC_END, st.st_ino, mine, 0, NULL, NULL, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    if (kill_after)
        syscall(SYS_kill, getpid(), SIGKILL);
    return answer;
}

int fsync(int fd) { return sync_watched(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_watched(fd, SYS_fdatasync); }

/* Its own manual says that it makes nothing safe: it is passed on and counts for nothing. */
int sync_file_range(int fd, off64_t at, off64_t length, unsigned flags)
{
    return (int)syscall(SYS_sync_file_range, fd, at, length, flags);
}

/* ------------------------------------------------------------------------------ the clock */

/* The wall clock alone is moved, as somebody with the wrong time server would. */
int clock_gettime(clockid_t clock, struct timespec *t)
{
    int answer = (int)syscall(SYS_clock_gettime, clock, t);
    if (answer == 0 && root_length && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t ns = t->tv_nsec + (int64_t)control[CONTROL_CLOCK_STEP_MS] % 1000 * 1000000;
        t->tv_sec += (int64_t)control[CONTROL_CLOCK_STEP_MS] / 1000;
        t->tv_sec += ns < 0 ? -1 : ns / 1000000000;
        t->tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
    }
    return answer;
}

int gettimeofday(struct timeval *t, void *zone)
{
    (void)zone;
    struct timespec now;
    int answer = clock_gettime(CLOCK_REALTIME, &now);
    if (answer == 0) {
        t->tv_sec = now.tv_sec;
        t->tv_usec = now.tv_nsec / 1000;
    }
    return answer;
}

time_t time(time_t *t)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (t)
        *t = now.tv_sec;
    return now.tv_sec;
}

/* ------------------------------------------------------------------------------ names */

static int unlink_at(int at, const char *path, int flags)
{
    char real[PATH_MAX];
    struct stat st;
    if ((flags & AT_REMOVEDIR) || !resolve(at, path, real))
        return (int)syscall(SYS_unlinkat, at, path, flags);
    pthread_mutex_lock(&lock);
    if (look_at(real, &st) == 0 && S_ISREG(st.st_mode))
        note(OP_UNLINK, parent_inode(real), save(real), 0, real, NULL, NULL, 0);
    int answer = (int)syscall(SYS_unlinkat, at, path, flags);
    pthread_mutex_unlock(&lock);
    return answer;
}

int unlink(const char *path) { return unlink_at(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return unlink_at(at, path, flags); }

int remove(const char *path)
{
    if (unlink_at(AT_FDCWD, path, 0) == 0)
        return 0;
    return errno == EISDIR ? unlink_at(AT_FDCWD, path, AT_REMOVEDIR) : -1;
}

static int rename_at(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
    char real_from[PATH_MAX], real_to[PATH_MAX];
    struct stat st;
    int from_watched = resolve(from_at, from, real_from), to_watched = resolve(to_at, to, real_to);
    if (!from_watched && !to_watched)
        return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    if (from_watched != to_watched || (flags & RENAME_EXCHANGE))
        give_up("a rename that cannot be followed");
    pthread_mutex_lock(&lock);
    if (look_at(real_from, &st) == 0) {
        int replaces = look_at(real_to, &st) == 0 && S_ISREG(st.st_mode);
        note(OP_RENAME, parent_inode(real_to), replaces ? save(real_to) : 0, 0, real_from, real_to,
             NULL, 0);
    }
    int answer = (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    pthread_mutex_unlock(&lock);
    return answer;
}

int rename(const char *from, const char *to) { return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0); }

int renameat(int from_at, const char *from, int to_at, const char *to)
{
    return rename_at(from_at, from, to_at, to, 0);
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
    return rename_at(from_at, from, to_at, to, flags);
}

int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
    char real[PATH_MAX];
    if (!resolve(to_at, to, real))
        return (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
    pthread_mutex_lock(&lock);
    struct stat st;
    if (look_at(real, &st) != 0)
        note(OP_LINK, parent_inode(real), 0, 0, real, NULL, NULL, 0);
    int answer = (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
    pthread_mutex_unlock(&lock);
    return answer;
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
