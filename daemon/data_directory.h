// The data directory: who holds it, and the secret that it keeps.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "runtime/host/orphans.h"

#define DATA_SECRET_SIZE 32

struct data_directory {
    char path[FILE_PATH_MAX]; // absolute
    int lock_fd;
    bool is_temporary;                      // removed when it is closed
    bool is_new;                            // nothing carries its mark yet
    unsigned char secret[DATA_SECRET_SIZE]; // signs page tokens, so that they survive a restart
    char mark[ORPHANS_MARK_SIZE];           // of what is started for it
};
#define DATA_DIRECTORY_INIT ((struct data_directory){.lock_fd = -1})

// Makes it where it is missing and locks it. ":temp:" is a fresh one. ERROR_CONFLICT: another
// daemon holds it; the text names its process.
MUST_CHECK bool data_directory_open(const char *wanted, struct data_directory *out_data,
                                    struct error *err);
void data_directory_close(struct data_directory *data);
