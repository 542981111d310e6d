// libkobel-properties.so: preloaded into Flink's processes at the sandbox levels that cannot mount
// a private /etc/flink. A program that opens or stats /etc/flink/application_properties.json, as
// the AWS library KinesisAnalyticsRuntime does, gets the file that KOBEL_APPLICATION_PROPERTIES
// named at its start; the same for the certificates of Amazon Corretto and KOBEL_TRUST_STORE. All
// other paths go to the C library unchanged.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct translation {
    const char *path; // as on the service
    const char *variable;
    const char *replacement; // NULL = none
};

static struct translation translations[] = {
    {"/etc/flink/application_properties.json", "KOBEL_APPLICATION_PROPERTIES", NULL},
    {"/usr/lib/jvm/java-11-amazon-corretto/lib/security/cacerts", "KOBEL_TRUST_STORE", NULL},
    {"/usr/lib/jvm/java-17-amazon-corretto/lib/security/cacerts", "KOBEL_TRUST_STORE", NULL},
};
static const size_t COUNT = sizeof translations / sizeof translations[0];

// At the start, because a program may change its environment.
__attribute__((constructor)) static void remember(void) {
    for (size_t index = 0; index < COUNT; index++) {
        const char *named = getenv(translations[index].variable);
        if (named != NULL && named[0] != '\0') translations[index].replacement = strdup(named);
    }
}

static const char *translate(const char *path) {
    if (path == NULL) return path;
    for (size_t index = 0; index < COUNT; index++)
        if (translations[index].replacement != NULL && strcmp(path, translations[index].path) == 0)
            return translations[index].replacement;
    return path;
}

// The C library's function of the same name. It may be missing (__xstat in new versions); nothing
// calls it then.
#define NEXT(name)                                                                                 \
    static __typeof__(name) *next;                                                                 \
    if (next == NULL) next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

// The parameter names differ from those in the C library's headers.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)

// --- opening ---

static bool has_mode(int flags) {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

// The mode, where the call has one.
#define MODE_OF(flags, mode)                                                                       \
    if (has_mode(flags)) {                                                                         \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        (mode) = va_arg(list, mode_t);                                                             \
        va_end(list);                                                                              \
    }

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...) {                                                   \
        mode_t mode = 0;                                                                           \
        NEXT(name);                                                                                \
        MODE_OF(flags, mode)                                                                       \
        return next(translate(path), flags, mode);                                                 \
    }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name)                                                                              \
    int name(int directory, const char *path, int flags, ...) {                                    \
        mode_t mode = 0;                                                                           \
        NEXT(name);                                                                                \
        MODE_OF(flags, mode)                                                                       \
        return next(directory, translate(path), flags, mode);                                      \
    }
OPEN_AT(openat)
OPEN_AT(openat64)

#define OPEN_STREAM(name)                                                                          \
    FILE *name(const char *path, const char *mode) {                                               \
        NEXT(name);                                                                                \
        return next(translate(path), mode);                                                        \
    }
OPEN_STREAM(fopen)
OPEN_STREAM(fopen64)

// Called instead by programs compiled with _FORTIFY_SOURCE.
#define OPEN_FORTIFIED(name)                                                                       \
    int name(const char *path, int flags);                                                         \
    int name(const char *path, int flags) {                                                        \
        NEXT(name);                                                                                \
        return next(translate(path), flags);                                                       \
    }
OPEN_FORTIFIED(__open_2)
OPEN_FORTIFIED(__open64_2)

#define OPEN_AT_FORTIFIED(name)                                                                    \
    int name(int directory, const char *path, int flags);                                          \
    int name(int directory, const char *path, int flags) {                                         \
        NEXT(name);                                                                                \
        return next(directory, translate(path), flags);                                            \
    }
OPEN_AT_FORTIFIED(__openat_2)
OPEN_AT_FORTIFIED(__openat64_2)

// --- stat ---

#define STAT(name, type)                                                                           \
    int name(const char *path, struct type *out) {                                                 \
        NEXT(name);                                                                                \
        return next(translate(path), out);                                                         \
    }
STAT(stat, stat)
STAT(lstat, stat)
STAT(stat64, stat64)
STAT(lstat64, stat64)

#define STAT_AT(name, type)                                                                        \
    int name(int directory, const char *path, struct type *out, int flags) {                       \
        NEXT(name);                                                                                \
        return next(directory, translate(path), out, flags);                                       \
    }
STAT_AT(fstatat, stat)
STAT_AT(fstatat64, stat64)

// Called by programs built with a C library before 2.33.
#define OLD_STAT(name)                                                                             \
    int name(int version, const char *path, void *out);                                            \
    int name(int version, const char *path, void *out) {                                           \
        NEXT(name);                                                                                \
        return next(version, translate(path), out);                                                \
    }
OLD_STAT(__xstat)
OLD_STAT(__xstat64)
OLD_STAT(__lxstat)
OLD_STAT(__lxstat64)

#define OLD_STAT_AT(name)                                                                          \
    int name(int version, int directory, const char *path, void *out, int flags);                  \
    int name(int version, int directory, const char *path, void *out, int flags) {                 \
        NEXT(name);                                                                                \
        return next(version, directory, translate(path), out, flags);                              \
    }
OLD_STAT_AT(__fxstatat)
OLD_STAT_AT(__fxstatat64)

int statx(int directory, const char *path, int flags, unsigned mask, struct statx *out) {
    NEXT(statx);
    return next(directory, translate(path), flags, mask, out);
}

int access(const char *path, int mode) {
    NEXT(access);
    return next(translate(path), mode);
}

int faccessat(int directory, const char *path, int mode, int flags) {
    NEXT(faccessat);
    return next(directory, translate(path), mode, flags);
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
