// Writes a stream to a file without waiting for its disk: a write() waits up to 200 ms when much is
// still to be written, and would hold the loop. Beyond the first bytes a child does it, through a
// pipe. SIGPIPE must be ignored.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <systemd/sd-event.h>

struct file_writer;

struct file_writer_call {
    sd_event *loop;
    int fd; // empty; borrowed
    // From the loop, after file_writer_is_full() was true: it is not any more.
    void (*ready)(void *userdata);
    // Once, from the loop, after file_writer_finish(). `err` NULL: all bytes are in the file,
    // though not yet on its disk. The writer may be freed.
    void (*done)(void *userdata, const struct error *err);
    void *userdata;
};

struct file_writer *file_writer_new(const struct file_writer_call *call);
// Ends the child. Nothing is called any more.
void file_writer_free(struct file_writer *writer);
DEFINE_AUTO(file_writer_free, struct file_writer *);

// Takes all of it, also when full: what the pipe has no room for is kept. ERROR_SYSTEM: the file
// cannot be written.
MUST_CHECK bool file_writer_add(struct file_writer *writer, const void *bytes, size_t size_bytes,
                                struct error *err);
// The caller should wait for `ready` before it adds more. Not so when the file cannot be written:
// the next bytes report it.
bool file_writer_is_full(const struct file_writer *writer);
// Makes the file empty and begins again.
MUST_CHECK bool file_writer_restart(struct file_writer *writer, struct error *err);
void file_writer_finish(struct file_writer *writer);
