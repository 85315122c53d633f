#include "cli/authority.h"

#include <stdlib.h>

#include "base/json.h"
#include "cli/place.h"

zt_status zt_authority_open(const zt_authority_options *options, zt_attest_client **ret, zt_error *ret_error)
{
	if (options->socket)
		return zt_attest_client_new(options->socket, ret, ret_error);
	ZT_CLEANUP(zt_str_free) zt_str dir = ZT_STR(4096);
	ZT_JSON_CLEANUP json_t *endpoints = NULL;
	TRY(zt_place_default(options->data, &dir, ret_error));
	TRY(zt_place_endpoints(zt_str_text(&dir), "attest", &endpoints, ret_error));
	const char *socket = zt_json_text(endpoints, "operator");
	if (!socket)
		return zt_error_set(ret_error, ZT_E_INVALID, "the endpoints file in %s names no operator socket",
				    zt_str_text(&dir));
	return zt_attest_client_new(socket, ret, ret_error);
}

zt_status zt_authority_tenant(const zt_authority_options *options, zt_attest_client *client, zt_str *ret_guid,
			      zt_error *ret_error)
{
	const char *given = options->tenant ? options->tenant : getenv("ZT_TENANT");
	if (given && *given)
		return zt_str_put_text(ret_guid, given);
	ZT_JSON_CLEANUP json_t *body = NULL;
	TRY(zt_attest_tenants(client, &body, ret_error));
	const json_t *tenants = json_object_get(body, "tenants");
	if (json_array_size(tenants) == 0)
		return zt_error_set(ret_error, ZT_E_NOT_FOUND,
				    "the authority has no tenant: make one with 'zerotouch tenant create'");
	if (json_array_size(tenants) != 1)
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "the authority has %zu tenants: say which with --tenant or ZT_TENANT",
				    json_array_size(tenants));
	return zt_str_put(ret_guid, zt_json_view(json_array_get(tenants, 0), "tenant"));
}
