// Processes that a killed daemon left behind.
#pragma once

// Kills every JVM and every sandbox that was started for a cluster below this data directory, and
// waits until they are gone. Called while the data directory's lock is held and no cluster has been
// launched, so all there are belong to a daemon that is dead.
//
// They die with their daemon by themselves, except in the instant between their start and their
// asking for it.
void orphans_kill(const char *data_directory);
