// What the kernel's Landlock can do (documentation of the kernel, userspace-api/landlock).
#pragma once

// The newest of its interfaces, which are numbered from 1; 0: the kernel has no Landlock.
int landlock_interface(void);
