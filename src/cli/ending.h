/* Verbs that go on until they are told to end: Ctrl-C and SIGTERM are their orderly way out. */
#ifndef ZT_CLI_ENDING_H
#define ZT_CLI_ENDING_H

#include <stdbool.h>

#include "base/error.h"

/* From now on SIGINT and SIGTERM interrupt a wait and make zt_ending true, in place of killing. ZT_E_IO. */
ZT_NODISCARD zt_status zt_end_on_signals(zt_error *ret_error);
bool zt_ending(void);

#endif
