// The rules that hold for every recorded application. storage/app_store.c checks them before each
// write.
#pragma once

#include "model/app.h"

// NULL when the record is consistent; else the text of the first rule that it breaks. Of an
// application that is being deleted or stopped by force only the version and the move are checked:
// both must be possible whatever is wrong with the rest.
const char *app_check(const struct app *app);
