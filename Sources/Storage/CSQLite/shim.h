#pragma once
#include <sqlite3.h>

/* Variadic functions are not imported into Swift. Without its own count of memory in use SQLite
   needs no lock around every allocation. To be called before the first connection. */
static inline int tequ_sqlite_forgo_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
