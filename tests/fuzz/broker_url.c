/* An operator's --broker: what is taken names a host and a port, and is plain for this machine alone. */
#include <stdlib.h>

#include "cloud/broker/remote.h"
#include "net/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_broker_remote remote;
	zt_error error = { 0 };
	char *url = zt_view_dup(zt_view_make(bytes, n));
	must(url != NULL);
	if (zt_broker_remote_read(url, NULL, NULL, &remote, &error) == ZT_OK) {
		must(remote.where.host[0] && remote.where.port);
		must(remote.where.tls || zt_address_text_is_loopback(remote.where.host) ||
		     strcmp(remote.where.host, "localhost") == 0);
	} else {
		must(error.status == ZT_E_USAGE && error.text[0]);
	}
	free(url);
	return 0;
}
