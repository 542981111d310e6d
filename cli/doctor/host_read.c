// Gathers the facts about this machine with the functions that the daemon uses, so that both report
// the same.
#include "base/clock.h"
#include "base/environment.h"
#include "base/text.h"
#include "cli/doctor/host_facts.h"
#include "runtime/fence/cgroups.h"
#include "runtime/host/available_memory.h"
#include "runtime/host/java.h"
#include "runtime/installed/catalog.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void find_java(struct host_facts *facts) {
    AUTO(buffer_release) struct buffer others = BUFFER_INIT(sizeof facts->other_javas);
    struct java java;

    if (java_search(&java, &others)) {
        (void)text_copy(facts->java_home, sizeof facts->java_home, java.home);
        facts->java_major = java.major;
    }
    (void)text_copy(facts->other_javas, sizeof facts->other_javas, buffer_text(&others));
}

// --- the sandbox ---

static void try_sandbox(struct host_facts *facts) {
    struct error err = {0};

    facts->is_root = geteuid() == 0;
    facts->sandbox_works = sandbox_choose(environment_or("KOBEL_SANDBOX", "auto"), NULL,
                                          &facts->sandbox, &facts->refusals, &err);
    (void)text_copy(facts->sandbox_failure, sizeof facts->sandbox_failure, err.message);
}

// --- disk ---

// What is free where the directory is, or where the daemon would make it.
static int64_t free_bytes(const char *directory) {
    bool is_temporary = text_equal(directory, ":temp:");
    char path[FILE_PATH_MAX];
    struct statvfs disk;

    (void)text_copy(path, sizeof path, is_temporary ? environment_or("TMPDIR", "/tmp") : directory);
    while (!file_exists(path)) {
        char *slash = strrchr(path, '/');
        if (slash == path) return 0;
        if (slash == NULL)
            (void)text_copy(path, sizeof path, "."); // relative, and nothing of it exists
        else
            *slash = '\0';
    }
    if (statvfs(path, &disk) < 0) return 0;
    return (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
}

// --- directories ---

// As the daemon chooses it, which refuses to start where there is none.
static bool find_directory(const char *variable, const char *name, char out[static FILE_PATH_MAX],
                           struct host_facts *facts) {
    const char *given = environment_or(variable, NULL);
    struct error err;

    if (given != NULL && text_copy(out, FILE_PATH_MAX, given)) return true;
    if (environment_data_directory(name, out, &err)) return true;
    (void)text_copy(facts->directory_failure, sizeof facts->directory_failure, err.message);
    return false;
}

static void add_runtime(const json_t *runtime, struct host_facts *facts) {
    const char *name = json_text_or(runtime, "runtimeEnvironment", "");
    const char *python = json_text(runtime, "python");
    size_t used = strlen(facts->runtimes);
    size_t outdated = strlen(facts->outdated_runtimes);

    (void)text_format(facts->runtimes + used, sizeof facts->runtimes - used, "%s%s%s%s",
                      used == 0 ? "" : ", ", name, python == NULL ? "" : " with Python ",
                      python == NULL ? "" : python);
    if (json_bool_or(runtime, "isOutdated", false))
        (void)text_format(facts->outdated_runtimes + outdated,
                          sizeof facts->outdated_runtimes - outdated, "%s%s",
                          outdated == 0 ? "" : " ", name);
    if (facts->python_runtime != NULL && text_equal(facts->python_runtime, name))
        facts->has_python = python != NULL;
}

static void list_runtimes(struct host_facts *facts) {
    AUTO(json_decref) json_t *list = NULL;
    size_t index;
    const json_t *runtime;

    if (!catalog_list(facts->runtimes_directory, &list, NULL)) return;
    json_array_foreach(list, index, runtime)
        add_runtime(runtime, facts);
}

// --runtimes goes before the variable.
static bool find_runtimes(const struct client_options *options, struct host_facts *facts) {
    for (size_t index = 0; index + 1 < options->serve_argument_count; index += 2)
        if (text_equal(options->serve_arguments[index], "--runtimes"))
            return text_copy(facts->runtimes_directory, FILE_PATH_MAX,
                             options->serve_arguments[index + 1]);
    return find_directory("KOBEL_RUNTIMES", "kobel/runtimes", facts->runtimes_directory, facts);
}

static void check_directories(const struct client_options *options, struct host_facts *facts) {
    bool has_data = find_directory("KOBEL_DATA", "kobel", facts->data_directory, facts);
    bool has_runtimes = find_runtimes(options, facts);

    if (has_data) facts->disk_bytes = free_bytes(facts->data_directory);
    if (has_runtimes) list_runtimes(facts);
}

// --- the port ---

// The port of "http://127.0.0.1:8290"; 0: it names none.
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
    // As the daemon does it: connections in TIME_WAIT do not count.
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
}

static void check_port(struct client *client, struct host_facts *facts) {
    (void)text_copy(facts->url, sizeof facts->url, client_url(client));
    if (client_is_answered(client))
        facts->port = HOST_PORT_KOBEL;
    else
        facts->port = is_port_free(port_of(facts->url)) ? HOST_PORT_FREE : HOST_PORT_TAKEN;
}

void host_read(struct client *client, const struct client_options *options,
               const char *python_runtime, struct host_facts *out_facts) {
    struct host_facts facts = {.python_runtime = python_runtime};
    struct clock clock = clock_system();

    find_java(&facts);
    try_sandbox(&facts);
    cgroup_root_try(facts.limits, sizeof facts.limits);
    facts.memory_bytes = available_memory_bytes();
    check_directories(options, &facts);
    check_port(client, &facts);
    facts.now_ms = clock_now_ms(&clock);
    *out_facts = facts;
}
