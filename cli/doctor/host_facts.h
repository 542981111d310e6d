// The facts about this machine as plain data: host_read() gathers them, host_findings() judges
// them.
#pragma once

#include "base/file.h"
#include "cli/client/client.h"
#include "cli/client/client_options.h"
#include "cli/doctor/findings.h"
#include "runtime/fence/sandbox.h"

enum host_port { HOST_PORT_FREE, HOST_PORT_KOBEL, HOST_PORT_TAKEN };

struct host_facts {
    char java_home[FILE_PATH_MAX]; // of the wanted version; "" = none
    int java_major;                // its version
    char other_javas[400];         // "/usr/lib/jvm/java-21 (Java 21), ..."
    bool is_root;
    bool sandbox_works;
    struct sandbox sandbox; // that the daemon would choose
    struct sandbox_refusals refusals;
    char sandbox_failure[1024];  // why no level works
    char limits[64];             // what control groups can limit, "memory, cpu, pids (v1)"; "none"
    int64_t memory_bytes;        // available
    char directory_failure[128]; // why there is no default directory; "" = there is one
    char data_directory[FILE_PATH_MAX];
    int64_t disk_bytes; // free for the data directory
    enum host_port port;
    char url[300];
    int64_t now_ms;
    char runtimes_directory[FILE_PATH_MAX];
    char runtimes[256];          // "FLINK-1_20 with Python 3.11, FLINK-2_2"
    char outdated_runtimes[128]; // "FLINK-1_18 FLINK-2_2": installed by an earlier kobel
    const char *python_runtime;  // on which a program in Python is to run; NULL = there is none
    bool has_python;             // that runtime has Python
};

// `client` has the address of the daemon, whose port is checked; `options` may have --runtimes.
// `python_runtime`: see above; lives as long as the facts.
void host_read(struct client *client, const struct client_options *options,
               const char *python_runtime, struct host_facts *out_facts);

// Pure.
void host_findings(const struct host_facts *facts, struct findings *out);
