/*
 * Stands between a program and the system: the n-th call of one kind fails, or is the program's last.
 *
 * FAULT_CALL says which calls are counted, FAULT_AT which of them fails (the first is 1), and FAULT_ERROR how: a number of
 * errno, or `kill`. FAULT_IN is how the name of the program begins that is meant; its children are left alone. When it happens, the file
 * FAULT_TOLD comes to exist.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

extern char *program_invocation_short_name;

static atomic_int seen;

/* Whether this call is the one. If so, errno is set, or nothing is done any more. */
static int fails(const char *call) {
    const char *in = getenv("FAULT_IN"), *wanted = getenv("FAULT_CALL");
    const char *at = getenv("FAULT_AT"), *error = getenv("FAULT_ERROR"), *told = getenv("FAULT_TOLD");
    if (!in || !wanted || !at || !error || !told) return 0;
    if (strncmp(in, program_invocation_short_name, strlen(in)) != 0 || strcmp(call, wanted) != 0) return 0;
    if (atomic_fetch_add(&seen, 1) + 1 != atoi(at)) return 0;
    int (*really)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int fd = really(told, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd >= 0) close(fd);
    if (strcmp(error, "kill") == 0) raise(SIGKILL);
    errno = atoi(error);
    return 1;
}

#define REALLY(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int opened(const char *name, const char *call, const char *path, int flags, mode_t mode) {
    if (fails(call)) return -1;
    int (*really)(const char *, int, ...) = dlsym(RTLD_NEXT, name);
    return really(path, flags, mode);
}

#define OPEN(name)                                                          \
    int name(const char *path, int flags, ...) {                            \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                       \
        return opened(#name, "open", path, flags, mode);                    \
    }

OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *bytes, size_t count) {
    /* What fails for want of space may have been written in part. */
    if (fails("write")) {
        int error = errno;
        if (count > 1) REALLY(write)(fd, bytes, count / 2);
        errno = error;
        return -1;
    }
    return REALLY(write)(fd, bytes, count);
}

ssize_t read(int fd, void *bytes, size_t count) {
    return fails("read") ? -1 : REALLY(read)(fd, bytes, count);
}

int fdatasync(int fd) { return fails("sync") ? -1 : REALLY(fdatasync)(fd); }

int fsync(int fd) { return fails("sync") ? -1 : REALLY(fsync)(fd); }

int ftruncate64(int fd, off64_t length) { return fails("truncate") ? -1 : REALLY(ftruncate64)(fd, length); }

int mkdir(const char *path, mode_t mode) { return fails("mkdir") ? -1 : REALLY(mkdir)(path, mode); }

int rename(const char *from, const char *to) { return fails("rename") ? -1 : REALLY(rename)(from, to); }

int unlink(const char *path) { return fails("unlink") ? -1 : REALLY(unlink)(path); }

int flock(int fd, int how) { return fails("lock") ? -1 : REALLY(flock)(fd, how); }

int pipe2(int fds[2], int flags) { return fails("pipe") ? -1 : REALLY(pipe2)(fds, flags); }

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                char *const words[], char *const environment[]) {
    if (fails("spawn")) return errno;
    return REALLY(posix_spawn)(pid, path, actions, attributes, words, environment);
}

int posix_spawnp(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                 char *const words[], char *const environment[]) {
    if (fails("spawn")) return errno;
    return REALLY(posix_spawnp)(pid, path, actions, attributes, words, environment);
}

pid_t fork(void) { return fails("spawn") ? -1 : REALLY(fork)(); }
