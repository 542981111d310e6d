// The completions of shells. They get the names of applications from the daemon when the user
// presses the tab key.
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/client/manual.h"
#include "model/runtime_environment.h"

#include <string.h>

// The command of a shell that prints what the daemon knows; NULL: the words are offered as they
// are.
static const char *names_command(const char *offered) {
    if (text_equal(offered, "APP")) return "kobel status --names 2>/dev/null";
    return text_equal(offered, "SNAPSHOT") ? "kobel snapshots --names 2>/dev/null" : NULL;
}

static void print_commands(const struct manual *manual, FILE *out) {
    const char *last = "";

    for (size_t index = 0; index < manual->command_count; index++) {
        const char *name = manual->commands[index].name;
        if (!text_equal(name, last)) (void)fprintf(out, "%s%s", index == 0 ? "" : " ", name);
        last = name;
    }
}

static void print_flags(const struct manual *manual, const char *command, FILE *out) {
    for (size_t index = 0; index < manual->option_count; index++) {
        const struct manual_option *option = &manual->options[index];
        if (!manual_list_has(option->commands, command)) continue;
        (void)fprintf(out, " %s", option->flag);
        if (option->short_flag != NULL) (void)fprintf(out, " %s", option->short_flag);
    }
}

// Rows of the same command follow each other; the first one has the completions of all.
static bool is_first(const struct manual *manual, size_t index) {
    return index == 0 ||
           !text_equal(manual->commands[index - 1].name, manual->commands[index].name);
}

// Is its second word the name of a snapshot of the application that the first one names?
static bool takes_snapshot(const struct manual_command *command) {
    return text_equal(command->words, "APP SNAPSHOT");
}

// Are all its words after the first one names of runtimes?
static bool takes_runtimes(const struct manual_command *command) {
    return text_equal(command->name, "runtime");
}

static void print_runtimes(FILE *out) {
    for (int index = 0; index < RUNTIME_COUNT; index++) {
        enum runtime_environment runtime = (enum runtime_environment)index;
        if (runtime_environment_can_run(runtime))
            (void)fprintf(out, " %s", runtime_environment_name(runtime));
    }
}

static bool is_path(const struct manual_option *option) {
    return text_equal(option->value, "FILE") || text_equal(option->value, "DIR") ||
           text_equal(option->value, "PATH");
}

// --- bash ---

// The flags that a value follows, with a space around each.
static void print_valued_flags(const struct manual *manual, FILE *out) {
    for (size_t index = 0; index < manual->option_count; index++) {
        const struct manual_option *option = &manual->options[index];
        if (option->value == NULL) continue;
        (void)fprintf(out, " %s", option->flag);
        if (option->short_flag != NULL) (void)fprintf(out, " %s", option->short_flag);
    }
    (void)fputc(' ', out);
}

// `given` holds the arguments so far that are not options.
static void print_bash_command(const struct manual *manual, const struct manual_command *command,
                               FILE *out) {
    const char *offered = command->completions;
    const char *names = names_command(offered);

    (void)fprintf(out, "    %s)\n        if [[ $word == -* ]]; then words='", command->name);
    print_flags(manual, command->name, out);
    (void)fputs("'", out);
    if (names != NULL)
        (void)fprintf(out, "\n        elif ((${#given[@]} == 0)); then words=$(%s)", names);
    else if (offered != NULL && !text_equal(offered, "FILE"))
        (void)fprintf(out, "\n        elif ((${#given[@]} == 0)); then words='%s'", offered);
    if (takes_snapshot(command))
        (void)fprintf(out, "\n        elif ((${#given[@]} == 1)); then words=$(%s)",
                      "kobel status \"${given[0]}\" --names 2>/dev/null");
    if (takes_runtimes(command)) {
        (void)fputs("\n        else words='", out);
        print_runtimes(out);
        (void)fputc('\'', out);
    }
    (void)fputs("; fi ;;\n", out);
}

static void print_bash(const struct manual *manual, FILE *out) {
    (void)fputs("# bash completion of kobel: eval \"$(kobel completion bash)\"\n"
                "_kobel() {\n"
                "    local word=${COMP_WORDS[COMP_CWORD]} words= valued='",
                out);
    print_valued_flags(manual, out);
    (void)fputs("' at\n    local -a given=()\n"
                "    COMPREPLY=()\n"
                "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                "        COMPREPLY=($(compgen -W \"",
                out);
    print_commands(manual, out);
    (void)fputs("\" -- \"$word\"))\n        return\n    fi\n"
                "    for ((at = 2; at <= COMP_CWORD; at++)); do\n"
                "        if [[ $valued == *\" ${COMP_WORDS[at - 1]} \"* ]]; then\n"
                "            ((at == COMP_CWORD)) && return\n"
                "        elif [[ ${COMP_WORDS[at]} != -* ]] && ((at < COMP_CWORD)); then\n"
                "            given+=(\"${COMP_WORDS[at]}\")\n"
                "        fi\n"
                "    done\n"
                "    case ${COMP_WORDS[1]} in\n",
                out);
    for (size_t index = 0; index < manual->command_count; index++)
        if (is_first(manual, index)) print_bash_command(manual, &manual->commands[index], out);
    (void)fputs("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
                "complete -o default -F _kobel kobel\n",
                out);
}

// --- zsh ---

// _describe and _arguments of zsh interpret single quotes, colons, brackets and backslashes.
static void print_zsh_text(const char *text, FILE *out) {
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            (void)fputs("'\\''", out);
        else if (strchr(":[]\\", *text) != NULL)
            (void)fprintf(out, "\\%c", *text);
        else
            (void)fputc(*text, out);
    }
}

static void print_zsh_option(const struct manual_option *option, const char *flag, FILE *out) {
    (void)fprintf(out, " \\\n            '*%s[", flag);
    print_zsh_text(option->text, out);
    (void)fputc(']', out);
    if (option->value != NULL) {
        (void)fprintf(out, ":%s:%s", option->value, is_path(option) ? "_files" : "");
    }
    (void)fputc('\'', out);
}

static void print_zsh_words(const struct manual_command *command, FILE *out) {
    const char *names = names_command(command->completions);

    if (command->completions == NULL) return;
    if (names != NULL)
        (void)fprintf(out, " \\\n            \"1:name:($(%s))\"", names);
    else if (text_equal(command->completions, "FILE"))
        (void)fputs(" \\\n            '1:file:_files'", out);
    else
        (void)fprintf(out, " \\\n            '1:word:(%s)'", command->completions);
    if (takes_snapshot(command))
        (void)fputs(" \\\n            \"2:snapshot:($(kobel status ${words[2]} --names "
                    "2>/dev/null))\"",
                    out);
    if (!takes_runtimes(command)) return;
    (void)fputs(" \\\n            '*:runtime:(", out);
    print_runtimes(out);
    (void)fputs(")'", out);
}

static void print_zsh(const struct manual *manual, FILE *out) {
    (void)fputs("#compdef kobel\n# zsh completion of kobel: kobel completion zsh > "
                "\"${fpath[1]}/_kobel\"\n"
                "_kobel() {\n    if (( CURRENT == 2 )); then\n        local -a commands=(",
                out);
    for (size_t index = 0; index < manual->command_count; index++) {
        if (!is_first(manual, index)) continue;
        (void)fprintf(out, "\n            '%s:", manual->commands[index].name);
        print_zsh_text(manual->commands[index].text, out);
        (void)fputc('\'', out);
    }
    (void)fputs(")\n        _describe command commands\n        return\n    fi\n"
                "    local command=${words[2]}\n    shift words; (( CURRENT-- ))\n"
                "    case $command in\n",
                out);
    for (size_t index = 0; index < manual->command_count; index++) {
        const struct manual_command *command = &manual->commands[index];
        if (!is_first(manual, index)) continue;
        (void)fprintf(out, "    %s)\n        _arguments", command->name);
        for (size_t at = 0; at < manual->option_count; at++) {
            const struct manual_option *option = &manual->options[at];
            if (!manual_list_has(option->commands, command->name)) continue;
            print_zsh_option(option, option->flag, out);
            if (option->short_flag != NULL) print_zsh_option(option, option->short_flag, out);
        }
        print_zsh_words(command, out);
        (void)fputs(" ;;\n", out);
    }
    (void)fputs("    esac\n}\n_kobel \"$@\"\n", out);
}

// --- fish ---

static void print_fish_text(const char *text, FILE *out) {
    (void)fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') (void)fputc('\\', out);
        (void)fputc(*text, out);
    }
    (void)fputc('\'', out);
}

// The condition for an argument before which `count` words stand, kobel and the command included;
// `comparison` "-ge": and for those that follow.
static void print_fish_place(const struct manual_command *command, const char *comparison,
                             int count, FILE *out) {
    (void)fprintf(out,
                  "complete -c kobel -n '__fish_seen_subcommand_from %s; and test (count "
                  "(commandline -opc)) %s %d' -f -a ",
                  command->name, comparison, count);
}

static void print_fish_command(const struct manual_command *command, FILE *out) {
    (void)fprintf(out, "complete -c kobel -n __fish_use_subcommand -f -a %s -d ", command->name);
    print_fish_text(command->text, out);
    (void)fputc('\n', out);
    if (command->completions == NULL) return;
    if (text_equal(command->completions, "FILE")) {
        (void)fprintf(out, "complete -c kobel -n '__fish_seen_subcommand_from %s' -F\n",
                      command->name);
        return;
    }
    print_fish_place(command, "-eq", 2, out);
    const char *names = names_command(command->completions);
    if (names != NULL)
        (void)fprintf(out, "'(%s)'\n", names);
    else
        (void)fprintf(out, "'%s'\n", command->completions);
    if (takes_runtimes(command)) {
        print_fish_place(command, "-ge", 3, out);
        (void)fputc('\'', out);
        print_runtimes(out);
        (void)fputs("'\n", out);
    }
    if (!takes_snapshot(command)) return;
    print_fish_place(command, "-eq", 3, out);
    (void)fputs("'(kobel status (commandline -opc)[3] --names 2>/dev/null)'\n", out);
}

static void print_fish(const struct manual *manual, FILE *out) {
    (void)fputs("# fish completion of kobel: kobel completion fish > "
                "~/.config/fish/completions/kobel.fish\n"
                "complete -c kobel -f\n",
                out);
    for (size_t index = 0; index < manual->command_count; index++)
        if (is_first(manual, index)) print_fish_command(&manual->commands[index], out);
    for (size_t index = 0; index < manual->option_count; index++) {
        const struct manual_option *option = &manual->options[index];
        if (option->commands == NULL) continue;
        (void)fprintf(out, "complete -c kobel -n '__fish_seen_subcommand_from %s' -l %s",
                      option->commands, option->flag + 2);
        if (option->short_flag != NULL) (void)fprintf(out, " -s %s", option->short_flag + 1);
        if (option->value != NULL) (void)fputs(is_path(option) ? " -r -F" : " -x", out);
        (void)fputs(" -d ", out);
        print_fish_text(option->text, out);
        (void)fputc('\n', out);
    }
}

bool manual_print_completion(const struct manual *manual, const char *shell, FILE *out) {
    static const struct {
        const char *shell;
        void (*print)(const struct manual *manual, FILE *out);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

    for (size_t index = 0; index < COUNT_OF(shells); index++) {
        if (!text_equal(shells[index].shell, shell)) continue;
        shells[index].print(manual, out);
        return true;
    }
    return false;
}
