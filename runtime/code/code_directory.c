#include "runtime/code/code_directory.h"

#include "base/text.h"

#include <string.h>
#include <unistd.h>

// Each file is a query of the database; a removal takes as long as many of those.
enum { COLLECTED_AT_ONCE = 100, REMOVAL_COUNTS_AS = 20 };

bool code_directory_path(const char *directory, const char *sha256, const char *suffix,
                         char out_path[static FILE_PATH_MAX], struct error *err) {
    char name[DIGEST_SHA256_HEX_SIZE + sizeof CODE_DIRECTORY_JAR_DIGEST];

    (void)text_format(name, sizeof name, "%s%s", sha256, suffix);
    return file_join(out_path, FILE_PATH_MAX, err, directory, name, NULL);
}

// "" where an earlier version of kobel kept no digest of the jar.
static bool read_jar_digest(const char *directory, const char *sha256,
                            char out_sha256[static DIGEST_SHA256_HEX_SIZE], struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(DIGEST_SHA256_HEX_SIZE);
    char path[FILE_PATH_MAX];
    struct error reason;

    out_sha256[0] = '\0';
    if (!code_directory_path(directory, sha256, CODE_DIRECTORY_JAR_DIGEST, path, err)) return false;
    if (!file_read(path, &text, &reason))
        return reason.kind == ERROR_NOT_FOUND || error_set(err, reason.kind, "%s", reason.message);
    (void)text_copy(out_sha256, DIGEST_SHA256_HEX_SIZE, buffer_text(&text));
    return true;
}

// What cannot be read is left out: then Flink reports what is wrong with the code.
static void read_problem(const char *directory, const char *sha256, struct code_jar *jar) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(sizeof jar->problem);
    char path[FILE_PATH_MAX];

    if (code_directory_path(directory, sha256, CODE_DIRECTORY_PROBLEM, path, NULL) &&
        file_read(path, &text, NULL))
        (void)text_copy(jar->problem, sizeof jar->problem, buffer_text(&text));
}

bool code_directory_find_jar(const char *directory, const char *sha256, struct code_jar *out_jar,
                             struct error *err) {
    struct code_jar jar = {0};

    (void)text_copy(jar.sha256, sizeof jar.sha256, sha256);
    bool is_found =
        code_directory_path(directory, sha256, CODE_DIRECTORY_JAR, jar.path, err) &&
        (file_exists(jar.path) ? read_jar_digest(directory, sha256, jar.sha256, err)
                               : code_directory_path(directory, sha256, "", jar.path, err));
    if (!is_found) return false;
    read_problem(directory, sha256, &jar);
    *out_jar = jar;
    return true;
}

// --- collection ---

// Returns what it counts as. A file that cannot be removed is tried again by the next collection.
static int collect_one(const char *directory, const char *name, code_is_used_fn *is_used,
                       void *userdata) {
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char path[FILE_PATH_MAX];

    (void)text_format(sha256, sizeof sha256, "%.*s", (int)strcspn(name, "."), name);
    if (text_equal(name, ".") || text_equal(name, "..")) return 1;
    if (name[0] != '.' && is_used(userdata, sha256)) return 1;
    if (!file_join(path, sizeof path, NULL, directory, name, NULL)) return 1;
    (void)unlink(path);
    return REMOVAL_COUNTS_AS;
}

// The directory stays open from one part to the next: a file that is added meanwhile is in use, or
// is found by the next collection.
enum code_collected code_directory_collect(const char *directory, DIR **collection,
                                           code_is_used_fn *is_used, void *userdata) {
    if (*collection == NULL) *collection = opendir(directory);
    if (*collection == NULL) return CODE_COLLECTED_NOTHING;
    for (int count = 0;;) {
        const struct dirent *entry = readdir(*collection);
        if (entry == NULL) break;
        count += collect_one(directory, entry->d_name, is_used, userdata);
        if (count >= COLLECTED_AT_ONCE) return CODE_COLLECTED_SOME;
    }
    (void)closedir(TAKE(*collection));
    return CODE_COLLECTED_ALL;
}
