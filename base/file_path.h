// How long a path may be.
#pragma once

#define FILE_PATH_MAX 1024 // with its terminator
