/* Device shadows (AWS IoT data plane API); signed, or by a device with its certificate. */
#include "base/json.h"
#include "cloud/api/front.h"
#include "cloud/api/input.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"

enum { PAGE_SIZE_MAX = 100, RESOURCE_MAX = 1024 };

static const zt_param param_name = { .name = "name", .min = 1, .max = ZT_SHADOW_NAME_MAX, .of = "$a-zA-Z0-9:_-" };

/* thing/<thing>, and thing/<thing>/<shadow> for a named one (AWS IoT, "policy action resources"). */
static zt_status shadow_resource(const zt_call *call, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str name = ZT_STR(RESOURCE_MAX);
	zt_view shadow = ZT_VIEW_EMPTY;
	(void)zt_form_get(&call->query, "name", &shadow);
	TRY(zt_str_put(&name, call->labels[0]));
	if (shadow.n)
		TRY(zt_str_printf(&name, "/%.*s", ZT_PRI(shadow)));
	return zt_account_iot_arn(zt_registry_account(call->registry), "thing", zt_str_view(&name), out);
}

static void done(void *context, zt_status status, const zt_error *error, zt_view document)
{
	zt_call *call = context;
	if (status == ZT_OK)
		status = zt_call_reply_blob(call, document);
	zt_call_finish(call, status, error);
}

static zt_status ask(zt_call *call, zt_shadow_operation operation, zt_error *ret_error)
{
	zt_shadow_topic topic = { .operation = operation };
	TRY(zt_in_label(call, 0, &zt_param_thing_name, &topic.thing, ret_error));
	TRY(zt_in_query(call, &param_name, ZT_OPTIONAL, &topic.name, ret_error));
	zt_call_defer(call);
	zt_shadows_request(call->api->spec.shadows, &topic,
			   operation == ZT_SHADOW_UPDATE ? call->request->body : ZT_VIEW_EMPTY, done, call);
	return ZT_OK;
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	return ask(call, ZT_SHADOW_GET, ret_error);
}

static zt_status update(zt_call *call, zt_error *ret_error)
{
	return ask(call, ZT_SHADOW_UPDATE, ret_error);
}

static zt_status delete_shadow(zt_call *call, zt_error *ret_error)
{
	return ask(call, ZT_SHADOW_DELETE, ret_error);
}

/* Those of one thing. */
typedef struct {
	const zt_registry *registry;
	zt_view thing;
} listing;

static const void *next_shadow(void *context, zt_view after)
{
	const listing *l = context;
	return zt_registry_next_named_shadow(l->registry, l->thing, after);
}

static zt_view shadow_key(const void *entry)
{
	return zt_view_of(((const zt_shadow_row *)entry)->name);
}

/* Those that exist; what remembers a version alone does not. */
static bool is_there(void *context, const void *entry)
{
	const zt_shadow_row *row = entry;
	ZT_JSON_CLEANUP json_t *json = NULL;
	(void)context;
	return zt_json_parse(zt_view_make(row->document, row->document_n), &json, NULL) == ZT_OK &&
	       json_is_true(json_object_get(json, "exists"));
}

static json_t *show_shadow(void *context, const void *entry)
{
	(void)context;
	return json_string(((const zt_shadow_row *)entry)->name);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	static const zt_page_names names = { "pageSize", "nextToken", "nextToken", PAGE_SIZE_MAX };
	listing l = { .registry = call->registry };
	const zt_page_source source = { next_shadow, shadow_key, is_there, show_shadow, &l };
	json_int_t now_s = (json_int_t)(zt_registry_now_ms(call->registry) / 1000);
	TRY(zt_in_label(call, 0, &zt_param_thing_name, &l.thing, ret_error));
	TRY(zt_page_reply(call, &names, false, &source, "results", ret_error));
	return json_object_set_new(call->reply, "timestamp", json_integer(now_s)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static const zt_operation rows[] = {
	{ ZT_REST_OF("GetThingShadow", "GET", "/things/{}/shadow", shadow_resource, get) },
	{ ZT_REST_OF("UpdateThingShadow", "POST", "/things/{}/shadow", shadow_resource, update),
	  .flags = ZT_OP_RAW_BODY },
	{ ZT_REST_OF("DeleteThingShadow", "DELETE", "/things/{}/shadow", shadow_resource, delete_shadow) },
	{ ZT_REST("ListNamedShadowsForThing", "GET", "/api/things/shadow/ListNamedShadowsForThing/{}", "thing/{}",
		  list) },
};
const zt_operations zt_data_shadow_operations = ZT_OPERATIONS(rows);
