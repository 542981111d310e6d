// A jar whose manifest names other jars.
#include "runtime/local/class_path_jar.h"

#include "base/archive_file.h"
#include "base/buffer.h"
#include "base/file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/kobel-jar-XXXXXX";
static struct error err;

static void set_up(void) {
    cr_assert(mkdtemp(directory) != NULL);
}

static void tear_down(void) {
    error_ignore(file_remove_tree(directory, NULL));
}

static void write_jar(const char *const *jars, size_t count) {
    AUTO(file_close) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    cr_assert(class_path_jar_write(fd, "a.jar", "kobel.Main", jars, count, &err), "%s",
              err.message);
}

static void read_manifest(char *out, size_t size_bytes) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    char path[FILE_PATH_MAX];
    const char *name = NULL;
    size_t got = 0;

    cr_assert(file_join(path, sizeof path, &err, directory, "a.jar", NULL));
    cr_assert(archive_file_open(path, ARCHIVE_KIND_ZIP_DIRECTORY, &archive, &err));
    cr_assert(archive_file_next(archive, &name, &err), "%s", err.message);
    cr_assert(eq(str, (char *)name, "META-INF/MANIFEST.MF"));
    cr_assert(archive_file_read(archive, out, size_bytes - 1, &got, &err));
    out[got] = '\0';
}

Test(class_path_jar, has_the_jars_as_urls, .init = set_up, .fini = tear_down) {
    const char *const jars[] = {"/a/b.jar", "/a b/100%.jar"};
    char manifest[1024];

    write_jar(jars, 2);
    read_manifest(manifest, sizeof manifest);
    cr_assert(eq(str, manifest,
                 "Manifest-Version: 1.0\nMain-Class: kobel.Main\n"
                 "Class-Path: file:/a/b.jar file:/a%20b/100%25.jar\n"));
}

// Java refuses a manifest with a line of more than 72 bytes.
Test(class_path_jar, continues_a_long_line, .init = set_up, .fini = tear_down) {
    char path[301] = "/";
    const char *const jars[] = {path};
    char manifest[1024];
    char joined[512] = "";

    memset(path + 1, 'x', sizeof path - 2);
    write_jar(jars, 1);
    read_manifest(manifest, sizeof manifest);
    char *rest = strstr(manifest, "Class-Path");
    for (char *line = strsep(&rest, "\n"); rest != NULL; line = strsep(&rest, "\n")) {
        cr_assert(le(int, (int)strlen(line), 70));
        strcat(joined, joined[0] == '\0' ? line : line + 1);
    }
    cr_assert(eq(int, (int)strlen(joined), (int)(strlen("Class-Path: file:") + 300)));
}

Test(class_path_jar, replaces_what_has_its_name, .init = set_up, .fini = tear_down) {
    const char *const jars[] = {"/a.jar"};
    char path[FILE_PATH_MAX];
    char manifest[1024];

    cr_assert(file_join(path, sizeof path, &err, directory, "a.jar", NULL));
    cr_assert(eq(int, symlink("/etc/passwd", path), 0));
    write_jar(jars, 1);
    read_manifest(manifest, sizeof manifest);
    write_jar(jars, 1);
}
