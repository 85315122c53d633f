#include "aws/http.h"

#include "base/secret.h"

void zt_aws_http_response_clear(zt_aws_http_response *response)
{
	zt_str body = response->body;
	zt_str_clear(&body);
	*response = (zt_aws_http_response){ .body = body };
}

void zt_aws_http_response_free(zt_aws_http_response *response)
{
	/* It may have held keys. */
	zt_str_free_wiped(&response->body);
	zt_aws_http_response_clear(response);
}

void zt_aws_http_response_header(zt_aws_http_response *response, zt_view name, zt_view value)
{
	const struct {
		const char *name;
		char *room;
	} kept[] = {
		{ "x-amzn-requestid", response->request_id },
		{ "x-amzn-errortype", response->error_type },
		{ "date", response->date },
		{ "retry-after", response->retry_after },
	};
	for (size_t i = 0; i < ZT_COUNT(kept); i++)
		if (zt_view_equal_nocase(name, zt_view_of(kept[i].name)))
			zt_text_cut(kept[i].room, ZT_AWS_HEADER_VALUE_MAX, zt_view_trim(value));
}
