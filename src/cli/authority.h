/* The attestation authority that a verb works on: found by its socket, or by the data folder of `zerotouch local up`.
 */
#ifndef ZT_CLI_AUTHORITY_H
#define ZT_CLI_AUTHORITY_H

#include "attest/client.h"
#include "base/options.h"
#include "base/str.h"

typedef struct {
	const char *socket, *data, *tenant; /* options; NULL when not given */
} zt_authority_options;

/* Two rows of a verb's option table. */
#define ZT_AUTHORITY_OPTIONS(o)                                                                             \
	{ "socket", 0, ZT_OPT_TEXT, &(o).socket, "PATH", "operator socket of the authority", 0, 0 },        \
	{                                                                                                   \
		"data", 'd', ZT_OPT_TEXT, &(o).data, "DIR", "or: data folder of 'zerotouch local up'", 0, 0 \
	}
#define ZT_TENANT_OPTION(o)                                                                                          \
	{                                                                                                            \
		"tenant", 0, ZT_OPT_TEXT, &(o).tenant, "GUID", "the tenant (default $ZT_TENANT, the only one)", 0, 0 \
	}

ZT_NODISCARD zt_status zt_authority_open(const zt_authority_options *options, zt_attest_client **ret,
					 zt_error *ret_error);
/* The tenant given, that of ZT_TENANT, or the authority's only one. Appends the GUID. ZT_E_NOT_FOUND when there
 * is none, ZT_E_USAGE when there are several. */
ZT_NODISCARD zt_status zt_authority_tenant(const zt_authority_options *options, zt_attest_client *client,
					   zt_str *ret_guid, zt_error *ret_error);

#endif
