// Processes that a killed daemon left behind.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// The mark identifies a data directory on this machine; the daemon chooses it. Every process of its
// clusters has it in its environment or in its command line. A path is not enough: one path can
// contain another, and the same path is another directory in another container.
#define ORPHANS_MARK_SIZE 33
#define ORPHANS_VARIABLE  "KOBEL_DATA_ID"
#define ORPHANS_PROPERTY  "-Dkobel.data.id"

// Kills every process that has the mark, and waits until they have ended. To be called with the
// data directory's lock held and before any cluster is launched: then all of them belong to a
// daemon that has ended. Mark "": does nothing.
//
// Usually they end with their daemon by themselves (PR_SET_PDEATHSIG), except in the instant
// between their start and that call; processes in a sandbox end a moment after it.
void orphans_kill(const char *mark);

// Is the mark one of `words`, each of which ends with a 0 byte? Pure.
bool orphans_carry(const char *words, size_t size_bytes, const char *mark);
