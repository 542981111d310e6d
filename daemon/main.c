// The command line.
#include "base/text.h"
#include "cli/cli.h"
#include "cli/client/terminal.h"
#include "daemon/daemon.h"
#include "daemon/options.h"
#include "daemon/runtime_command.h"

#include <curl/curl.h>

enum { WORDS_MAX = 8, OPTIONS_MAX = 64 };

static int run(const char *command, const struct options *options, const char *const *words) {
    if (text_equal(command, "serve") && words[0] == NULL) return daemon_run(options);
    if (text_equal(command, "runtime")) return runtime_command_run(options, words);
    terminal_complain("unknown command; `kobel help` lists them");
    return 2;
}

static int run_client(const char *command, char *const *arguments) {
    struct manual_option options[OPTIONS_MAX];
    struct cli_program program = {.version = KOBEL_VERSION, .serve_options = options};

    program.serve_option_count = options_describe(options, COUNT_OF(options));
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    int status = cli_run(&program, command, arguments);
    curl_global_cleanup();
    return status;
}

int main(int argc, char **argv) {
    char *const no_arguments[] = {NULL};
    const char *command = argc < 2 ? "help" : argv[1];
    const char *words[WORDS_MAX];
    struct options options;
    struct error err;

    if (cli_knows(command)) return run_client(command, argc < 2 ? no_arguments : argv + 2);
    if (text_equal(command, "version") || text_equal(command, "--version")) {
        (void)fputs("kobel " KOBEL_VERSION "\n", stdout);
        return 0;
    }
    if (!options_read(argc - 2, argv + 2, &options, words, WORDS_MAX, &err)) {
        terminal_complain(err.message);
        return 2;
    }
    // Flink is asked over plain HTTP: no TLS library needs to be set up.
    (void)curl_global_init(CURL_GLOBAL_NOTHING);
    int status = run(command, &options, words);
    curl_global_cleanup();
    return status;
}
