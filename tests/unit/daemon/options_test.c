// The options of the daemon: flags, variables, and what is refused.
#include "daemon/options.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REST_MAX = 4 };

static struct options options;
static const char *rest[REST_MAX];
static struct error err;

static bool is_read(const char *command, char **arguments) {
    int count = 0;

    while (arguments[count] != NULL)
        count++;
    err.message[0] = '\0';
    return options_read(command, count, arguments, &options, rest, REST_MAX, &err);
}

Test(options, every_option_has_a_default_a_variable_and_a_flag_in_this_order) {
    (void)unsetenv("KOBEL_KPU_LIMIT");
    cr_assert(is_read("serve", (char *[]){NULL}), "%s", err.message);
    cr_assert(eq(i64, options.limits.kpus, 64));
    (void)setenv("KOBEL_KPU_LIMIT", "32", 1);
    cr_assert(is_read("serve", (char *[]){NULL}), "%s", err.message);
    cr_assert(eq(i64, options.limits.kpus, 32));
    cr_assert(is_read("serve", (char *[]){"--kpu-limit=16", NULL}), "%s", err.message);
    cr_assert(eq(i64, options.limits.kpus, 16));
}

Test(options, a_variable_of_kobel_replaces_that_of_the_aws_sdks) {
    (void)setenv("AWS_ENDPOINT_URL_S3", "https://s3.example", 1);
    (void)setenv("AWS_CA_BUNDLE", "/aws.pem", 1);
    cr_assert(is_read("serve", (char *[]){NULL}), "%s", err.message);
    cr_assert(eq(str, options.s3_endpoint, "https://s3.example"));
    cr_assert(eq(str, options.s3_ca_bundle, "/aws.pem"));
    (void)setenv("KOBEL_S3_CA_BUNDLE", "/kobel.pem", 1);
    cr_assert(is_read("serve", (char *[]){NULL}), "%s", err.message);
    cr_assert(eq(str, options.s3_ca_bundle, "/kobel.pem"));
    (void)setenv("AWS_ENDPOINT_URL_S3", "here", 1);
    cr_assert(not(is_read("serve", (char *[]){NULL})));
    cr_assert(text_starts_with(err.message, "AWS_ENDPOINT_URL_S3: 'here' is not an address: "));
}

Test(options, the_directory_of_the_runtimes_is_absolute) {
    cr_assert(chdir("/usr") == 0);
    cr_assert(is_read("runtime", (char *[]){"list", "--runtimes", "flinks", NULL}), "%s",
              err.message);
    cr_assert(eq(str, options.runtimes, "/usr/flinks"));
    cr_assert(is_read("runtime", (char *[]){"list", "--runtimes", "/flinks", NULL}), "%s",
              err.message);
    cr_assert(eq(str, options.runtimes, "/flinks"));
}

Test(options, the_values_are_read) {
    char *arguments[] = {"--metrics-retention",
                         "12h",
                         "--s3-root=/buckets",
                         "--cluster-ports",
                         "30000-31000",
                         "--auth",
                         "verify",
                         "--auth-key",
                         "id:secret",
                         "--spares",
                         "0",
                         "--maintenance",
                         "on",
                         NULL};

    cr_assert(is_read("serve", arguments), "%s", err.message);
    cr_assert(eq(i64, options.metering.retention_ms, 12LL * 3600 * 1000));
    cr_assert(eq(str, options.s3_root, "/buckets"));
    cr_assert(eq(u16, options.first_port, 30000));
    cr_assert(eq(u16, options.last_port, 31000));
    cr_assert(options.verifies_signatures && options.auth_key_count == 1);
    cr_assert(eq(int, options.spares, 0));
    cr_assert(options.maintains);
}

Test(options, a_command_takes_its_own_options_only) {
    cr_assert(is_read("runtime", (char *[]){"install", "FLINK-1_20", "--from", "/flink", NULL}));
    cr_assert(eq(str, options.from, "/flink"));
    cr_assert(eq(str, (char *)rest[1], "FLINK-1_20"));
    cr_assert(eq(ptr, (void *)rest[2], NULL));
    cr_assert(is_read("runtime", (char *[]){"remove", "FLINK-1_20", "--force", NULL}));
    cr_assert(options.forces);
    cr_assert(not(is_read("runtime", (char *[]){"list", "--port", "1", NULL})));
    cr_assert(
        eq(str, err.message, "kobel runtime has no option '--port'; see `kobel help runtime`"));
    cr_assert(not(is_read("serve", (char *[]){"--force", NULL})));
}

Test(options, what_is_refused_is_named_with_what_is_allowed) {
    static const struct {
        char *flag;
        char *value;
        const char *message;
    } rows[] = {
        {"--port", "65536", "--port: '65536' is not a port: use 0 to 65535"},
        {"--allowed-host", "a:1", "--allowed-host: 'a:1' is not a host name: "},
        {"--profile", "big", "--profile: 'big' is not a profile: use dev or aws"},
        {"--cluster-ports", "1-2", "--cluster-ports: '1-2' is not a range of "},
        {"--memory-budget", "much", "--memory-budget: 'much' is not a size: "},
        {"--job-env", "x", "--job-env: 'x' is not a variable: use KEY=VALUE"},
        {"--s3-endpoint", "here", "--s3-endpoint: 'here' is not an address: "},
        {"--auth", "yes", "--auth: 'yes' is not a mode: use none or verify"},
        {"--auth", "verify", "--auth verify needs at least one key: give --auth-key"},
        {"--application-limit", "0",
         "--application-limit: '0' is not a limit: use a number of 1 or more, or none"},
        {"--maintenance", "weekly", "--maintenance: 'weekly' is not a mode: use on or off"},
        {"--spares", "9", "--spares: '9' is not a number of spare clusters: use 0 to 8"},
        {"--silence-limit", "1s", "--silence-limit: '1s' is not a time: use 2s or more"},
        {"--start-means", "vertices",
         "--start-means: 'vertices' is not known: use job or all-tasks"},
        {"--start-limit", "0s", "--start-limit: '0s' is not a time: use 1s or more"},
        {"--metrics-interval", "90s", "--metrics-interval: '90s' is not an interval: "},
        {"--metrics-retention", "ever", "--metrics-retention: 'ever' is not a time: "},
        {"--time-scale", "0", "--time-scale: '0' is not a time scale: "},
        {"--autoscaling", "on", "--autoscaling: 'on' is not a policy: "},
        {"--log-budget", "1k", "--log-budget: '1k' is not a size: use 1m or more"},
        {"--log-level", "loud", "--log-level: 'loud' is not a log level: "},
        {"--data", "\xFF", "--data: '\xEF\xBF\xBD' is not UTF-8"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char *arguments[] = {rows[index].flag, rows[index].value, NULL};
        cr_assert(not(is_read("serve", arguments)), "%s", rows[index].flag);
        cr_assert(text_starts_with(err.message, rows[index].message), "%s", err.message);
    }
    cr_assert(not(is_read("serve", (char *[]){"--port", NULL})));
    cr_assert(eq(str, err.message, "--port needs a value (PORT)"));
}

Test(options, without_a_home_directory_the_directories_must_be_given) {
    (void)unsetenv("HOME");
    (void)unsetenv("XDG_DATA_HOME");
    cr_assert(not(is_read("serve", (char *[]){"--runtimes", "/flink", NULL})));
    cr_assert(eq(str, err.message, "neither HOME nor XDG_DATA_HOME is set; give --data"));
    cr_assert(is_read("runtime", (char *[]){"list", "--runtimes", "/flink", NULL}));
}

Test(options, each_row_is_described) {
    struct manual_option rows[64];
    size_t count = options_describe(rows, COUNT_OF(rows));

    cr_assert(gt(sz, count, 0));
    for (size_t index = 0; index < count; index++)
        cr_assert(rows[index].text[0] != '\0' && rows[index].commands[0] != '\0', "%s",
                  rows[index].flag);
}
