// A zip around one jar: the jar is what runs.
#include "unit/code_files.h"

#include <archive.h>
#include <archive_entry.h>

// A zip of entries whose content is their name.
static size_t make_zip(char *out, size_t size_bytes, const char *const *names) {
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t used = 0;

    cr_assert(eq(int, archive_write_set_format_zip(archive), ARCHIVE_OK));
    cr_assert(eq(int, archive_write_open_memory(archive, out, size_bytes, &used), ARCHIVE_OK));
    for (; *names != NULL; names++) {
        archive_entry_clear(entry);
        archive_entry_set_pathname(entry, *names);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (int64_t)strlen(*names));
        cr_assert(eq(int, archive_write_header(archive, entry), ARCHIVE_OK));
        cr_assert(ge(int, (int)archive_write_data(archive, *names, strlen(*names)), 0));
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
