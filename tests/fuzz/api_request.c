/* What the control plane reads of a request: "METHOD path?query" on the first line, a body behind it, as REST and as a
 * form. */
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "cloud/api/input.h"
#include "cloud/api/page.h"
#include "cloud/api/route.h"
#include "cloud/api/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const zt_operation rows[] = {
	{ ZT_REST("ListThings", "GET", "/things", NULL, NULL) },
	{ ZT_REST("CreateThing", "POST", "/things/{}", "thing/{}", NULL) },
	{ ZT_REST("GetPolicyVersion", "GET", "/policies/{}/version/{}", NULL, NULL) },
	{ ZT_REST("Publish", "POST", "/topics/{+}", NULL, NULL) },
};
static const zt_operation actions[] = { { ZT_QUERY("GetRole", NULL, NULL) } };
static const zt_operations rest_table = ZT_OPERATIONS(rows), query_table = ZT_OPERATIONS(actions);
static const zt_operations *const rest_tables[] = { &rest_table }, *const query_tables[] = { &query_table };
static const zt_service rest = {
	.prefix = "iot", .tables = rest_tables, .table_count = 1, .unknown_operation = "Unknown"
};
static const zt_service query = { .prefix = "iam",
				  .protocol = ZT_PROTOCOL_QUERY,
				  .tables = query_tables,
				  .table_count = 1,
				  .unknown_operation = "InvalidAction",
				  .version = "2010-05-08" };

/* Everything goes by what is well-formed and what is not; an answer to either must be possible. */
static void as_rest(zt_call *call)
{
	zt_view value;
	zt_error error;
	bool flag = false;
	uint64_t number = 0;
	const json_t *object;
	ZT_CLEANUP(zt_str_free) zt_str key = ZT_STR(ZT_PAGE_KEY_MAX);
	call->service = &rest;
	if (zt_route_rest(call, &error) != ZT_OK)
		return;
	for (size_t i = 0; i < call->label_count; i++)
		if (!zt_view_is_utf8(call->labels[i]))
			__builtin_trap();
	if (zt_form_get(&call->query, "marker", &value) && zt_page_token_read("ListThings", value, &key) == ZT_OK &&
	    key.n == 0)
		__builtin_trap();
	(void)!zt_in_query_bool(call, "setAsActive", &flag, &error);
	(void)!zt_in_query_number(call, "maxResults", 1, 250, &number, &error);
	if (zt_json_parse(call->request->body, &call->body, &error) != ZT_OK)
		return;
	(void)!zt_in_json(call->body, &zt_param_thing_name, ZT_REQUIRED, &value, &error);
	(void)!zt_in_json_object(call->body, "attributePayload", &object, &error);
}

static void as_form(zt_call *call)
{
	zt_view value;
	zt_error error;
	ZT_CLEANUP(zt_str_free) zt_str xml = ZT_STR(1 << 20);
	call->service = &query;
	if (zt_form_read(call->request->body, &call->form, &error) != ZT_OK)
		return;
	for (size_t i = 0; i < call->form.count; i++)
		if (zt_xml_text(&xml, "member", call->form.members[i].value) != ZT_OK)
			return;
	(void)!zt_route_query(call, &error);
	(void)!zt_in_form(call, &zt_param_policy_name, ZT_REQUIRED, &value, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view rest_of = { bytes, n }, line = ZT_VIEW_EMPTY, target;
	if (!zt_view_split(&rest_of, '\n', &line))
		return 0;
	size_t blank = zt_view_find(line, ' ');
	target = zt_view_from(line, blank + 1);
	size_t question = zt_view_find(target, '?');
	const zt_http_request request = {
		.method = { line.p, blank },
		.path = { target.p, question },
		.query = zt_view_from(target, question + 1),
		.body = rest_of,
	};
	zt_call call = { .request = &request };
	zt_error error;
	if (zt_form_read(request.query, &call.query, &error) == ZT_OK)
		as_rest(&call);
	as_form(&call);
	zt_form_free(&call.query);
	zt_form_free(&call.form);
	json_decref(call.body);
	free(call.label_text);
	return 0;
}
