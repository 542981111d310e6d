// What Java programs trust: the certificates of their JDK, and those of a user.
#pragma once

#include "runtime/host/java.h"

// Writes the certificates of `java` and those of the CA bundle into `directory`, for Java and as
// PEM, and lets `java` name these files. ERROR_INVALID: one of the two cannot be read.
MUST_CHECK bool java_trust_add(struct java *java, const char *bundle, const char *directory,
                               struct error *err);
