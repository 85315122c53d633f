/* Plain HTTP to the machine's own addresses, which are link-local or loopback. Inside of the room. */
#ifndef ZT_AWS_METADATA_H
#define ZT_AWS_METADATA_H

#include "aws/credentials_json.h"
#include "aws/http.h"

typedef struct {
	const char *method, *origin;
	zt_view target;     /* "/latest/api/token"; empty: "/" */
	const char *header; /* one more header, or NULL */
	zt_view value;
	int timeout_ms;   /* of one try */
	unsigned tries;   /* while nobody is there; at least one */
	int64_t pause_ms; /* between two */
} zt_aws_metadata_request;

/* Whether nobody was there, so that another try may help. */
bool zt_aws_metadata_is_silence(zt_status status);
/* Never goes through a proxy. ZT_OK for status 200 alone; ZT_E_NOT_FOUND for 404; what the transport says when nobody
 * is there; ZT_E_CREDENTIALS otherwise. *response has the body; to be freed by the caller in any case. */
ZT_NODISCARD zt_status zt_aws_metadata_ask(const zt_aws_http *http, const zt_aws_metadata_request *request,
					   zt_aws_http_response *response, zt_error *ret_error);
/* Keys as both addresses give them; `source` is for people. */
ZT_NODISCARD zt_status zt_aws_metadata_keys(const zt_aws_http_response *response, const char *source,
					    zt_aws_credentials *ret, zt_error *ret_error);

#endif
