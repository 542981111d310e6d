// The links to dashboards that were used in time, which stay good for their duration. They are in
// memory: after a restart of the daemon a link counts as new, and sessions continue.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct used_links;

struct used_links *used_links_new(void);
void used_links_free(struct used_links *links);

// Of more than 256 the one that ends first is forgotten.
void used_links_add(struct used_links *links, const char *token, int64_t until_s);
bool used_links_has(const struct used_links *links, const char *token);
