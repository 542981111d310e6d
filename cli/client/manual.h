// The commands and options as people read about them: the help, the man page and the completions
// of shells all come from these rows.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct manual_command {
    const char *name;
    const char *words; // what follows the name: "APP [NAME]"; "" = nothing
    const char *text;
    const char *detail;      // further sentences of the man page; NULL = none
    const char *completions; // words a shell may offer first, by spaces; "APP" asks the daemon for
                             // names, "FILE" offers files; NULL = none
};

struct manual_option {
    const char *flag;       // "--follow"
    const char *short_flag; // "-f"; NULL = none
    const char *variable;   // NULL = none
    const char *value;      // name of its value in the help; NULL: a switch
    const char *fallback;   // shown; NULL = computed or none
    const char *text;
    const char *commands; // the commands that take it, by spaces
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
// What `kobel help COMMAND` says. False: no such command.
bool manual_print_command(const struct manual *manual, const char *command, FILE *out);
void manual_print_troff(const struct manual *manual, FILE *out);
// `shell`: bash, zsh or fish. False: another one.
bool manual_print_completion(const struct manual *manual, const char *shell, FILE *out);
