// Processes that a killed daemon left behind.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Names a data directory among all of this machine; chosen by whoever opens it. Whatever is started
// for its clusters carries it as a word of its environment or of its command line: paths would not
// do, since one can contain another, and the same path is another directory in another container.
#define ORPHANS_MARK_SIZE 33
#define ORPHANS_VARIABLE  "KOBEL_DATA_ID"
#define ORPHANS_PROPERTY  "-Dkobel.data.id"

// Kills every process that carries the mark, and waits until they are gone. Called while the data
// directory's lock is held and no cluster runs, so all there are belong to a daemon that is dead.
// "" = there are none.
//
// They die with their daemon by themselves, except in the instant between their start and their
// asking for it; what runs inside a sandbox dies with it, but not at once.
void orphans_kill(const char *mark);

// Does one of `words`, of which each ends with a 0 byte, carry the mark? Pure.
bool orphans_carry(const char *words, size_t size_bytes, const char *mark);
