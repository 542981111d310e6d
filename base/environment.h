// Variables of the environment. One that is empty counts as one that is not set.
#pragma once

// Borrowed from the environment, or `fallback`, which may be NULL.
const char *environment_or(const char *name, const char *fallback);
