// TCP ports of the loopback interface for clusters: blocks of one range, chosen before the
// processes that listen on them are started. All clusters share the range, so that a sandbox can
// close it and open only its own block.
//
// Daemons that share a range (of other users, in containers with the host's network) never get the
// same port: guards hold the ports of a block from its choice to its return. A guard is a bound
// socket, so the kernel releases it with its daemon. No process listens at its address, another one
// of the loopback network. A sandbox that closes the range cannot bind a guard.
#pragma once

#include "base/error.h"

#include <stdint.h>

// Below the kernel's ephemeral ports (32768 and up), which test containers use, and without
// well-known services.
#define PORT_POOL_FIRST    21100
#define PORT_POOL_LAST     24099
#define PORT_POOL_MAX      8192
#define PORT_POOL_MIN_SIZE 256

// Ports that share a guard; a unit begins at a multiple of this, in any daemon's range. A cluster
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
// Releases all blocks.
void port_pool_release(struct port_pool *pool);

// Finds `count` ports in a row on which no process listens and which no other daemon holds.
// ERROR_LIMIT: none are left. ERROR_SYSTEM: they cannot be held.
MUST_CHECK bool port_pool_take(struct port_pool *pool, uint16_t count, struct port_block *out_block,
                               struct error *err);
void port_pool_give(struct port_pool *pool, const struct port_block *block);

// No process listens on it. Another program, which ignores guards, may use a port of a block that
// is held: then it is not free although its owner does not listen.
bool port_is_free(uint16_t port);
