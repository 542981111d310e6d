// The properties at the end of a savepoint's metadata, which Java has serialised: they say what
// kind of savepoint it is. Only the names of classes and constants in them are read.
#pragma once

#include "runtime/savepoint/metadata_reader.h"
#include "runtime/savepoint/savepoint_metadata.h"

// Fails where no properties of a checkpoint are there. SAVEPOINT_UNKNOWN: of another form than
// those of the versions of Flink that kobel knows.
enum savepoint_kind savepoint_properties_read(struct metadata_reader *reader);
