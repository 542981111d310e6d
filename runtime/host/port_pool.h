// TCP ports of the loopback interface for clusters: blocks of a range that is theirs, chosen before
// the processes that will listen on them exist. One range for all, so that a sandbox can close it
// and open the one block that is its own.
//
// Daemons that share a range (of other users, in containers with the host's network) never get the
// same port: the ports of a block are held from choosing to giving back, by guards. A guard is a
// bound socket, so the kernel releases it with its daemon; it stands at an address of the loopback
// network where nothing listens, so it is in nobody's way; and sandboxes that close the range
// cannot set one up.
#pragma once

#include "base/error.h"

#include <stdint.h>

// Below the kernel's own choice (32768 and up), where brokers of tests like to be, and without
// well-known services.
#define PORT_POOL_FIRST    21100
#define PORT_POOL_LAST     24099
#define PORT_POOL_MAX      8192
#define PORT_POOL_MIN_SIZE 256

// Ports that share a guard: from a multiple of this on, whatever a daemon's range is. A cluster
// with one TaskManager needs as many.
#define PORT_UNIT 8

struct port_block {
    uint16_t first;
    uint16_t count; // 0 = none
};

struct port_pool {
    uint16_t first;
    uint16_t last;
    int guards[PORT_POOL_MAX / PORT_UNIT + 1]; // of each whole unit of the range; -1 = not held
};

void port_pool_init(struct port_pool *pool, uint16_t first, uint16_t last);
// Lets go of all blocks.
void port_pool_release(struct port_pool *pool);

// `count` ports in a row that nobody listens on and no other daemon has. ERROR_LIMIT: none are
// left. ERROR_SYSTEM: they cannot be held.
MUST_CHECK bool port_pool_take(struct port_pool *pool, uint16_t count, struct port_block *out_block,
                               struct error *err);
void port_pool_give(struct port_pool *pool, const struct port_block *block);

// Nobody listens on it. A program that knows nothing of guards may take a port of a block that is
// held: then it is not free though its owner does not listen.
bool port_is_free(uint16_t port);
