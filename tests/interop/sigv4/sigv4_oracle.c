/* Signs and verifies for against_botocore.py: one JSON object a line in, one out. */
#include <stdio.h>
#include <stdlib.h>

#include "aws/sigv4.h"
#include "base/codec.h"
#include "base/json.h"

enum { TEXT_MAX = 256 * 1024 };

typedef struct {
	zt_sigv4_header headers[ZT_SIGV4_HEADERS_MAX];
	zt_sigv4_request request;
	zt_sigv4_signer signer;
	zt_str body;
} job_spec;

static zt_status read_headers(const json_t *list, job_spec *ret)
{
	size_t i;
	const json_t *pair;
	ENSURE(json_array_size(list) <= ZT_SIGV4_HEADERS_MAX, ZT_E_LIMIT);
	json_array_foreach(list, i, pair)
		ret->headers[i] = (zt_sigv4_header){ zt_view_of(json_string_value(json_array_get(pair, 0))),
						     zt_view_of(json_string_value(json_array_get(pair, 1))) };
	ret->request.headers = ret->headers;
	ret->request.header_count = json_array_size(list);
	return ZT_OK;
}

static zt_status read_job(const json_t *line, job_spec *ret)
{
	*ret = (job_spec){ .body = ZT_STR(TEXT_MAX) };
	TRY(zt_base64_decode(zt_json_view(line, "body"), &ret->body));
	ret->request.method = zt_json_view(line, "method");
	ret->request.path = zt_json_view(line, "path");
	ret->request.query = zt_json_view(line, "query");
	ret->request.body = zt_str_view(&ret->body);
	ret->signer = (zt_sigv4_signer){
		.access_key_id = zt_json_view(line, "id"),
		.secret = zt_json_view(line, "secret"),
		.token = zt_json_view(line, "token"),
		.region = zt_json_view(line, "region"),
		.service = zt_json_view(line, "service"),
		.time_ms = json_integer_value(json_object_get(line, "time_ms")),
	};
	return read_headers(json_object_get(line, "headers"), ret);
}

static json_t *sign(const job_spec *job)
{
	zt_sigv4_signed made;
	ZT_CLEANUP(zt_str_free) zt_str canonical = ZT_STR(TEXT_MAX);
	zt_status status = zt_sigv4_sign(&job->signer, NULL, &job->request, &made, &canonical, NULL);
	if (status != ZT_OK)
		return json_pack("{s:s}", "error", zt_status_name(status));
	return json_pack("{s:s, s:s}", "authorization", made.authorization, "canonical", zt_str_text(&canonical));
}

static json_t *presign(const job_spec *job, unsigned expires_s)
{
	ZT_CLEANUP(zt_str_free) zt_str query = ZT_STR(TEXT_MAX);
	zt_status status = zt_sigv4_presign(&job->signer, &job->request, expires_s, &query, NULL, NULL);
	if (status != ZT_OK)
		return json_pack("{s:s}", "error", zt_status_name(status));
	return json_pack("{s:s}", "query", zt_str_text(&query));
}

static json_t *verify(const job_spec *job)
{
	zt_sigv4_claim claim;
	zt_error error = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str scratch = ZT_STR(TEXT_MAX);
	zt_status status = zt_sigv4_claim_read(&job->request, &claim, &scratch, &error);
	if (status == ZT_OK)
		status =
		    claim.present ? zt_sigv4_verify(&claim, &job->request, job->signer.secret, &error) : ZT_E_NOT_FOUND;
	return json_pack("{s:s, s:s}", "status", zt_status_name(status), "error", error.text);
}

static json_t *answer(const json_t *line, const job_spec *job)
{
	zt_view what = zt_json_view(line, "do");
	if (zt_view_equal(what, ZT_LIT("sign")))
		return sign(job);
	if (zt_view_equal(what, ZT_LIT("presign")))
		return presign(job, (unsigned)json_integer_value(json_object_get(line, "expires_s")));
	return verify(job);
}

static zt_status handle(zt_view text)
{
	ZT_JSON_CLEANUP json_t *line = NULL;
	ZT_JSON_CLEANUP json_t *reply = NULL;
	job_spec job;
	zt_error error;
	TRY(zt_json_parse(text, &line, &error));
	zt_status status = read_job(line, &job);
	if (status == ZT_OK)
		reply = answer(line, &job);
	zt_str_free(&job.body);
	ENSURE(reply, ZT_E_INVALID);
	(void)json_dumpf(reply, stdout, JSON_COMPACT);
	(void)putchar('\n');
	return fflush(stdout) == 0 ? ZT_OK : ZT_E_IO;
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	zt_status status = ZT_OK;
	for (ssize_t n; status == ZT_OK && (n = getline(&line, &cap, stdin)) > 0;)
		status = handle(zt_view_make(line, (size_t)n));
	free(line);
	return zt_status_exit(status);
}
