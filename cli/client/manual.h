// The help, the manual page and the completions of shells, all made from the same rows of commands
// and options.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct manual_command {
    const char *name;
    const char *words; // the arguments: "APP [NAME]"; "" = none
    const char *text;
    const char *detail; // further sentences, for the help of the command; NULL = none
    // What a shell offers for the first argument: words separated by spaces, "APP" for the names of
    // applications and "SNAPSHOT" for those of enhanced snapshots (from the daemon), "FILE" for
    // files; NULL = nothing.
    const char *completions;
};

struct manual_option {
    const char *flag;       // "--follow"
    const char *short_flag; // "-f"; NULL = none
    const char *variable;   // NULL = none
    const char *value;      // name of its value in the help; NULL: a switch
    const char *fallback;   // shown; NULL = computed or none
    const char *text;
    const char *commands; // that take it, separated by spaces
};

struct manual {
    const struct manual_command *commands;
    size_t command_count;
    const struct manual_option *options;
    size_t option_count;
    const char *version;
};

// Is `word` one of the words of `list`, which may be NULL?
bool manual_list_has(const char *list, const char *word);

void manual_print_help(const struct manual *manual, FILE *out);
// What `kobel help COMMAND` prints. False: no such command.
bool manual_print_command(const struct manual *manual, const char *command, FILE *out);
void manual_print_troff(const struct manual *manual, FILE *out);
// `shell`: bash, zsh or fish. False: another one.
bool manual_print_completion(const struct manual *manual, const char *shell, FILE *out);
