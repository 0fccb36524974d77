/*
 * Makes disks fail for one process, without a mount and without root:
 *
 *     LD_PRELOAD=target/libfault.so STEWARD_FAULT_DIR=/path/of/data STEWARD_FAULT_FILE=/path/of/switch steward serve ...
 *
 * The switch is a file whose content is read at every call, so that a test turns a fault on and off while
 * the process runs:
 *
 *     enospc   writes, growth and new files fail with ENOSPC (the disk is full)
 *     erofs    every change fails with EROFS (the disk was mounted read-only after an error)
 *     fsync    fsync, fdatasync and sync_file_range fail with EIO, once the write has been accepted
 *     (empty, or no such file) nothing fails
 *
 * Only files under STEWARD_FAULT_DIR are touched. Shared memory that is mapped (SQLite's -shm) is not a write
 * call and is left alone, as on a real disk, where it lives in the page cache.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum mode { NONE, ENOSPACE, READONLY, SYNC };

/* The switch, read with bare system calls so that our own wrappers are not entered again. */
static enum mode current(void) {
    const char *file = getenv("STEWARD_FAULT_FILE");
    if (!file || !*file) return NONE;
    int saved = errno;
    long fd = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
    enum mode mode = NONE;
    if (fd >= 0) {
        char word[16] = {0};
        if (syscall(SYS_read, fd, word, sizeof word - 1) > 0) {
            if (!strncmp(word, "enospc", 6)) mode = ENOSPACE;
            else if (!strncmp(word, "erofs", 5)) mode = READONLY;
            else if (!strncmp(word, "fsync", 5)) mode = SYNC;
        }
        syscall(SYS_close, fd);
    }
    errno = saved;
    return mode;
}

static int under(const char *path) {
    const char *dir = getenv("STEWARD_FAULT_DIR");
    if (!dir || !*dir || !path) return 0;
    char real[PATH_MAX];
    const char *base = realpath(dir, real) ? real : dir;
    size_t length = strlen(base);
    return !strncmp(path, base, length) && (path[length] == '/' || path[length] == '\0');
}

static int ours_fd(int fd) {
    char link[64], path[PATH_MAX];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    errno = saved;
    if (n <= 0) return 0;
    path[n] = '\0';
    return under(path);
}

/* A path need not exist yet: then its folder decides. */
static int ours_path(int dirfd, const char *name) {
    char full[PATH_MAX], real[PATH_MAX];
    int saved = errno, result = 0;
    if (!name) return 0;
    if (name[0] == '/' || dirfd == AT_FDCWD) {
        snprintf(full, sizeof full, "%s", name);
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
        long n = syscall(SYS_readlinkat, AT_FDCWD, link, full, sizeof full - 1);
        if (n <= 0) { errno = saved; return 0; }
        full[n] = '\0';
        strncat(full, "/", sizeof full - strlen(full) - 1);
        strncat(full, name, sizeof full - strlen(full) - 1);
    }
    if (realpath(full, real)) {
        result = under(real);
    } else {
        char *slash = strrchr(full, '/');
        if (slash) *slash = '\0';
        else strcpy(full, ".");
        if (realpath(*full ? full : "/", real)) result = under(real);
    }
    errno = saved;
    return result;
}

static int change_error(enum mode mode) {
    return mode == ENOSPACE ? ENOSPC : mode == READONLY ? EROFS : 0;
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, name)
#define FAIL_FD(fd) do { \
    int error = change_error(current()); \
    if (error && ours_fd(fd)) { errno = error; return -1; } } while (0)
#define FAIL_SYNC(fd) do { \
    if (current() == SYNC && ours_fd(fd)) { errno = EIO; return -1; } } while (0)
#define FAIL_READONLY(dirfd, path) do { \
    if (current() == READONLY && ours_path(dirfd, path)) { errno = EROFS; return -1; } } while (0)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    FAIL_FD(fd);
    return real(fd, data, size);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    FAIL_FD(fd);
    return real(fd, parts, count);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    FAIL_FD(fd);
    return real(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    FAIL_FD(fd);
    return real(fd, data, size, at);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
    FAIL_FD(fd);
    return real(fd, parts, count, at);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    REAL(ssize_t, "pwritev64", int, const struct iovec *, int, off64_t);
    FAIL_FD(fd);
    return real(fd, parts, count, at);
}
int ftruncate(int fd, off_t size) {
    REAL(int, "ftruncate", int, off_t);
    FAIL_FD(fd);
    return real(fd, size);
}
int ftruncate64(int fd, off64_t size) {
    REAL(int, "ftruncate64", int, off64_t);
    FAIL_FD(fd);
    return real(fd, size);
}
/* These two answer with the error itself and leave errno alone. */
int posix_fallocate(int fd, off_t at, off_t size) {
    REAL(int, "posix_fallocate", int, off_t, off_t);
    int error = change_error(current());
    return error && ours_fd(fd) ? error : real(fd, at, size);
}
int posix_fallocate64(int fd, off64_t at, off64_t size) {
    REAL(int, "posix_fallocate64", int, off64_t, off64_t);
    int error = change_error(current());
    return error && ours_fd(fd) ? error : real(fd, at, size);
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    FAIL_SYNC(fd);
    return real(fd);
}
int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    FAIL_SYNC(fd);
    return real(fd);
}
int sync_file_range(int fd, off64_t at, off64_t size, unsigned int flags) {
    REAL(int, "sync_file_range", int, off64_t, off64_t, unsigned int);
    FAIL_SYNC(fd);
    return real(fd, at, size, flags);
}

/* 0, or the error that opening this file must give. A full disk still opens what exists. */
static int open_error(int dirfd, const char *path, int flags) {
    enum mode mode = current();
    int changes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
    if (!change_error(mode) || !changes || !ours_path(dirfd, path)) return 0;
    if (mode == READONLY) return EROFS;
    return (flags & O_CREAT) && syscall(SYS_faccessat, dirfd, path, F_OK) != 0 ? ENOSPC : 0;
}

#define OPEN_MODE(flags, last) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; va_start(list, last); mode = va_arg(list, mode_t); va_end(list); }
#define OPEN_BODY(name) \
    int error = open_error(AT_FDCWD, path, flags); \
    if (error) { errno = error; return -1; } \
    REAL(int, name, const char *, int, ...); \
    return real(path, flags, mode)
#define OPENAT_BODY(name) \
    int error = open_error(dirfd, path, flags); \
    if (error) { errno = error; return -1; } \
    REAL(int, name, int, const char *, int, ...); \
    return real(dirfd, path, flags, mode)

int open(const char *path, int flags, ...) { OPEN_MODE(flags, flags) OPEN_BODY("open"); }
int open64(const char *path, int flags, ...) { OPEN_MODE(flags, flags) OPEN_BODY("open64"); }
int openat(int dirfd, const char *path, int flags, ...) { OPEN_MODE(flags, flags) OPENAT_BODY("openat"); }
int openat64(int dirfd, const char *path, int flags, ...) { OPEN_MODE(flags, flags) OPENAT_BODY("openat64"); }

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    FAIL_READONLY(AT_FDCWD, path);
    return real(path);
}
int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    FAIL_READONLY(AT_FDCWD, to);
    return real(from, to);
}
int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    FAIL_READONLY(AT_FDCWD, to);
    return real(from, to);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    FAIL_READONLY(AT_FDCWD, path);
    return real(path, mode);
}
