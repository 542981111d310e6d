// Looks at the machine. For Java the daemon has its own eyes (runtime/java.c); the sandbox is
// chosen by the same function.
#include "base/available_memory.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/host_facts.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char JVM_DIRECTORY[] = "/usr/lib/jvm";
static const char CGROUPS[] = "/sys/fs/cgroup";
enum { FILE_MAX_BYTES = 65536 };

// The text of a small file; "" when it cannot be read.
static struct buffer read_text(const char *path) {
    struct buffer text = BUFFER_INIT(FILE_MAX_BYTES);
    struct error ignored;

    (void)!file_read(path, &text, &ignored);
    return text;
}

// --- Java ---

static int java_major_of(const char *home) {
    char path[FILE_PATH_MAX];
    struct error ignored;
    int major = 0;

    if (!file_join(path, sizeof path, &ignored, home, "release", NULL)) return 0;
    AUTO(buffer_release) struct buffer text = read_text(path);
    const char *version = strstr(buffer_text(&text), "JAVA_VERSION=\"");
    if (version == NULL) return 0;
    version += strlen("JAVA_VERSION=\"");
    if (text_starts_with(version, "1.")) version += 2;
    for (; *version >= '0' && *version <= '9' && major < 1000; version++)
        major = major * 10 + (*version - '0');
    return major;
}

static void look_at_java(const char *home, struct host_facts *facts) {
    char *real = realpath(home, NULL);
    int major = real == NULL ? 0 : java_major_of(real);
    size_t used = strlen(facts->other_javas);

    if (major == HOST_JAVA_WANTED && facts->java_home[0] == '\0') {
        (void)text_copy(facts->java_home, sizeof facts->java_home, real);
        facts->java_major = major;
    } else if (major != 0 && major != HOST_JAVA_WANTED &&
               strstr(facts->other_javas, real) == NULL) // links lead to the same one
        (void)text_format(facts->other_javas + used, sizeof facts->other_javas - used,
                          "%s%s (Java %d)", used == 0 ? "" : ", ", real, major);
    free(real);
}

static bool visit_java(void *userdata, const char *name, bool is_directory, struct error *err) {
    char home[FILE_PATH_MAX];

    (void)is_directory;
    if (name[0] == '.') return true;
    if (!file_join(home, sizeof home, err, JVM_DIRECTORY, name, NULL)) return false;
    look_at_java(home, userdata);
    return true;
}

static void look_for_java(struct host_facts *facts) {
    const char *home = getenv("JAVA_HOME");
    struct error ignored;

    if (!text_is_empty(home)) look_at_java(home, facts);
    if (file_is_directory(JVM_DIRECTORY))
        (void)!file_list(JVM_DIRECTORY, visit_java, facts, &ignored);
}

// --- the sandbox ---

static void look_at_sandbox(struct host_facts *facts) {
    const char *wanted = getenv("KOBEL_SANDBOX");
    struct error err = {0};

    facts->is_root = geteuid() == 0;
    facts->sandbox_works = sandbox_choose(text_is_empty(wanted) ? "auto" : wanted, NULL,
                                          &facts->sandbox, &facts->refusals, &err);
    (void)text_copy(facts->sandbox_failure, sizeof facts->sandbox_failure, err.message);
}

static void look_at_control_groups(struct host_facts *facts) {
    AUTO(buffer_release) struct buffer own = read_text("/proc/self/cgroup");
    struct error ignored;

    // "0::/user.slice/...": the one line of the unified hierarchy.
    const char *group = strstr(buffer_text(&own), "0::/");
    if (group == NULL) return;
    char name[512];
    (void)text_format(name, sizeof name, "%.*s", (int)strcspn(group + 4, "\n"), group + 4);
    if (!file_join(facts->cgroup, sizeof facts->cgroup, &ignored, CGROUPS, name, NULL)) return;
    char file[FILE_PATH_MAX];
    facts->cgroups_are_writable =
        file_join(file, sizeof file, &ignored, facts->cgroup, "cgroup.procs", NULL) &&
        access(file, W_OK) == 0 && access(facts->cgroup, W_OK) == 0;
}

// --- disk ---

// What is free where the directory is, or where it would be made.
static int64_t free_bytes(const char *directory) {
    char path[FILE_PATH_MAX];
    struct statvfs disk;

    (void)text_copy(path, sizeof path, directory);
    while (!file_exists(path)) {
        char *slash = strrchr(path, '/');
        if (slash == NULL || slash == path) return 0;
        *slash = '\0';
    }
    if (statvfs(path, &disk) < 0) return 0;
    return (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
}

// --- directories ---

static void directory_of(const char *variable, const char *name, char out[static FILE_PATH_MAX]) {
    const char *said = getenv(variable);
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    struct error ignored;

    if (!text_is_empty(said))
        (void)text_copy(out, FILE_PATH_MAX, said);
    else if (!text_is_empty(data))
        (void)!file_join(out, FILE_PATH_MAX, &ignored, data, name, NULL);
    else if (!text_is_empty(home))
        (void)!file_join(out, FILE_PATH_MAX, &ignored, home, ".local/share", name, NULL);
}

static bool visit_runtime(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct host_facts *facts = userdata;
    size_t used = strlen(facts->runtimes);

    (void)err;
    if (is_directory && text_starts_with(name, "FLINK-"))
        (void)text_format(facts->runtimes + used, sizeof facts->runtimes - used, "%s%s",
                          used == 0 ? "" : ", ", name);
    return true;
}

static void look_at_directories(struct host_facts *facts) {
    struct error ignored;

    directory_of("KOBEL_DATA", "kobel", facts->data_directory);
    directory_of("KOBEL_RUNTIMES", "kobel/runtimes", facts->runtimes_directory);
    facts->disk_bytes = free_bytes(facts->data_directory);
    if (file_is_directory(facts->runtimes_directory))
        (void)!file_list(facts->runtimes_directory, visit_runtime, facts, &ignored);
}

// --- the port ---

// The port of "http://127.0.0.1:8290"; 0: none is said.
static uint16_t port_of(const char *url) {
    const char *colon = strrchr(url, ':');
    int64_t port;

    if (colon == NULL || !text_to_int64(colon + 1, &port) || port < 1 || port > 65535) return 0;
    return (uint16_t)port;
}

static bool is_port_free(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    AUTO(file_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int yes = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // As the daemon does it: connections that are fading away are no obstacle.
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
}

static void look_at_port(struct client *client, struct host_facts *facts) {
    (void)text_copy(facts->url, sizeof facts->url, client_url(client));
    if (client_is_answered(client))
        facts->port = HOST_PORT_KOBEL;
    else
        facts->port = is_port_free(port_of(facts->url)) ? HOST_PORT_FREE : HOST_PORT_TAKEN;
}

void host_look(struct client *client, struct host_facts *out_facts) {
    struct host_facts facts = {0};
    struct clock clock = clock_system();

    look_for_java(&facts);
    look_at_sandbox(&facts);
    look_at_control_groups(&facts);
    facts.memory_bytes = available_memory_bytes();
    look_at_directories(&facts);
    look_at_port(client, &facts);
    facts.now_ms = clock_now_ms(&clock);
    *out_facts = facts;
}
