/* Connections of clients (AWS IoT, "MQTT"; AWS IoT data plane API). */
#include "cloud/api/front.h"
#include "cloud/api/input.h"
#include "cloud/api/tables.h"

static const zt_param client_param = { "clientId", 1, 128, NULL };

static zt_status delete_connection(zt_call *call, zt_error *ret_error)
{
	const zt_api_sources *sources = &call->api->spec.sources;
	bool end_session = false, without_will = false;
	zt_view client_id;
	TRY(zt_in_label(call, 0, &client_param, &client_id, ret_error));
	TRY(zt_in_query_bool(call, "cleanSession", &end_session, ret_error));
	TRY(zt_in_query_bool(call, "preventWillMessage", &without_will, ret_error));
	if (sources->disconnect && sources->disconnect(sources->context, client_id, end_session, without_will))
		return ZT_OK;
	return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
			      "No client of this id is connected");
}

static const zt_operation rows[] = {
	{ ZT_REST("DeleteConnection", "DELETE", "/connections/{}", "client/{}", delete_connection) },
};
const zt_operations zt_data_connection_operations = ZT_OPERATIONS(rows);
