// A zip around one jar: the jar is what runs.
#include "unit/code_files.h"

#include <archive.h>
#include <archive_entry.h>

#define KINESIS "META-INF/maven/org.apache.flink/flink-connector-kinesis/pom.properties"

// A zip of entries "name|content"; without '|' the content is the name.
static size_t make_zip(char *out, size_t size_bytes, const char *const *names) {
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t used = 0;

    cr_assert(eq(int, archive_write_set_format_zip(archive), ARCHIVE_OK));
    cr_assert(eq(int, archive_write_open_memory(archive, out, size_bytes, &used), ARCHIVE_OK));
    for (; *names != NULL; names++) {
        const char *mark = strchr(*names, '|');
        const char *content = mark == NULL ? *names : mark + 1;
        char name[256];
        (void)text_format(name, sizeof name, "%.*s", (int)strcspn(*names, "|"), *names);
        archive_entry_clear(entry);
        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (int64_t)strlen(content));
        cr_assert(eq(int, archive_write_header(archive, entry), ARCHIVE_OK));
        cr_assert(ge(int, (int)archive_write_data(archive, content, strlen(content)), 0));
    }
    cr_assert(eq(int, archive_write_close(archive), ARCHIVE_OK));
    archive_entry_free(entry);
    (void)archive_write_free(archive);
    return used;
}

// The jar that would run.
static void jar_of(const struct outcome *outcome, struct buffer *out) {
    struct code_port port = file_code_store_port(store);
    struct code_jar jar;
    struct error err;

    cr_assert(port.ops->find_jar(port.self, outcome->artifact.sha256, &jar, &err), "%s",
              err.message);
    cr_assert(file_read(jar.path, out, &err), "%s", err.message);
}

Test(code_zip, takes_the_only_jar_out_of_a_zip, .init = set_up, .fini = tear_down) {
    static const struct {
        const char *names[4];
        const char *jar; // NULL: the imported file itself
    } rows[] = {
        {{"target/my-job.jar"}, "target/my-job.jar"},
        {{"notes.txt", "__MACOSX/._my-job.jar", "my-job.jar"}, "my-job.jar"},
        {{"one.jar", "two.jar"}, NULL},
        {{"main.py", "lib/connector.jar"}, NULL},
        {{"notes.txt"}, NULL},
        {{"META-INF/MANIFEST.MF", "lib/part.jar"}, NULL},
        {{"lib/part.jar", "META-INF/MANIFEST.MF"}, NULL},
        {{"lib/part.jar", "example/Job.class"}, NULL},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        AUTO(buffer_release) struct buffer jar = BUFFER_INIT(4096);
        struct outcome outcome = {0};
        char zip[4096];
        size_t size_bytes = make_zip(zip, sizeof zip, rows[index].names);

        import_bytes(zip, size_bytes, &outcome);
        cr_assert(eq(int, outcome.failure, ERROR_NONE), "row %zu: %s", index, outcome.text);
        cr_assert(eq(sz, (size_t)outcome.artifact.size_bytes, size_bytes), "row %zu", index);
        jar_of(&outcome, &jar);
        const char *wanted = rows[index].jar;
        cr_assert(eq(sz, jar.size_bytes, wanted == NULL ? size_bytes : strlen(wanted)), "row %zu",
                  index);
        cr_assert(memcmp(jar.data, wanted == NULL ? zip : wanted, jar.size_bytes) == 0, "row %zu",
                  index);
    }
}

// --- code that cannot run ---

static void problem_of(const char *const *names, char *out, size_t size_bytes) {
    struct code_port port = file_code_store_port(store);
    struct outcome outcome = {0};
    struct code_jar jar;
    char zip[4096];
    struct error err;

    import_bytes(zip, names == NULL ? 0 : make_zip(zip, sizeof zip, names), &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_NONE), "%s", outcome.text);
    cr_assert(port.ops->find_jar(port.self, outcome.artifact.sha256, &jar, &err), "%s",
              err.message);
    (void)text_copy(out, size_bytes, jar.problem);
}

Test(code_zip, code_that_cannot_run_is_kept_with_the_reason, .init = set_up, .fini = tear_down) {
    static const struct {
        const char *names[4];
        const char *part; // "": left to Flink
    } rows[] = {
        {{"one.jar", "two.jar"}, "The zip holds 2 jars (one.jar, two.jar), and nothing says which"},
        {{"a.jar", "b.jar", "c.jar"}, "The zip holds 3 jars (a.jar, b.jar, ...)"},
        {{"main.py", "lib/connector.jar"},
         "The zip is a Python program (main.py), but nothing says so"},
        {{"main.py"}, "The zip is a Python program (main.py), but nothing says so"},
        {{"notes.txt"}, "The zip holds neither a jar nor classes."},
        {{"__MACOSX/._my-job.jar"}, "The zip holds nothing."},
        {{NULL}, "The zip holds nothing."},
        {{"notes.txt", "my-job.jar"}, ""},
        {{"META-INF/MANIFEST.MF", "lib/a.jar", "lib/b.jar"}, ""},
        {{"example/Job.class", "main.py"}, ""},
    };
    char problem[400];

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        problem_of(rows[index].names, problem, sizeof problem);
        cr_assert(text_starts_with(problem, rows[index].part), "row %zu: %s", index, problem);
        cr_assert(eq(int, problem[0] == '\0', rows[index].part[0] == '\0'), "row %zu", index);
    }
    problem_of(NULL, problem, sizeof problem);
    cr_assert(text_starts_with(problem, "The application code is empty."), "%s", problem);
}

// --- connectors ---

Test(code_zip, an_old_connector_for_kinesis_is_refused_in_the_words_of_the_service, .init = set_up,
     .fini = tear_down) {
    static const struct {
        const char *names[4];
        bool is_refused;
    } rows[] = {
        {{"META-INF/MANIFEST.MF", KINESIS "|version=1.14.0\n"}, true},
        {{"META-INF/MANIFEST.MF", KINESIS "|version=1.15.2\n"}, false},
        {{"META-INF/MANIFEST.MF", KINESIS "|"}, false},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct outcome outcome = {0};
        char zip[4096];
        import_bytes(zip, make_zip(zip, sizeof zip, rows[index].names), &outcome);
        cr_assert(eq(int, outcome.failure, rows[index].is_refused ? ERROR_INVALID : ERROR_NONE),
                  "row %zu: %s", index, outcome.text);
        if (rows[index].is_refused)
            cr_assert(text_starts_with(outcome.text, "An unsupported Kinesis connector version has "
                                                     "been detected in the application."));
    }
}

Test(code_zip, keeps_and_removes_a_jar_together_with_its_zip, .init = set_up, .fini = tear_down) {
    static const char *const names[] = {"my-job.jar", NULL};
    struct code_port port = file_code_store_port(store);
    struct outcome outcome = {0};
    char code[64];
    char zip[4096];
    struct error err;

    import_bytes(zip, make_zip(zip, sizeof zip, names), &outcome);
    (void)text_format(code, sizeof code, "%s/code", directory);
    used = outcome.artifact.sha256;
    collect_all(&port);
    AUTO(buffer_release) struct buffer jar = BUFFER_INIT(4096);
    jar_of(&outcome, &jar);
    cr_assert(eq(str, (char *)buffer_text(&jar), "my-job.jar"));
    used = "";
    collect_all(&port);
    size_t left = 0;
    cr_assert(file_list(code, count_entry, &left, &err), "%s", err.message);
    cr_assert(eq(sz, left, 0));
}

Test(code_zip, a_damaged_zip_is_refused_and_removed_by_the_next_collection, .init = set_up,
     .fini = tear_down) {
    static const char *const names[] = {"my-job.jar", NULL};
    struct code_port port = file_code_store_port(store);
    size_t left = 0;
    char code[64];
    struct error err;
    struct outcome outcome = {0};
    char zip[4096];
    size_t size_bytes = make_zip(zip, sizeof zip, names);

    // The content follows the local header, its name and its extra field.
    zip[30 + zip[26] + zip[28]] ^= 0x55;
    import_bytes(zip, size_bytes, &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_INVALID));
    cr_assert(strstr(outcome.text, "the zip cannot be read") != NULL, "%s", outcome.text);
    used = "";
    collect_all(&port);
    (void)text_format(code, sizeof code, "%s/code", directory);
    cr_assert(file_list(code, count_entry, &left, &err), "%s", err.message);
    cr_assert(eq(sz, left, 0));
}
