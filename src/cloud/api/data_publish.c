/* IoT data Publish, signed (AWS IoT, "HTTPS"; AWS IoT data plane API). */
#include "cloud/accept/accept.h"
#include "cloud/accept/http_properties.h"
#include "cloud/api/authorise.h"
#include "cloud/api/front.h"
#include "cloud/api/input.h"
#include "cloud/api/tables.h"
#include "net/address.h"

static zt_view query_of(const zt_call *call, const char *name)
{
	zt_view value = ZT_VIEW_EMPTY;
	(void)zt_form_get(&call->query, name, &value);
	return value;
}

static zt_status read_properties(const zt_call *call, zt_buf *out, zt_error *ret_error)
{
	const zt_http_properties given = {
		.content_type = query_of(call, "contentType"),
		.response_topic = query_of(call, "responseTopic"),
		.message_expiry = query_of(call, "messageExpiry"),
		.payload_format = zt_http_header_of(call->request, "x-amz-mqtt5-payload-format-indicator"),
		.correlation_data = zt_http_header_of(call->request, "x-amz-mqtt5-correlation-data"),
		.user_properties = zt_http_header_of(call->request, "x-amz-mqtt5-user-properties"),
	};
	return zt_http_properties_put(&given, out, ret_error);
}

/* A retained message needs a permission more (AWS IoT, "policy actions"). */
static zt_status may_retain(const zt_call *call, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "topic", call->labels[0], &arn));
	return zt_authorise_action(call, "iot:RetainPublish", zt_str_view(&arn), ret_error);
}

static void published(void *context, zt_status status)
{
	zt_call *call = context;
	const zt_error error = { .status = status };
	zt_call_finish(call, status, &error);
}

static zt_status publish(zt_call *call, zt_error *ret_error)
{
	uint64_t qos = 0;
	uint8_t properties[ZT_HTTP_PROPERTIES_MAX];
	zt_buf encoded = ZT_BUF(properties);
	zt_publish message = { .topic = call->labels[0],
			       .payload = call->request->body,
			       .principal = zt_view_of(call->caller.arn),
			       .source_ip = zt_peer_address(zt_view_of(call->request->peer)) };
	TRY(zt_in_query_number(call, "qos", 0, 1, &qos, ret_error));
	TRY(zt_in_query_bool(call, "retain", &message.retain, ret_error));
	TRY(read_properties(call, &encoded, ret_error));
	TRY(message.retain ? may_retain(call, ret_error) : ZT_OK);
	message.qos = (uint8_t)qos;
	message.properties = zt_buf_view(&encoded);
	TRY(zt_call_reply(call, json_pack("{s:s, s:s}", "message", "OK", "traceId", call->request_id)));
	const zt_acceptor acceptor = { call->api->spec.broker, call->api->spec.listener };
	zt_call_defer(call);
	return zt_accept(&acceptor, &message, published, call, ret_error);
}

static const zt_operation rows[] = {
	{ ZT_REST("Publish", "POST", "/topics/{+}", "topic/{}", publish), .flags = ZT_OP_RAW_BODY },
};
const zt_operations zt_data_publish_operations = ZT_OPERATIONS(rows);
