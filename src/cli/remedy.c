#include "cli/remedy.h"

#include <string.h>

/* By AWS's code first: it says more than the status. */
static const struct {
	const char *code, *remedy;
} of_code[] = {
	{ "ExpiredToken", "the session has ended: sign in anew" },
	{ "ExpiredTokenException", "the session has ended: sign in anew" },
	{ "InvalidClientTokenId", "these keys are not known there: check --profile, the Region and --endpoint-url" },
	{ "UnrecognizedClientException",
	  "these keys are not known there: check --profile, the Region and --endpoint-url" },
	{ "SignatureDoesNotMatch", "check the secret key and this machine's clock" },
	{ "InvalidSignatureException", "check the secret key and this machine's clock" },
};

static const struct {
	zt_status status;
	bool of_service; /* only where the service itself answered */
	const char *remedy;
} of_status[] = {
	{ ZT_E_CREDENTIALS, true, "sign in anew, or choose other credentials with --profile" },
	{ ZT_E_DENIED, true, "'zerotouch setup --print-operator-policy' prints all that an operator must be allowed" },
	{ ZT_E_THROTTLED, true, "AWS asks to slow down: run it again later, it goes on from here" },
	{ ZT_E_UNAVAILABLE, true, "run it again later, it goes on from here" },
	{ ZT_E_NETWORK, false, "check the network, the proxy and --endpoint-url, then run it again" },
	{ ZT_E_CLOSED, false, "check the network and the proxy, then run it again: it goes on from here" },
	{ ZT_E_TIMEOUT, false, "check the network and the proxy, then run it again: it goes on from here" },
	{ ZT_E_TLS, false,
	  "the server is not trusted: check --endpoint-url, AWS_CA_BUNDLE and a proxy that opens TLS" },
	{ ZT_E_PROTOCOL, true, "this is no answer of AWS's: check --endpoint-url and the proxy" },
	{ ZT_E_LIMIT, true, "it is over a quota of AWS's: remove what is not needed, or ask AWS for more" },
};

const char *zt_remedy(zt_status status, const zt_error *error)
{
	for (size_t i = 0; i < ZT_COUNT(of_code); i++)
		if (strcmp(error->code, of_code[i].code) == 0)
			return of_code[i].remedy;
	for (size_t i = 0; i < ZT_COUNT(of_status); i++)
		if (of_status[i].status == status && (error->http || !of_status[i].of_service))
			return of_status[i].remedy;
	return NULL;
}
