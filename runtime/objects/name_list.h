// Visits what is in a directory of a bucket in the order of its names, part by part in turns of the
// loop.
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>
#include <systemd/sd-event.h>

struct name_list;

struct name_list_call {
    sd_event *loop;
    const char *root;      // the texts are copied
    const char *directory; // in it; "" = itself
    const char *after;     // only names that follow it; "" = all
    int limit;             // of those that are visited; -1 = none
    // The name by which an entry is sorted, owned by the list; NULL: it is not in the list. It is
    // called more than once for an entry of a large directory. NULL: that of the entry.
    char *(*name_of)(void *userdata, const char *entry);
    // False: it is not in the list.
    bool (*visit)(void *userdata, const char *name);
    // Once, from the loop. `last`: the last one that was visited, where others follow; NULL = the
    // list is complete.
    void (*done)(void *userdata, const char *last);
    void *userdata;
};

// A directory that cannot be read is empty.
struct name_list *name_list_begin(const struct name_list_call *call);
// Ends it; nothing is called any more. NULL is legal.
void name_list_free(struct name_list *list);
DEFINE_AUTO(name_list_free, struct name_list *);
