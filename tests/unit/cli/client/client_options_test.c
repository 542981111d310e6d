// The arguments of the clients.
#include "cli/client/client_options.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct manual_option serve[] = {
    {"--port", NULL, "KOBEL_PORT", "PORT", "8290", "port", "serve run"},
    {"--ready-file", NULL, NULL, "FILE", NULL, "ready", "serve"},
};
static struct client_options options;
static struct error err;

static bool is_read(const char *command, char *const *arguments) {
    err.message[0] = '\0';
    return client_options_read(command, arguments, serve, COUNT_OF(serve), &options, &err);
}

Test(client_options, words_and_options_may_be_mixed) {
    cr_assert(is_read("stop", (char *[]){"--json", "app", "--force", NULL}), "%s", err.message);
    cr_assert(eq(str, (char *)options.words[0], "app"));
    cr_assert(options.forces && options.is_json);
}

Test(client_options, values_come_after_an_equals_sign_or_as_the_next_argument) {
    cr_assert(is_read("status", (char *[]){"--url=http://here:1", NULL}));
    cr_assert(eq(str, (char *)options.url, "http://here:1"));
    cr_assert(is_read("status", (char *[]){"--url", "http://there:2", NULL}));
    cr_assert(eq(str, (char *)options.url, "http://there:2"));
    cr_assert(is_read("logs", (char *[]){"app", "-f", NULL}));
    cr_assert(options.follows);
}

Test(client_options, a_command_takes_its_own_options_only) {
    cr_assert(not(is_read("status", (char *[]){"--force", NULL})));
    cr_assert(
        eq(str, err.message, "kobel status has no option '--force'; see `kobel help status`"));
    cr_assert(not(is_read("stop", (char *[]){"app", "--port", "1", NULL})));
    cr_assert(not(is_read("status", (char *[]){"--json=yes", NULL})));
    cr_assert(not(is_read("status", (char *[]){"--url", NULL})));
}

Test(client_options, the_number_of_words_is_checked) {
    cr_assert(not(is_read("stop", (char *[]){NULL})));
    cr_assert(eq(str, err.message, "usage: kobel stop APP"));
    cr_assert(not(is_read("stop", (char *[]){"one", "two", NULL})));
    cr_assert(is_read("snapshot", (char *[]){"app", NULL}));
    cr_assert(is_read("snapshot", (char *[]){"app", "name", NULL}));
    cr_assert(not(is_read("restore", (char *[]){"app", NULL})));
    cr_assert(is_read("snapshots", (char *[]){NULL}));
    cr_assert(is_read("snapshots", (char *[]){"app", "--names", NULL}));
    cr_assert(not(is_read("export", (char *[]){"snapshot", NULL})));
    cr_assert(eq(str, err.message, "usage: kobel export SNAPSHOT PLACE"));
    cr_assert(is_read("import", (char *[]){"name", "s3://b/p/", NULL}));
}

Test(client_options, an_argument_that_is_not_utf_8_is_refused) {
    cr_assert(not(is_read("stop", (char *[]){"app\xFF", NULL})));
    cr_assert(eq(str, err.message, "the argument 'app\xEF\xBF\xBD' is not UTF-8"));
    cr_assert(not(is_read("run", (char *[]){"app.jar", "-p", "G.k=\xE4", NULL})));
}

Test(client_options, the_options_of_run_are_read) {
    cr_assert(is_read("run", (char *[]){"app.jar", "--parallelism", "2", "--all", "--fresh",
                                        "--allow-non-restored-state", "--runtime=FLINK-2_2",
                                        "-pG.k=v", "--port", "1", NULL}),
              "%s", err.message);
    cr_assert(eq(i64, options.parallelism, 2));
    cr_assert(options.shows_all && options.is_fresh && options.allows_non_restored);
    cr_assert(eq(str, (char *)options.runtime, "FLINK-2_2"));
    cr_assert(eq(str, (char *)options.properties[0], "G.k=v"));
    cr_assert(eq(sz, options.serve_argument_count, 2));
    cr_assert(eq(str, (char *)options.port, "1"));
}

Test(client_options, a_wrong_value_is_named_with_what_is_allowed) {
    static const struct {
        char *flag;
        char *value;
        const char *message;
    } rows[] = {
        {"--url", "here", "--url: 'here' is not an address: use one such as http://host:port"},
        {"--parallelism", "0", "--parallelism: '0' is not a parallelism: use 1 or more"},
        {"-p", "key=value", "--property: 'key=value' is not a property: use Group.key=value"},
        {"--runtime", "FLINK-9", "--runtime: 'FLINK-9' is not a runtime that kobel runs: use "},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char *arguments[] = {"app.jar", rows[index].flag, rows[index].value, NULL};
        cr_assert(not(is_read("run", arguments)));
        cr_assert(
            eq(int, strncmp(err.message, rows[index].message, strlen(rows[index].message)), 0),
            "%s", err.message);
    }
}
