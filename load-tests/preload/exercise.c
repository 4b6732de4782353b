/*
 * Writes files as it is told, to try the shim out. Each argument is one step, its parts parted by
 * commas; a descriptor is a letter.
 *
 *   open,F,PATH      create or open for appending           trunc,F,PATH  create or cut to nothing
 *   rw,F,PATH        open what exists, for writing          write,F,TEXT  write at the end or position
 *   at,F,N,TEXT      pwrite at N                            writev,F,A,B  one writev of two parts
 *   cut,F,N          ftruncate                              room,F,N      fallocate up to N
 *   sync,F           fdatasync                              dir,PATH      fsync a directory
 *   dup,F,G          G = dup(F)                             close,F
 *   rename,A,B       unlink,A       link,A,B                die           SIGKILL itself
 *   read,PATH        print the file on stdout
 *
 * Prints "STEP: error text" for a call that failed, and goes on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int fds[128];

static int show(const char *path)
{
    char bytes[4096];
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
        fwrite(bytes, 1, (size_t)n, stdout);
    fputc('\n', stdout);
    return close(fd);
}

static long step(char *verb, char *a, char *b, char *c)
{
    int *fd = &fds[(unsigned char)a[0] & 127];
    struct iovec parts[] = {{b, strlen(b)}, {c, strlen(c)}};
    if (!strcmp(verb, "open"))
        return *fd = open(b, O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (!strcmp(verb, "trunc"))
        return *fd = open(b, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    if (!strcmp(verb, "rw"))
        return *fd = open(b, O_WRONLY);
    if (!strcmp(verb, "write"))
        return write(*fd, b, strlen(b));
    if (!strcmp(verb, "writev"))
        return writev(*fd, parts, 2);
    if (!strcmp(verb, "at"))
        return pwrite(*fd, c, strlen(c), atol(b));
    if (!strcmp(verb, "cut"))
        return ftruncate(*fd, atol(b));
    if (!strcmp(verb, "room"))
        return fallocate(*fd, 0, 0, atol(b));
    if (!strcmp(verb, "sync"))
        return fdatasync(*fd);
    if (!strcmp(verb, "dup"))
        return fds[(unsigned char)b[0] & 127] = dup(*fd);
    if (!strcmp(verb, "close"))
        return close(*fd);
    if (!strcmp(verb, "rename"))
        return rename(a, b);
    if (!strcmp(verb, "unlink"))
        return unlink(a);
    if (!strcmp(verb, "link"))
        return link(a, b);
    if (!strcmp(verb, "read"))
        return show(a);
    if (!strcmp(verb, "dir")) {
        int dir = open(a, O_RDONLY | O_DIRECTORY);
        int answer = fsync(dir);
        close(dir);
        return answer;
    }
    if (!strcmp(verb, "die"))
        return kill(getpid(), SIGKILL);
    errno = EINVAL;
    return -1;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char whole[4096];
        snprintf(whole, sizeof whole, "%s", argv[i]);
        char *rest = argv[i], *parts[4] = {"", "", "", ""};
        for (int n = 0; n < 4 && rest; n++)
            parts[n] = strsep(&rest, ",");
        if (step(parts[0], parts[1], parts[2], parts[3]) < 0)
            printf("%s: %s\n", whole, strerror(errno));
        fflush(stdout);
    }
    return 0;
}
