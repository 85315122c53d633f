/* curl_call ORIGIN METHOD BODY DEADLINE-MS REPEAT: prints status, code of the transport and answer, one line a request.
 */
#include <stdio.h>

#include "aws/http_curl.h"
#include "base/timefmt.h"

enum { ANSWER_MAX = 1000 };

static void call_once(zt_aws_http seam, char **argv)
{
	zt_sigv4_header headers[] = { { ZT_LIT("host"), ZT_LIT("named.example") },
				      { ZT_LIT("x-test"), ZT_LIT("a  b") } };
	zt_aws_http_request request = {
		.method = argv[2],
		.origin = argv[1],
		.target = "/a/../b%2Fc?x=%20",
		.headers = headers,
		.header_count = ZT_COUNT(headers),
		.body = zt_view_of(argv[3]),
		.deadline_ms = zt_time_mono_ms() + strtol(argv[4], NULL, 10),
	};
	zt_aws_http_response response = { .body = ZT_STR(ANSWER_MAX) };
	zt_error error = { 0 };
	zt_status status = seam.perform(seam.context, &request, &response, &error);
	(void)printf("%s %d [%s] [%s] %s %s\n", zt_status_name(status), response.status, response.request_id,
		     response.error_type, zt_str_text(&response.body), error.text);
	zt_aws_http_response_free(&response);
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	ZT_CLEANUP(zt_aws_http_curl_freep) zt_aws_http_curl *curl = NULL;
	if (zt_aws_http_curl_new(NULL, &curl, NULL) != ZT_OK)
		return 1;
	for (long i = strtol(argv[5], NULL, 10); i > 0; i--)
		call_once(zt_aws_http_curl_seam(curl), argv);
	return 0;
}
