// The data directory: its lock, its secret, and the mark of the processes that belong to it.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "runtime/host/orphans.h"

#define DATA_SECRET_SIZE 32

struct data_directory {
    char path[FILE_PATH_MAX]; // absolute
    int lock_fd;
    bool is_temporary;                      // removed when it is closed
    bool is_new;                            // no process has its mark yet
    unsigned char secret[DATA_SECRET_SIZE]; // signs page tokens, so that they survive a restart
    char mark[ORPHANS_MARK_SIZE];           // of the processes that are started for it
};
#define DATA_DIRECTORY_INIT ((struct data_directory){.lock_fd = -1})

// Creates the directory where it is missing, and locks it. ":temp:" is a new one. ERROR_CONFLICT:
// another daemon uses it; the text names its process.
MUST_CHECK bool data_directory_open(const char *wanted, struct data_directory *out_data,
                                    struct error *err);
void data_directory_close(struct data_directory *data);
