/* Our own resource beside AWS's: why devices were refused (docs/contracts.md, "Refusals"). */
#include "cloud/api/front.h"
#include "cloud/api/input.h"
#include "cloud/api/tables.h"

static const zt_param param_device = { .name = "device", .min = 1, .max = 128 };

static zt_status list(zt_call *call, zt_error *ret_error)
{
	const zt_api_sources *sources = &call->api->spec.sources;
	uint64_t after = 0;
	zt_view device;
	TRY(zt_in_query_number(call, "after", 0, UINT64_MAX, &after, ret_error));
	TRY(zt_in_query(call, &param_device, ZT_OPTIONAL, &device, ret_error));
	if (!sources->refusals)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "No gateway runs in this process");
	return zt_call_reply(call, sources->refusals(sources->context, after, device));
}

static const zt_operation rows[] = {
	{ ZT_REST("ListRefusals", "GET", "/_zerotouch/refusals", NULL, list) },
};
const zt_operations zt_own_refusal_operations = ZT_OPERATIONS(rows);
