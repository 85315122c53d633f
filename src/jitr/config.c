#include "jitr/config.h"

#include "base/codec.h"

static zt_status read_text(const char *variable, char *room, size_t cap, zt_error *ret_error)
{
	zt_view value = zt_view_of(getenv(variable));
	if (value.n == 0)
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s is not set", variable);
	if (zt_text_copy(room, cap, value) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s is too long", variable);
	return ZT_OK;
}

static zt_status read_cas(zt_jitr_config *config, zt_error *ret_error)
{
	zt_view ids = zt_view_of(getenv("ZT_CA_IDS")), tenants = zt_view_of(getenv("ZT_TENANTS")), id, tenant;
	while (ids.n && zt_view_split(&ids, ',', &id)) {
		if (id.n != ZT_JITR_ID_HEX || !zt_is_hex(id))
			return zt_error_set(ret_error, ZT_E_CONFIG, "ZT_CA_IDS: \"%.*s\" is no id of a CA certificate",
					    ZT_PRI(id));
		if (config->ca_count == ZT_JITR_CAS_MAX)
			return zt_error_set(ret_error, ZT_E_CONFIG, "ZT_CA_IDS: more than %d", ZT_JITR_CAS_MAX);
		if (tenants.n == 0 || !zt_view_split(&tenants, ',', &tenant) || tenant.n == 0)
			return zt_error_set(ret_error, ZT_E_CONFIG, "ZT_TENANTS: fewer than ZT_CA_IDS");
		zt_jitr_ca *ca = &config->cas[config->ca_count++];
		TRY(zt_text_copy(ca->id, sizeof ca->id, id));
		if (zt_text_copy(ca->tenant, sizeof ca->tenant, tenant) != ZT_OK)
			return zt_error_set(ret_error, ZT_E_CONFIG, "ZT_TENANTS: \"%.*s\" is too long", ZT_PRI(tenant));
	}
	if (config->ca_count == 0)
		return zt_error_set(ret_error, ZT_E_CONFIG, "ZT_CA_IDS is not set");
	if (tenants.n)
		return zt_error_set(ret_error, ZT_E_CONFIG, "ZT_TENANTS: more than ZT_CA_IDS");
	return ZT_OK;
}

zt_status zt_jitr_config_environment(zt_jitr_config *ret, zt_error *ret_error)
{
	zt_jitr_config config = { 0 };
	TRY(read_cas(&config, ret_error));
	TRY(read_text("ZT_POLICY_NAME", config.policy, sizeof config.policy, ret_error));
	TRY(read_text("ZT_THING_TYPE", config.thing_type, sizeof config.thing_type, ret_error));
	TRY(read_text("ZT_DATA_ENDPOINT", config.data_endpoint, sizeof config.data_endpoint, ret_error));
	zt_view names = zt_view_of(getenv("ZT_THING_TEMPLATE"));
	TRY(zt_name_template_parse(names.n ? names : ZT_LIT(ZT_NAME_TEMPLATE_DEFAULT), &config.names, ret_error));
	*ret = config;
	return ZT_OK;
}

const zt_jitr_ca *zt_jitr_config_ca(const zt_jitr_config *config, zt_view ca_id)
{
	for (size_t i = 0; i < config->ca_count; i++)
		if (zt_view_equal(zt_view_of(config->cas[i].id), ca_id))
			return &config->cas[i];
	return NULL;
}
