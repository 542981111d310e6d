// TCP ports of the loopback interface for clusters: blocks of a range that is theirs, chosen before
// the processes that will listen on them exist. One range for all, so that a sandbox can close it
// and open the one block that is its own.
#pragma once

#include "base/error.h"

#include <stdint.h>

// Below the kernel's own choice (32768 and up), where brokers of tests like to be, and without
// well-known services.
#define PORT_POOL_FIRST    21100
#define PORT_POOL_LAST     24099
#define PORT_POOL_MAX      8192
#define PORT_POOL_MIN_SIZE 256

struct port_block {
    uint16_t first;
    uint16_t count; // 0 = none
};

struct port_pool {
    uint16_t first;
    uint16_t last;
    uint8_t taken[PORT_POOL_MAX]; // 1 = of a block that was not given back
};

void port_pool_init(struct port_pool *pool, uint16_t first, uint16_t last);

// `count` ports in a row that are free on this machine. Another daemon may take one before it is
// used: the launch is then made again with others. ERROR_LIMIT: none are left.
MUST_CHECK bool port_pool_take(struct port_pool *pool, uint16_t count, struct port_block *out_block,
                               struct error *err);
void port_pool_give(struct port_pool *pool, const struct port_block *block);
