/* What somebody can do about a refusal of AWS's, or about a connection that failed. */
#ifndef ZT_CLI_REMEDY_H
#define ZT_CLI_REMEDY_H

#include "base/error.h"

/* A clause without a full stop; NULL where the error's own text has to be enough. */
const char *zt_remedy(zt_status status, const zt_error *error);

#endif
