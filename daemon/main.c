// The command line: commands of the daemon, and clients.
#include "base/text.h"
#include "cli/cli.h"
#include "cli/client/terminal.h"
#include "daemon/daemon.h"
#include "daemon/options.h"
#include "daemon/runtime_command.h"

#include <curl/curl.h>

enum { EXIT_USAGE = 2, WORDS_MAX = 8, OPTIONS_MAX = 64 };

static int run_client(const char *command, char *const *arguments) {
    struct manual_option options[OPTIONS_MAX];
    struct cli_program program = {.version = KOBEL_VERSION, .serve_options = options};

    program.serve_option_count = options_describe(options, COUNT_OF(options));
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    int status = cli_run(&program, command, arguments);
    curl_global_cleanup();
    return status;
}

static int serve(const struct options *options, const char *const *words) {
    if (words[0] == NULL) return daemon_run(options);
    terminal_print_error("usage: kobel serve [OPTION]...; see `kobel help serve`");
    return EXIT_USAGE;
}

// `serve` or `runtime`.
static int run_daemon(const char *command, int count, char **arguments) {
    const char *words[WORDS_MAX];
    struct options options;
    struct error err;

    if (!options_read(command, count, arguments, &options, words, WORDS_MAX, &err)) {
        terminal_print_error(err.message);
        return EXIT_USAGE;
    }
    // Requests to Flink are plain HTTP: no TLS library needs to be set up.
    (void)curl_global_init(CURL_GLOBAL_NOTHING);
    int status = text_equal(command, "serve") ? serve(&options, words)
                                              : runtime_command_run(&options, words);
    curl_global_cleanup();
    return status;
}

int main(int argc, char **argv) {
    char *const no_arguments[] = {NULL};
    const char *command = argc < 2 ? "help" : argv[1];
    char **arguments = argv + 2;

    if (cli_knows(command)) return run_client(command, argc < 2 ? no_arguments : arguments);
    if (text_equal(command, "version") || text_equal(command, "--version")) {
        (void)fputs("kobel " KOBEL_VERSION "\n", stdout);
        return 0;
    }
    if (text_equal(command, "serve") || text_equal(command, "runtime")) {
        if (!cli_asks_for_help(arguments)) return run_daemon(command, argc - 2, arguments);
        return run_client("help", (char *const[]){argv[1], NULL});
    }
    return cli_refuse_command(command);
}
