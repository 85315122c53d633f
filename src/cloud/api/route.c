#include "cloud/api/route.h"

#include <stdlib.h>

#include "base/codec.h"

enum { LABEL_MAX = 4096 };

/* The labels of a path, not decoded yet. */
typedef struct {
	zt_view at[ZT_LABELS_MAX];
	size_t count;
} raw_labels;

static bool add_label(raw_labels *labels, zt_view label)
{
	if (label.n == 0 || labels->count == ZT_LABELS_MAX)
		return false;
	labels->at[labels->count++] = label;
	return true;
}

/* Segment by segment; a slash at the path's end says nothing. */
static bool matches(const char *pattern, zt_view path, raw_labels *labels)
{
	zt_view want = zt_view_from(zt_view_of(pattern), 1), wanted, got;
	if (path.n == 0 || path.p[0] != '/')
		return false;
	if (path.n > 1 && zt_view_ends(path, ZT_LIT("/")))
		path.n--;
	path = zt_view_from(path, 1);
	labels->count = 0;
	while (zt_view_split(&want, '/', &wanted)) {
		if (zt_view_equal(wanted, ZT_LIT("{+}")))
			return add_label(labels, path);
		if (!zt_view_split(&path, '/', &got))
			return false;
		bool label = zt_view_equal(wanted, ZT_LIT("{}"));
		if (label ? !add_label(labels, got) : !zt_view_equal(wanted, got))
			return false;
	}
	return !zt_view_split(&path, '/', &got);
}

static const zt_operation *find_rest(const zt_service *service, const zt_http_request *request, raw_labels *labels)
{
	for (size_t i = 0; i < service->table_count; i++)
		for (size_t j = 0; j < service->tables[i]->count; j++) {
			const zt_operation *row = &service->tables[i]->rows[j];
			if (zt_view_equal(request->method, zt_view_of(row->method)) &&
			    matches(row->path, request->path, labels))
				return row;
		}
	return NULL;
}

static zt_status decode_labels(zt_call *call, const raw_labels *raw)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(LABEL_MAX);
	size_t ends[ZT_LABELS_MAX], begin = 0;
	TRY(zt_str_put(&text, ZT_VIEW_EMPTY));
	for (size_t i = 0; i < raw->count; i++) {
		TRY(zt_percent_decode(raw->at[i], false, &text));
		ends[i] = text.n;
	}
	call->label_text = zt_str_steal(&text);
	for (size_t i = 0; i < raw->count; i++) {
		call->labels[i] = zt_view_make(call->label_text + begin, ends[i] - begin);
		ENSURE(zt_view_is_utf8(call->labels[i]), ZT_E_INVALID);
		begin = ends[i];
	}
	call->label_count = raw->count;
	return ZT_OK;
}

zt_status zt_route_rest(zt_call *call, zt_error *ret_error)
{
	raw_labels raw;
	call->operation = find_rest(call->service, call->request, &raw);
	if (!call->operation && call->service->trace_id)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, call->service->unknown_operation, "Not Found");
	if (!call->operation)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, call->service->unknown_operation,
				      "no operation of %s is %.*s %.*s", call->service->prefix,
				      ZT_PRI(call->request->method), ZT_PRI(call->request->path));
	if (decode_labels(call, &raw) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "the path is not well-formed");
	return ZT_OK;
}

static const zt_operation *find_named(const zt_service *service, zt_view name)
{
	for (size_t i = 0; i < service->table_count; i++)
		for (size_t j = 0; j < service->tables[i]->count; j++)
			if (zt_view_equal(name, zt_view_of(service->tables[i]->rows[j].name)))
				return &service->tables[i]->rows[j];
	return NULL;
}

zt_status zt_route_target(zt_call *call, zt_error *ret_error)
{
	const zt_service *service = call->service;
	zt_view target = zt_http_header_of(call->request, "x-amz-target"), name = target;
	if (zt_view_take_prefix(&name, zt_view_of(service->version)) && zt_view_take_prefix(&name, ZT_LIT(".")))
		call->operation = find_named(service, name);
	return call->operation ? ZT_OK
			       : zt_error_coded(ret_error, ZT_E_NOT_FOUND, service->unknown_operation,
						"no operation of %s is \"%.*s\"", service->prefix, ZT_PRI(target));
}

zt_status zt_route_query(zt_call *call, zt_error *ret_error)
{
	zt_view action, version = ZT_VIEW_EMPTY;
	const zt_service *service = call->service;
	if (!zt_form_get(&call->form, "Action", &action))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "MissingAction",
				      "The request must contain the parameter Action");
	bool versioned = zt_form_get(&call->form, "Version", &version);
	if (!versioned || zt_view_equal(version, zt_view_of(service->version)))
		call->operation = find_named(service, action);
	if (call->operation)
		return ZT_OK;
	return zt_error_coded(ret_error, ZT_E_NOT_FOUND, service->unknown_operation,
			      "Could not find operation %.*s for version %.*s", ZT_PRI(action),
			      ZT_PRI(versioned ? version : ZT_LIT("NO_VERSION_SPECIFIED")));
}
