#include "cli/cli.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/client/downtime_hint.h"
#include "cli/client/state_hint.h"
#include "cli/commands.h"
#include "cli/rehearse/command_rehearse.h"
#include "cli/run/command_run.h"

#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, OPTIONS_MAX = 96 };

static const struct command {
    const char *name;
    session_command_fn *run;
    // Prints what helps, below its error; NULL = nothing.
    void (*hint)(const struct session *session, const struct error *err);
} commands[] = {
    {"status", command_status, NULL},
    {"logs", command_logs, NULL},
    {"events", command_events, NULL},
    {"explain", command_explain, NULL},
    {"stop", command_stop, downtime_hint_print},
    {"snapshot", command_snapshot, downtime_hint_print},
    {"restore", command_restore, downtime_hint_print},
    {"scale", command_scale, downtime_hint_print},
    {"maintenance", command_maintenance, downtime_hint_print},
    {"run", command_run, state_hint_print},
    {"snapshots", command_snapshots, NULL},
    {"export", command_export, NULL},
    {"import", command_import, NULL},
    {"doctor", command_rehearse_doctor, NULL},
    {"rehearse", command_rehearse, NULL},
};

static const struct command *find(const char *command) {
    for (size_t index = 0; index < COUNT_OF(commands); index++)
        if (text_equal(commands[index].name, command)) return &commands[index];
    return NULL;
}

static bool is_manual_command(const char *command) {
    return text_equal(command, "help") || text_equal(command, "--help") ||
           text_equal(command, "-h") || text_equal(command, "man") ||
           text_equal(command, "completion");
}

bool cli_knows(const char *command) {
    return find(command) != NULL || is_manual_command(command);
}

int cli_refuse_command(const char *command) {
    char message[128];

    (void)text_format(message, sizeof message,
                      "unknown command '%.40s'; `kobel help` lists the commands", command);
    terminal_print_error(message);
    return EXIT_USAGE;
}

static int print_manual(const struct cli_program *program, const char *command, const char *word) {
    struct manual_option options[OPTIONS_MAX];
    struct manual manual = {.options = options, .version = program->version};
    bool is_known = true;

    manual.commands = client_options_commands(&manual.command_count);
    manual.option_count = client_options_rows(options, COUNT_OF(options));
    for (size_t index = 0; index < program->serve_option_count; index++)
        if (manual.option_count < COUNT_OF(options))
            options[manual.option_count++] = program->serve_options[index];
    if (text_equal(command, "man"))
        manual_print_troff(&manual, stdout);
    else if (text_equal(command, "completion"))
        is_known = word != NULL && manual_print_completion(&manual, word, stdout);
    else if (word != NULL)
        is_known = manual_print_command(&manual, word, stdout);
    else
        manual_print_help(&manual, stdout);
    if (is_known) return EXIT_DONE;
    if (!text_equal(command, "completion")) return cli_refuse_command(word);
    terminal_print_error("usage: kobel completion bash | zsh | fish");
    return EXIT_USAGE;
}

static bool open_session(const struct cli_program *program, const char *command,
                         char *const *arguments, struct session *session, struct error *err) {
    if (!client_options_read(command, arguments, program->serve_options,
                             program->serve_option_count, &session->options, err))
        return false;
    session->out = terminal_of(STDOUT_FILENO);
    session->app_name = session->options.words[0];
    session->client = client_new(session->options.url, session->options.port);
    return true;
}

bool cli_asks_for_help(char *const *arguments) {
    for (; *arguments != NULL; arguments++)
        if (text_equal(*arguments, "--help") || text_equal(*arguments, "-h")) return true;
    return false;
}

int cli_run(const struct cli_program *program, const char *command, char *const *arguments) {
    const struct command *row = find(command);
    struct session session = {0};
    struct error err;

    if (is_manual_command(command)) return print_manual(program, command, arguments[0]);
    if (cli_asks_for_help(arguments)) return print_manual(program, "help", command);
    if (row == NULL) return cli_refuse_command(command);
    if (!open_session(program, command, arguments, &session, &err)) {
        terminal_print_error(err.message);
        return EXIT_USAGE;
    }
    bool is_done = row->run(&session, &err);
    if (!is_done) terminal_print_error(err.message);
    if (!is_done && row->hint != NULL) row->hint(&session, &err);
    client_free(session.client);
    return is_done ? session.exit_status : EXIT_FAILED;
}
