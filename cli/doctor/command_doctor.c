#include "cli/doctor/command_doctor.h"

#include "base/text.h"
#include "cli/doctor/host_facts.h"
#include "cli/doctor/program_check.h"
#include "cli/package/package_properties.h"
#include "cli/package/properties.h"

// Where the text of a finding begins.
enum { INDENT = 23 };

static enum colour colour_of(enum finding_severity severity) {
    static const enum colour colours[] = {[FINDING_GOOD] = COLOUR_GREEN,
                                          [FINDING_HINT] = COLOUR_FAINT,
                                          [FINDING_WARNING] = COLOUR_YELLOW,
                                          [FINDING_ERROR] = COLOUR_RED};

    return colours[severity];
}

static void print_finding(const struct terminal *out, const struct finding *finding) {
    bool is_good = finding->severity == FINDING_GOOD;

    terminal_print(out, COLOUR_PLAIN, "  ");
    terminal_print(out, colour_of(finding->severity), "%-7s",
                   is_good ? "ok" : finding_severity_name(finding->severity));
    terminal_print(out, COLOUR_PLAIN, " %-12s ", finding->subject);
    terminal_print_folded(out, INDENT, finding->text);
    (void)fputc('\n', out->file);
    if (finding->advice[0] == '\0') return;
    (void)fprintf(out->file, "%*s%s", INDENT, "", terminal_colour(out, COLOUR_FAINT));
    terminal_print_folded(out, INDENT, finding->advice);
    (void)fprintf(out->file, "%s\n", terminal_colour(out, COLOUR_PLAIN));
}

static void print_all(const struct terminal *out, const char *title,
                      const struct findings *findings) {
    terminal_print(out, COLOUR_BOLD, "%s", title);
    (void)fputc('\n', out->file);
    for (size_t index = 0; index < findings->count; index++)
        print_finding(out, &findings->list[index]);
}

static json_t *findings_json(const struct findings *findings) {
    json_t *list = json_new_array();

    for (size_t index = 0; index < findings->count; index++) {
        const struct finding *finding = &findings->list[index];
        json_t *one = json_new_object();
        json_put_text(one, "severity", finding_severity_name(finding->severity));
        json_put_text(one, "subject", finding->subject);
        json_put_text(one, "text", finding->text);
        if (finding->advice[0] != '\0') json_put_text(one, "advice", finding->advice);
        json_add(list, one);
    }
    return list;
}

// Prints both lists, or adds them to `all`.
static void print_result(const struct session *session, const struct findings *host,
                         const char *jar, const struct findings *of_jar, json_t *all) {
    if (session->options.is_json) {
        json_put(all, "host", findings_json(host));
        if (jar != NULL) json_put(all, "jar", findings_json(of_jar));
        return;
    }
    print_all(&session->out, "this machine", host);
    if (jar != NULL) print_all(&session->out, jar, of_jar);
}

static bool read_groups(const struct client_options *options, json_t **out_groups,
                        struct error *err) {
    struct property_source source = {.path = options->properties_file,
                                     .properties = options->properties,
                                     .count = options->property_count};

    return (source.path == NULL && source.count == 0) || properties_read(&source, out_groups, err);
}

static bool check_archive(const struct package_source *source, const json_t *given,
                          enum runtime_environment runtime, struct program_verdict *out_verdict,
                          bool *out_is_python, struct error *err) {
    AUTO(package_release) struct package package = {.fd = -1};
    AUTO(json_decref) json_t *groups = given == NULL ? NULL : json_copy_of(given);

    if (!package_make(source, &package, err)) return false;
    *out_is_python = package.is_python;
    if (package.is_python) {
        json_decref(TAKE(groups));
        // What `kobel run` would set.
        if (!package_properties(&package.python, given, NULL, &groups, err)) return false;
    }
    return program_check(&package, groups, runtime, out_verdict, err);
}

// `*out_python_runtime`: on which the program is to run if it is in Python, otherwise NULL.
static bool check_program(const struct client_options *options, struct findings *out,
                          const char **out_python_runtime, struct error *err) {
    struct package_source source = {
        .path = options->words[0], .jars = options->jars, .jar_count = options->jar_count};
    enum runtime_environment runtime = RUNTIME_DEFAULT;
    AUTO(json_decref) json_t *given = NULL;
    struct program_verdict verdict;
    bool is_python = false;

    (void)runtime_environment_from_name(options->runtime, &runtime);
    if (!read_groups(options, &given, err)) return false;
    bool is_checked = package_kind_of(source.path) == PACKAGE_SQL
                          ? program_check_sql(&source, runtime, &verdict, err)
                          : check_archive(&source, given, runtime, &verdict, &is_python, err);
    if (is_checked) *out = verdict.findings;
    *out_python_runtime = is_python ? runtime_environment_name(runtime) : NULL;
    return is_checked;
}

bool command_doctor_check(struct session *session, json_t *all, struct error *err) {
    const char *jar = session->options.words[0];
    struct findings host = {0};
    struct findings of_jar = {0};
    const char *python_runtime = NULL;
    struct host_facts facts;

    if (jar != NULL && !check_program(&session->options, &of_jar, &python_runtime, err))
        return false;
    host_read(session->client, &session->options, python_runtime, &facts);
    host_findings(&facts, &host);
    print_result(session, &host, jar, &of_jar, all);
    if (findings_count(&host, FINDING_ERROR) + findings_count(&of_jar, FINDING_ERROR) > 0)
        session->exit_status = 1;
    return true;
}
