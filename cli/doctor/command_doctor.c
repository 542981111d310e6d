#include "cli/doctor/command_doctor.h"

#include "base/text.h"
#include "cli/doctor/host_facts.h"
#include "cli/doctor/jar_findings.h"
#include "cli/doctor/jar_read.h"

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

bool command_doctor_check(struct session *session, json_t *all, struct error *err) {
    const char *jar = session->options.words[0];
    enum runtime_environment runtime = RUNTIME_DEFAULT;
    struct findings host = {0};
    struct findings of_jar = {0};
    struct host_facts facts;
    struct jar_facts jar_facts;

    if (jar != NULL) {
        if (!jar_read(jar, &jar_facts, err)) return false;
        (void)runtime_environment_from_name(session->options.runtime, &runtime);
        jar_findings(&jar_facts, runtime, &of_jar);
    }
    host_read(session->client, &facts);
    host_findings(&facts, &host);
    print_result(session, &host, jar, &of_jar, all);
    if (findings_count(&host, FINDING_ERROR) + findings_count(&of_jar, FINDING_ERROR) > 0)
        session->exit_status = 1;
    return true;
}
