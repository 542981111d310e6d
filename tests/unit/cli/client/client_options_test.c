// The arguments of the clients.
#include "cli/client/client_options.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

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

Test(client_options, values_come_behind_an_equals_sign_or_as_the_next_argument) {
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
}

Test(client_options, what_is_no_text_is_refused) {
    cr_assert(not(is_read("stop", (char *[]){"app\xFF", NULL})));
    cr_assert(eq(str, err.message, "the argument 'app\xEF\xBF\xBD' is not UTF-8"));
    cr_assert(not(is_read("run", (char *[]){"app.jar", "-p", "G.k=\xE4", NULL})));
}
