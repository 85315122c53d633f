/* A refusal of a JSON service of any bytes. The first byte is the status, up to the first newline x-amzn-errortype. */
#include <stdlib.h>

#include "aws/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view rest = { bytes, n }, type;
	uint8_t code;
	zt_aws_http_response response = { .body = ZT_STR(1 << 20) };
	if (!zt_view_take_u8(&rest, &code) || !zt_view_take(&rest, zt_view_find(rest, '\n'), &type))
		return 0;
	response.status = 300 + code;
	zt_aws_http_response_header(&response, ZT_LIT("x-amzn-errortype"), type);
	if (zt_str_put(&response.body, rest) == ZT_OK) {
		zt_aws_request request = { .operation = "Operation", .read_error = zt_aws_json_error };
		zt_error error = { 0 };
		if (zt_aws_answer_error(&request, &response, &error) == ZT_OK || !error.text[0])
			abort();
	}
	zt_aws_http_response_free(&response);
	return 0;
}
