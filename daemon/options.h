// The options of `serve` and `runtime`: one table for flags, for variables and for the help.
#pragma once

#include "api/auth.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/client/manual.h"
#include "controller/record/app_rules.h"
#include "controller/record/retention_policy.h"
#include "controller/scaling/metering_options.h"
#include "model/cluster_size.h"
#include "runtime/host/port_pool.h"

#include <stdint.h>

#define OPTIONS_AUTH_KEYS_MAX     8
#define OPTIONS_ALLOWED_HOSTS_MAX 16

struct options {
    char listen[64];
    uint16_t port;
    char allowed_host_texts[OPTIONS_ALLOWED_HOSTS_MAX][256];
    size_t allowed_host_count;
    char ready_file[FILE_PATH_MAX]; // "" = none
    char data[FILE_PATH_MAX];       // ":temp:" = a new directory that is removed at the end
    char runtimes[FILE_PATH_MAX];
    char s3_root[FILE_PATH_MAX]; // "" = <data>/s3
    uint16_t s3_port;            // of the S3 endpoint for jobs; 0 = as before, or any free one
    enum profile profile;
    char sandbox[16];
    uint16_t first_port; // of clusters
    uint16_t last_port;
    int64_t memory_budget_bytes;      // 0 = 75 % of the available memory
    int64_t headroom_bytes;           // of a process, in the dev profile
    char job_env[65536];              // KEY=VALUE lines
    char s3_endpoint[FILE_PATH_MAX];  // "" = directories
    char s3_ca_bundle[FILE_PATH_MAX]; // "" = the certificates of the system
    bool verifies_signatures;
    struct auth_key auth_keys[OPTIONS_AUTH_KEYS_MAX];
    size_t auth_key_count;
    struct app_limits limits;
    struct retention_policy retention;
    bool maintains;
    struct metering_options metering;
    double time_scale;
    int spares; // -1 = by profile
    int64_t spare_max_age_ms;
    int64_t silence_limit_ms;
    int64_t log_budget_bytes;
    int64_t start_limit_ms;
    int64_t program_limit_ms;
    int64_t running_min_ms;
    bool start_means_all_tasks; // else RUNNING of the job
    enum log_level log_level;
    bool installs_all;        // of `runtime install`
    char from[FILE_PATH_MAX]; // of `runtime install`; "" = pip
    bool forces;              // of `runtime remove`
    bool with_python;         // of `runtime install`
};

// Defaults, then KOBEL_* variables, then flags. `arguments` are those after `command` ("serve" or
// "runtime"). `out_rest` gets those that are not options (NULL-terminated, borrowed).
// ERROR_INVALID: not an option of the command, a missing or a wrong value.
MUST_CHECK bool options_read(const char *command, int count, char **arguments,
                             struct options *out_options, const char **out_rest, size_t rest_max,
                             struct error *err);

// The rows of the table for the help, the manual page and the completions.
size_t options_describe(struct manual_option *out, size_t limit);
