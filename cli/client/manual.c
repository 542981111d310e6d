#include "cli/client/manual.h"

#include "base/memory.h"
#include "base/text.h"
#include "cli/client/terminal.h"

#include <string.h>

enum { COMMAND_WIDTH = 36, FLAG_WIDTH = 26, VALUE_WIDTH = 8, LINE_WIDTH = 100 };

bool manual_list_has(const char *list, const char *word) {
    size_t length = strlen(word);

    for (const char *at = list; at != NULL && *at != '\0';) {
        size_t found = strcspn(at, " ");
        if (found == length && strncmp(at, word, length) == 0) return true;
        at += found;
        at += strspn(at, " ");
    }
    return false;
}

// --- the help ---

// A text that begins in column `indent`, as do its further lines.
static void print_folded(const char *text, size_t indent, FILE *out) {
    const struct terminal page = {.file = out, .width = LINE_WIDTH};

    terminal_print_folded(&page, indent, text);
    (void)fputc('\n', out);
}

static void print_command(const struct manual_command *command, FILE *out) {
    char usage[80];

    (void)text_format(usage, sizeof usage, "kobel %s%s%s", command->name,
                      command->words[0] == '\0' ? "" : " ", command->words);
    if (strlen(usage) < COMMAND_WIDTH)
        (void)fprintf(out, "  %-*s ", COMMAND_WIDTH, usage);
    else
        (void)fprintf(out, "  %s\n  %-*s ", usage, COMMAND_WIDTH, "");
    print_folded(command->text, COMMAND_WIDTH + 3, out);
}

static void print_option(const struct manual_option *option, FILE *out) {
    char flags[48];

    (void)text_format(flags, sizeof flags, "%s%s%s", option->flag,
                      option->short_flag == NULL ? "" : ", ",
                      option->short_flag == NULL ? "" : option->short_flag);
    (void)fprintf(out, "  %-*s %-*s ", FLAG_WIDTH, flags, VALUE_WIDTH,
                  option->value == NULL ? "" : option->value);
    AUTO(memory_free)
    char *text = memory_format(
        "%s%s%s%s", option->text, option->fallback == NULL ? "" : " (default: ",
        option->fallback == NULL ? "" : option->fallback, option->fallback == NULL ? "" : ")");
    print_folded(text, FLAG_WIDTH + VALUE_WIDTH + 4, out);
    if (option->variable != NULL)
        (void)fprintf(out, "  %-*s %s\n", FLAG_WIDTH + VALUE_WIDTH + 1, "", option->variable);
}

static void print_options(const struct manual *manual, bool of_daemon, FILE *out) {
    for (size_t index = 0; index < manual->option_count; index++)
        if (manual_list_has(manual->options[index].commands, "serve") == of_daemon)
            print_option(&manual->options[index], out);
}

void manual_print_help(const struct manual *manual, FILE *out) {
    (void)fprintf(out, "kobel - a local stand-in for Amazon Managed Service for Apache Flink\n\n");
    for (size_t index = 0; index < manual->command_count; index++)
        print_command(&manual->commands[index], out);
    (void)fprintf(out, "\nOptions of clients and of `kobel runtime`:\n");
    print_options(manual, false, out);
    (void)fprintf(out,
                  "\nOptions of the daemon, for `kobel serve` and for a daemon that `kobel run` "
                  "or\n`kobel rehearse` starts, each with its environment variable:\n");
    print_options(manual, true, out);
    (void)fprintf(out, "\n`kobel help COMMAND` describes one command, `kobel man` is the manual "
                       "page.\nExit status: 0 success, 1 failure, 2 wrong usage.\n");
}

bool manual_print_command(const struct manual *manual, const char *command, FILE *out) {
    bool is_known = false;
    bool has_options = false;

    for (size_t index = 0; index < manual->command_count; index++) {
        const struct manual_command *row = &manual->commands[index];
        if (!text_equal(row->name, command)) continue;
        print_command(row, out);
        is_known = true;
        if (row->detail == NULL) continue;
        (void)fputc('\n', out);
        print_folded(row->detail, 0, out);
    }
    for (size_t index = 0; index < manual->option_count; index++) {
        if (!manual_list_has(manual->options[index].commands, command)) continue;
        if (!has_options) (void)fprintf(out, "\nOptions:\n");
        has_options = true;
        print_option(&manual->options[index], out);
    }
    return is_known;
}

// --- the manual page ---

// In troff, '\' and a '.' or ''' at the start of a line are commands, and '-' is a hyphen.
static void print_escaped(const char *text, FILE *out) {
    for (const char *at = text; *at != '\0'; at++) {
        if (at == text && (*at == '.' || *at == '\'')) (void)fputs("\\&", out);
        if (*at == '-')
            (void)fputs("\\-", out);
        else if (*at == '\\')
            (void)fputs("\\e", out);
        else
            (void)fputc(*at, out);
    }
}

static void print_paragraph(const char *text, FILE *out) {
    print_escaped(text, out);
    (void)fputc('\n', out);
}

static void print_command_troff(const struct manual_command *command, FILE *out) {
    (void)fputs(".TP\n.B kobel ", out);
    print_escaped(command->name, out);
    if (command->words[0] != '\0') (void)fputs(" \\fR", out);
    print_escaped(command->words, out);
    (void)fputc('\n', out);
    print_paragraph(command->text, out);
    if (command->detail == NULL) return;
    (void)fputs(".IP\n", out);
    print_paragraph(command->detail, out);
}

static void print_option_troff(const struct manual_option *option, FILE *out) {
    (void)fputs(".TP\n\\fB", out);
    print_escaped(option->flag, out);
    if (option->short_flag != NULL) {
        (void)fputs("\\fR, \\fB", out);
        print_escaped(option->short_flag, out);
    }
    (void)fputs("\\fR", out);
    if (option->value != NULL) (void)fprintf(out, " \\fI%s\\fR", option->value);
    (void)fputc('\n', out);
    print_escaped(option->text, out);
    if (option->fallback != NULL) {
        (void)fputs(" (default: ", out);
        print_escaped(option->fallback, out);
        (void)fputc(')', out);
    }
    (void)fputs(".\n", out);
    if (option->variable != NULL)
        (void)fprintf(out, "Environment: \\fB%s\\fR.\n", option->variable);
    if (option->commands == NULL) return;
    (void)fputs("Commands: ", out);
    print_escaped(option->commands, out);
    (void)fputs(".\n", out);
}

void manual_print_troff(const struct manual *manual, FILE *out) {
    (void)fprintf(
        out,
        ".TH KOBEL 1 \"\" \"kobel %s\"\n.SH NAME\nkobel \\- a local stand\\-in for Amazon "
        "Managed Service for Apache Flink\n.SH SYNOPSIS\n.B kobel\n.I COMMAND\n"
        "[\\fIOPTION\\fR]...\n.SH COMMANDS\n",
        manual->version);
    for (size_t index = 0; index < manual->command_count; index++)
        print_command_troff(&manual->commands[index], out);
    (void)fputs(".SH OPTIONS\nA flag overrides its environment variable.\n", out);
    for (size_t index = 0; index < manual->option_count; index++)
        print_option_troff(&manual->options[index], out);
    (void)fputs(".SH EXIT STATUS\n0 success, 1 failure, 2 wrong usage. 130: kobel run was "
                "interrupted, and its job was not stopped with a snapshot.\n",
                out);
}
