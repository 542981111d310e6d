// Lists the objects of a bucket in byte order of their keys, as S3 does, part by part in turns of
// the loop.
#pragma once

#include "base/cleanup.h"
#include "runtime/objects/object_file.h"

#include <systemd/sd-event.h>

struct object_list;

struct object_list_entry {
    const char *key;
    bool is_prefix; // several keys that are the same up to the delimiter; the rest is not filled
    int64_t size_bytes;
    int64_t modified_ms;
    const char *etag;
};

struct object_list_call {
    sd_event *loop;
    const char *root;      // of the bucket; the texts are copied
    const char *prefix;    // "" = all
    const char *delimiter; // "" = none
    const char *after;     // only what follows; "" = all
    // `after` is the last one of an earlier list: keys with this prefix were in it.
    bool continues;
    int limit;
    void (*visit)(void *userdata, const struct object_list_entry *entry);
    // Once, from the loop, also at the first turn. `last`: where the next list begins; NULL = it is
    // complete.
    void (*done)(void *userdata, const char *last);
    void *userdata;
};

struct object_list *object_list_begin(const struct object_list_call *call);
// Ends it; nothing is called any more. NULL is legal.
void object_list_free(struct object_list *list);
DEFINE_AUTO(object_list_free, struct object_list *);
