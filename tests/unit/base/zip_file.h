// Writes a zip for a test.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <string.h>

struct zip_entry {
    const char *name; // a directory when it ends with '/'
    const char *text;
};

static inline void zip_file_write(const char *path, const struct zip_entry *entries, size_t count) {
    struct archive *zip = archive_write_new();

    cr_assert_eq(archive_write_set_format_zip(zip), ARCHIVE_OK);
    cr_assert_eq(archive_write_open_filename(zip, path), ARCHIVE_OK);
    for (size_t index = 0; index < count; index++) {
        const struct zip_entry *from = &entries[index];
        struct archive_entry *entry = archive_entry_new();
        bool is_directory = from->name[strlen(from->name) - 1] == '/';
        archive_entry_set_pathname(entry, from->name);
        archive_entry_set_filetype(entry, is_directory ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, is_directory ? 0 : (la_int64_t)strlen(from->text));
        cr_assert_eq(archive_write_header(zip, entry), ARCHIVE_OK);
        if (!is_directory) (void)archive_write_data(zip, from->text, strlen(from->text));
        archive_entry_free(entry);
    }
    cr_assert_eq(archive_write_close(zip), ARCHIVE_OK);
    (void)archive_write_free(zip);
}
