/* Where the data plane is (AWS IoT, "Transport security"; AWS IoT API reference). */
#include "cloud/api/input.h"
#include "cloud/api/tables.h"

static const zt_param type_param = { "endpointType", 0, 128, NULL };

static zt_status describe(zt_call *call, zt_error *ret_error)
{
	/* Both data endpoints are one here. Credentials provider and jobs are not served, and what AWS says of a type
	 * that it does not know is unconfirmed. */
	static const char *const types[] = { "iot:Data-ATS", "iot:Data", NULL };
	zt_view type;
	unsigned index = 0;
	TRY(zt_in_query(call, &type_param, ZT_OPTIONAL, &type, ret_error));
	TRY(zt_word_index(type_param.name, type, types, &index, ret_error));
	return zt_call_reply(call,
			     json_pack("{s:s}", "endpointAddress", zt_registry_account(call->registry)->endpoint));
}

static const zt_operation rows[] = {
	{ ZT_REST("DescribeEndpoint", "GET", "/endpoint", NULL, describe) },
};
const zt_operations zt_iot_endpoint_operations = ZT_OPERATIONS(rows);
