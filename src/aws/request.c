#include "aws/client.h"
#include "aws/answer.h"
#include "base/codec.h"

static void keep(zt_aws_request *request, zt_status status)
{
	if (request->status == ZT_OK)
		request->status = status;
}

zt_aws_request zt_aws_request_make(zt_aws_service service, const char *operation, const char *method, const char *path)
{
	zt_aws_request request = { .service = service,
				   .operation = operation,
				   .method = method,
				   .target = ZT_STR(ZT_AWS_TARGET_MAX),
				   .read_error = zt_aws_json_error };
	zt_aws_request_path(&request, path);
	return request;
}

void zt_aws_request_path(zt_aws_request *request, const char *path)
{
	keep(request, zt_str_put_text(&request->target, path));
}

void zt_aws_request_label(zt_aws_request *request, zt_view label)
{
	keep(request, label.n ? zt_percent_encode(label, false, &request->target) : ZT_E_INVALID);
}

void zt_aws_request_query(zt_aws_request *request, const char *name, zt_view value)
{
	if (value.n == 0)
		return;
	keep(request, zt_str_printf(&request->target, "%c%s=", request->has_query ? '&' : '?', name));
	keep(request, zt_percent_encode(value, false, &request->target));
	request->has_query = true;
}

/* A line break would begin a header of somebody else's (RFC 9110 §5.5). */
static bool is_field_value(zt_view value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] == 0x7f)
			return false;
	return true;
}

void zt_aws_request_header(zt_aws_request *request, const char *name, zt_view value)
{
	if (request->header_count == ZT_AWS_REQUEST_HEADERS_MAX) {
		keep(request, ZT_E_LIMIT);
		return;
	}
	if (!is_field_value(value))
		keep(request, ZT_E_INVALID);
	request->headers[request->header_count++] = (zt_sigv4_header){ zt_view_of(name), value };
}

void zt_aws_request_body(zt_aws_request *request, const json_t *body)
{
	if (!body)
		keep(request, ZT_E_INVALID);
}
