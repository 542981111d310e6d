#include "runtime/local/cluster_conf_files.h"

#include "base/file_inside.h"
#include "base/text.h"
#include "runtime/local/cluster_conf.h"

#include <string.h>
#include <unistd.h>

static const size_t CONF_MAX_BYTES = 65536;
static const size_t HOSTS_MAX_BYTES = (size_t)4 << 20;

// Without waiting for the disk: the cluster ends with the daemon, and so do its files.
static bool write_file(const struct workspace_paths *paths, const char *directory, const char *name,
                       const char *text, struct error *err) {
    char relative[80];

    (void)text_format(relative, sizeof relative, "%s/%s", directory, name);
    return file_write_inside(paths->cluster, relative, text, strlen(text), 0644, err);
}

// Flink resolves the name of its host: "kobel", or the machine's where the sandbox does not set
// one. The host's own lines follow, for the names of brokers and of other containers.
static bool write_hosts(const struct workspace_paths *paths, struct error *err) {
    AUTO(buffer_release) struct buffer hosts = BUFFER_INIT(HOSTS_MAX_BYTES);
    AUTO(buffer_release) struct buffer of_host = BUFFER_INIT(HOSTS_MAX_BYTES);
    char name[256] = "";

    (void)gethostname(name, sizeof name - 1);
    (void)buffer_append_format(&hosts, "127.0.0.1 localhost kobel %s\n", name);
    if (file_read("/etc/hosts", &of_host, NULL))
        (void)buffer_append_text(&hosts, buffer_text(&of_host));
    return write_file(paths, WORKSPACE_CONF, "hosts", buffer_text(&hosts), err);
}

bool cluster_conf_write(const struct launch_spec *spec, const char *instance,
                        const struct cluster_ports *ports, const struct workspace_paths *paths,
                        int64_t heartbeat_timeout_ms, const struct job_surroundings *surroundings,
                        struct error *err) {
    AUTO(buffer_release) struct buffer flink = BUFFER_INIT(CONF_MAX_BYTES);
    AUTO(buffer_release) struct buffer log4j = BUFFER_INIT(CONF_MAX_BYTES);

    cluster_conf_print(spec, instance, ports, paths, heartbeat_timeout_ms, &flink);
    cluster_conf_print_s3(surroundings, &flink);
    cluster_conf_print_log4j(spec, &log4j);
    return write_file(paths, WORKSPACE_CONF, runtime_environment_conf_file(spec->runtime),
                      buffer_text(&flink), err) &&
           write_file(paths, WORKSPACE_CONF, "log4j.properties", buffer_text(&log4j), err) &&
           write_hosts(paths, err) &&
           write_file(paths, WORKSPACE_CONF, "passwd",
                      "flink:x:1000:1000:flink:/tmp:/usr/sbin/nologin\n", err) &&
           // The service always has this file; the submission fills it.
           write_file(paths, WORKSPACE_ETC, WORKSPACE_PROPERTIES, "[]", err);
}
