// Looks at the machine: at Java, the sandbox, control groups and memory with the daemon's own
// functions, so that the two never say different things.
#include "base/clock.h"
#include "base/environment.h"
#include "base/text.h"
#include "cli/doctor/host_facts.h"
#include "runtime/fence/cgroups.h"
#include "runtime/host/available_memory.h"
#include "runtime/host/java.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void look_for_java(struct host_facts *facts) {
    AUTO(buffer_release) struct buffer others = BUFFER_INIT(sizeof facts->other_javas);
    struct java java;

    if (java_search(&java, &others)) {
        (void)text_copy(facts->java_home, sizeof facts->java_home, java.home);
        facts->java_major = java.major;
    }
    (void)text_copy(facts->other_javas, sizeof facts->other_javas, buffer_text(&others));
}

// --- the sandbox ---

static void look_at_sandbox(struct host_facts *facts) {
    struct error err = {0};

    facts->is_root = geteuid() == 0;
    facts->sandbox_works = sandbox_choose(environment_or("KOBEL_SANDBOX", "auto"), NULL,
                                          &facts->sandbox, &facts->refusals, &err);
    (void)text_copy(facts->sandbox_failure, sizeof facts->sandbox_failure, err.message);
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
    cgroup_root_try(facts.limits, sizeof facts.limits);
    facts.memory_bytes = available_memory_bytes();
    look_at_directories(&facts);
    look_at_port(client, &facts);
    facts.now_ms = clock_now_ms(&clock);
    *out_facts = facts;
}
