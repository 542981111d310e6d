#include "cli/client/client_options.h"

#include "base/cleanup.h"
#include "base/environment.h"
#include "base/text.h"
#include "model/runtime_environment.h"

#include <string.h>

typedef bool read_fn(struct client_options *options, const char *value, struct error *err);

static bool read_url(struct client_options *options, const char *value, struct error *err) {
    if (!text_starts_with(value, "http://") && !text_starts_with(value, "https://"))
        return error_set(err, ERROR_INVALID,
                         "'%s' is not an address: use one such as http://host:port", value);
    options->url = value;
    return true;
}

static bool read_parallelism(struct client_options *options, const char *value, struct error *err) {
    return (text_to_int64(value, &options->parallelism) && options->parallelism > 0) ||
           error_set(err, ERROR_INVALID, "'%s' is not a parallelism: use 1 or more", value);
}

static bool read_property(struct client_options *options, const char *value, struct error *err) {
    const char *dot = strchr(value, '.');
    const char *equals = strchr(value, '=');

    if (dot == NULL || equals == NULL || dot == value || dot > equals || dot + 1 == equals)
        return error_set(err, ERROR_INVALID, "'%s' is not a property: use Group.key=value", value);
    if (options->property_count == CLIENT_PROPERTIES_MAX)
        return error_set(err, ERROR_INVALID,
                         "at most %d properties may be given: use --properties FILE for more",
                         CLIENT_PROPERTIES_MAX);
    options->properties[options->property_count++] = value;
    return true;
}

static bool read_jar(struct client_options *options, const char *value, struct error *err) {
    if (options->jar_count == CLIENT_JARS_MAX)
        return error_set(err, ERROR_INVALID, "at most %d jars may be given: put them into lib/",
                         CLIENT_JARS_MAX);
    options->jars[options->jar_count++] = value;
    return true;
}

static bool read_properties(struct client_options *options, const char *value, struct error *err) {
    (void)err;
    options->properties_file = value;
    return true;
}

static bool read_name(struct client_options *options, const char *value, struct error *err) {
    (void)err;
    options->name = value;
    return true;
}

static bool read_snapshot(struct client_options *options, const char *value, struct error *err) {
    (void)err;
    options->snapshot = value;
    return true;
}

static bool read_application(struct client_options *options, const char *value, struct error *err) {
    (void)err;
    options->application = value;
    return true;
}

static bool read_runtime(struct client_options *options, const char *value, struct error *err) {
    char list[RUNTIME_ENVIRONMENT_LIST_SIZE];
    enum runtime_environment runtime;

    if (!runtime_environment_from_name(value, &runtime) || !runtime_environment_can_run(runtime)) {
        runtime_environment_list(list);
        return error_set(err, ERROR_INVALID, "'%s' is not a runtime that kobel runs: use %s", value,
                         list);
    }
    options->runtime = value;
    return true;
}

#define SWITCH(member)                                                                             \
    static bool read_##member(struct client_options *options, const char *value,                   \
                              struct error *err) {                                                 \
        (void)value;                                                                               \
        (void)err;                                                                                 \
        options->member = true;                                                                    \
        return true;                                                                               \
    }
SWITCH(is_json)
SWITCH(only_names)
SWITCH(follows)
SWITCH(forces)
SWITCH(watches)
SWITCH(is_fresh)
SWITCH(allows_non_restored)
SWITCH(shows_all)
SWITCH(is_checked_only)
SWITCH(is_kept)
SWITCH(holds_sources)

static const char CLIENTS[] = "run status logs events stop snapshot snapshots export import "
                              "restore scale maintenance explain "
                              "doctor rehearse";
static const char PRINTERS[] =
    "status events stop snapshot snapshots export import restore scale maintenance explain doctor "
    "rehearse";

static const struct row {
    struct manual_option text;
    read_fn *read;
} rows[] = {
    {{"--url", NULL, "KOBEL_URL", "URL", "http://127.0.0.1:8290", "address of the daemon", CLIENTS},
     read_url},
    {{"--json", NULL, NULL, NULL, NULL, "print JSON, for scripts", PRINTERS}, read_is_json},
    {{"--names", NULL, NULL, NULL, NULL,
      "print names only, one in each line: of all applications, of the snapshots from which APP "
      "can "
      "be restored, or of the enhanced snapshots",
      "status snapshots"},
     read_only_names},
    {{"--follow", "-f", NULL, NULL, NULL, "do not end, but wait for more and print it",
      "logs events"},
     read_follows},
    {{"--force", NULL, NULL, NULL, NULL, "stop at once and without a snapshot", "stop"},
     read_forces},
    {{"--name", NULL, NULL, "NAME", NULL,
      "name of the application (default: that of the file, without its version)", "run"},
     read_name},
    {{"--property", "-p", NULL, "P", NULL,
      "runtime property Group.key=value; may be given several times. A group ends at the first "
      "dot, unless the application or the properties file has a longer one. A new one with dots is "
      "written in quotes: \"my.group\".key=value",
      "run rehearse doctor"},
     read_property},
    {{"--properties", NULL, NULL, "FILE", NULL,
      "file with runtime properties: JSON as in application_properties.json, or lines "
      "Group.key=value",
      "run rehearse doctor"},
     read_properties},
    {{"--jar", NULL, NULL, "FILE", NULL,
      "jar that a script of SQL or Python needs, such as a connector; may be given several times. "
      "Jars in lib/ beside the script need not be given",
      "run rehearse doctor"},
     read_jar},
    {{"--parallelism", NULL, NULL, "N", NULL, "parallelism of the job", "run rehearse"},
     read_parallelism},
    {{"--runtime", NULL, NULL, "RUNTIME", NULL,
      "Flink runtime, such as FLINK-1_20 (default: that of the application, or an installed one)",
      "run doctor rehearse"},
     read_runtime},
    {{"--watch", NULL, NULL, NULL, NULL,
      "move the job, with its state, whenever the jar, the script with the files beside it, or the "
      "properties file has changed. What changed code does not take of the state is printed first. "
      "The newest 5 snapshots of these "
      "moves are kept, unless the tag kobel:snapshot-retention of the application or "
      "--snapshot-retention of the daemon has another rule",
      "run"},
     read_watches},
    {{"--fresh", NULL, NULL, NULL, NULL, "start without the state of earlier runs", "run"},
     read_is_fresh},
    {{"--allow-non-restored-state", NULL, NULL, NULL, NULL,
      "start even if a part of the state belongs to an operator that is not in the job any more",
      "run restore rehearse"},
     read_allows_non_restored},
    {{"--all", NULL, NULL, NULL, NULL,
      "print every line of Flink's logs, not only lines of the job and warnings", "run"},
     read_shows_all},
    {{"--snapshot", NULL, NULL, "SNAPSHOT", NULL,
      "where the state comes from: s3://bucket/prefix/ of an export, the directory of a savepoint, "
      "or the name of an enhanced snapshot",
      "rehearse doctor"},
     read_snapshot},
    {{"--application", NULL, NULL, "APP", NULL, "the application that has the snapshot", "doctor"},
     read_application},
    {{"--no-start", NULL, NULL, NULL, NULL, "compare only, and start nothing", "rehearse"},
     read_is_checked_only},
    {{"--hold-sources", NULL, NULL, NULL, NULL,
      "start the program with sources that read nothing and keep their state", "rehearse"},
     read_holds_sources},
    {{"--keep", NULL, NULL, NULL, NULL,
      "leave the application and the imported snapshot, instead of removing them", "rehearse"},
     read_is_kept},
};

size_t client_options_rows(struct manual_option *out, size_t limit) {
    size_t count = COUNT_OF(rows) < limit ? COUNT_OF(rows) : limit;

    for (size_t index = 0; index < count; index++)
        out[index] = rows[index].text;
    return count;
}

// --- commands ---

static const struct manual_command commands[] = {
    {"serve", "", "run the daemon", NULL, NULL},
    {"run", "PROGRAM", "run a jar, or a script of SQL or Python, and print what it prints",
     "PROGRAM is a jar or zip as the service takes it, a script *.sql, a script *.py with the "
     "files "
     "beside it, or a directory with a main.py. "
     "Starts a daemon if none answers, creates or updates the application, starts it and prints "
     "its output and log. Ctrl-C stops it with a snapshot, from which the next run continues; a "
     "second Ctrl-C stops it at once. With --watch, the job moves to the new code whenever that "
     "has changed and is complete. Options of `kobel serve` apply to the daemon that is started.",
     "FILE"},
    {"rehearse", "PROGRAM", "start a program from a snapshot of another place, as a trial",
     "Starts a daemon if none answers. Imports the snapshot, shows each operator with its state "
     "and whether the program has it, and "
     "starts the program from it in an application of its own, until all tasks run and a "
     "checkpoint is complete. Then both are removed. No other application is touched, but the "
     "program reads its sources and writes to its sinks: give it others with --property, or use "
     "--hold-sources or --no-start. Exit status 1: it cannot be started from the snapshot, or does "
     "not work. Options of `kobel serve` apply to the daemon that is started.",
     "FILE"},
    {"status", "[APP]", "show all applications, or one with its snapshots and operations", NULL,
     "APP"},
    {"logs", "APP", "print the logs and the output of an application", NULL, "APP"},
    {"events", "APP", "print the history of an application", NULL, "APP"},
    {"stop", "APP", "stop an application with a snapshot", NULL, "APP"},
    {"snapshot", "APP [NAME]", "take a snapshot of a running application",
     "It is of the kind that the application has: an application snapshot, or, in the mode "
     "ENHANCED_SNAPSHOTS, an enhanced one, which belongs to the account and stays when the "
     "application is deleted.",
     "APP"},
    {"restore", "APP SNAPSHOT", "continue from a snapshot",
     "A running application is updated and continues from the snapshot; a READY one is started "
     "from it. An application in the mode ENHANCED_SNAPSHOTS takes any enhanced snapshot, also one "
     "of another application or an imported one, by its name or its ARN.",
     "APP"},
    {"snapshots", "[APP]", "list the enhanced snapshots of the account, or those made from APP",
     "Those of an application that is not in the mode ENHANCED_SNAPSHOTS are shown by `kobel "
     "status APP`.",
     "APP"},
    {"export", "SNAPSHOT PLACE", "copy an enhanced snapshot to a bucket",
     "PLACE is s3://bucket/prefix/. The files go below the prefix, into a directory with the id of "
     "the operation, whose place is printed: `kobel import` takes it, and so does a Flink cluster, "
     "as a savepoint. Exit status 1: the copy failed; the reason is printed.",
     "SNAPSHOT"},
    {"import", "NAME PLACE", "make an enhanced snapshot from a savepoint in a bucket",
     "PLACE is s3://bucket/prefix/, the directory with the _metadata of a savepoint, of any Flink "
     "cluster. Exit status 1: the copy failed; the reason is printed, and the name is taken until "
     "the snapshot is deleted.",
     NULL},
    {"scale", "APP N", "change the parallelism of an application", NULL, "APP"},
    {"maintenance", "APP",
     "restart a running application with its state, as the service's "
     "maintenance does",
     "The status is MAINTENANCE meanwhile, and the version does not change. "
     "With `kobel serve --maintenance on` it happens by itself, once in the maintenance window of "
     "each application.",
     "APP"},
    {"explain", "APP", "explain why an application was scaled, or was not", NULL, "APP"},
    {"doctor", "[PROGRAM]", "check this machine, and the program of an application",
     "Checks Java, the sandbox, control groups, memory, disk, the port, the clock and the "
     "runtimes; in a jar the main class, the versions of class files, connectors, bundled parts of "
     "Flink, logging frameworks and uids; in a zip, script or directory of Python the script, the "
     "properties, jars and packages. Each finding comes with what to do about it. With "
     "--snapshot, also whether the program of the jar takes the state of that snapshot, for which "
     "a daemon has to run; without one, what is in the directory of a savepoint. Exit status 1: "
     "something will not work.",
     "FILE"},
    {"runtime", "install RUNTIME...", "install Flink runtimes, such as FLINK-1_20; --all: all",
     "Flink is downloaded with what the user's pip knows of it, about 300 MB for each runtime; a "
     "download that was interrupted is continued by the next command. What is downloaded stays in "
     "~/.cache/kobel. Several are installed one after the other.",
     "install list remove"},
    {"runtime", "list", "list the installed runtimes", NULL, NULL},
    {"runtime", "remove RUNTIME", "remove an installed runtime that no running application uses",
     NULL, NULL},
    {"completion", "SHELL", "print the completion for bash, zsh or fish", NULL, "bash zsh fish"},
    {"man", "", "print the manual page, in troff: kobel man | man -l -", NULL, NULL},
    {"version", "", "print the version", NULL, NULL},
    {"help", "[COMMAND]", "print this help, or that of a command", NULL, NULL},
};

const struct manual_command *client_options_commands(size_t *out_count) {
    *out_count = COUNT_OF(commands);
    return commands;
}

// --- reading ---

// Is `argument` this option? "--flag=value" and "-pvalue" also set *out_value.
static bool fits(const struct manual_option *option, const char *argument, const char **out_value) {
    size_t length = strlen(option->flag);

    if (strncmp(argument, option->flag, length) == 0) {
        if (argument[length] == '=' && option->value != NULL) *out_value = argument + length + 1;
        if (argument[length] == '\0' || *out_value != NULL) return true;
    }
    if (option->short_flag == NULL || !text_starts_with(argument, option->short_flag)) return false;
    if (argument[2] != '\0' && option->value != NULL) *out_value = argument + 2;
    return argument[2] == '\0' || *out_value != NULL;
}

struct reader {
    const char *command;
    char *const *at;
    const struct manual_option *serve;
    size_t serve_count;
    struct client_options *options;
};

// The value of an option: after '=', or the next argument.
static bool read_value(struct reader *reader, const struct manual_option *option,
                       const char **value, struct error *err) {
    if (*value != NULL || option->value == NULL) return true;
    if (reader->at[1] == NULL)
        return error_set(err, ERROR_INVALID, "%s needs a value (%s)", option->flag, option->value);
    *value = *++reader->at;
    return true;
}

static bool read_serve_option(struct reader *reader, const struct manual_option *option,
                              const char *value, struct error *err) {
    struct client_options *options = reader->options;

    if (!read_value(reader, option, &value, err)) return false;
    if (text_equal(option->flag, "--port")) options->port = value;
    if (options->serve_argument_count + 2 > CLIENT_SERVE_ARGUMENTS_MAX)
        return error_set(err, ERROR_INVALID, "at most %d options for the daemon may be given",
                         CLIENT_SERVE_ARGUMENTS_MAX / 2);
    options->serve_arguments[options->serve_argument_count++] = option->flag;
    options->serve_arguments[options->serve_argument_count++] = value;
    return true;
}

static bool read_option(struct reader *reader, struct error *err) {
    const char *argument = *reader->at;

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        const char *value = NULL;
        if (!manual_list_has(rows[index].text.commands, reader->command) ||
            !fits(&rows[index].text, argument, &value))
            continue;
        return read_value(reader, &rows[index].text, &value, err) &&
               (rows[index].read(reader->options, value, err) ||
                error_prefix(err, "%s", rows[index].text.flag));
    }
    for (size_t index = 0; index < reader->serve_count; index++) {
        const char *value = NULL;
        if (manual_list_has(reader->serve[index].commands, reader->command) &&
            fits(&reader->serve[index], argument, &value))
            return read_serve_option(reader, &reader->serve[index], value, err);
    }
    return error_set(err, ERROR_INVALID, "kobel %s has no option '%s'; see `kobel help %s`",
                     reader->command, argument, reader->command);
}

static bool read_word(struct client_options *options, const char *word, struct error *err) {
    if (options->word_count + 1 >= CLIENT_WORDS_MAX)
        return error_set(err, ERROR_INVALID, "'%s' is one argument too many", word);
    options->words[options->word_count++] = word;
    return true;
}

// As many words as "APP [NAME]" of the table; those in brackets are optional.
static bool check_words(const char *command, const struct client_options *options,
                        struct error *err) {
    for (size_t index = 0; index < COUNT_OF(commands); index++) {
        size_t least = 0;
        size_t most = 0;
        if (!text_equal(commands[index].name, command)) continue;
        for (const char *at = commands[index].words; *at != '\0';) {
            most++;
            least += *at != '[';
            at += strcspn(at, " ");
            at += strspn(at, " ");
        }
        if (options->word_count >= least && options->word_count <= most) return true;
        return error_set(err, ERROR_INVALID, "usage: kobel %s %s", command, commands[index].words);
    }
    return true;
}

// Requests to the daemon are JSON, and so UTF-8.
static bool check_text(const char *url, char *const *arguments, struct error *err) {
    if (url != NULL && !text_is_utf8(url))
        return error_set(err, ERROR_INVALID, "KOBEL_URL: '%s' is not UTF-8", url);
    for (; *arguments != NULL; arguments++)
        if (!text_is_utf8(*arguments))
            return error_set(err, ERROR_INVALID, "the argument '%s' is not UTF-8", *arguments);
    return true;
}

bool client_options_read(const char *command, char *const *arguments,
                         const struct manual_option *serve, size_t serve_count,
                         struct client_options *out_options, struct error *err) {
    const char *url = environment_or("KOBEL_URL", NULL);
    struct client_options options = {.port = environment_or("KOBEL_PORT", NULL)};
    struct reader reader = {command, arguments, serve, serve_count, &options};

    if (!check_text(url, arguments, err)) return false;
    if (url != NULL && !read_url(&options, url, err)) return error_prefix(err, "KOBEL_URL");
    for (; *reader.at != NULL; reader.at++) {
        bool is_option = (*reader.at)[0] == '-' && (*reader.at)[1] != '\0';
        if (is_option ? !read_option(&reader, err) : !read_word(&options, *reader.at, err))
            return false;
    }
    if (!check_words(command, &options, err)) return false;
    *out_options = options;
    return true;
}
