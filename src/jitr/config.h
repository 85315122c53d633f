/* What set-up tells the handler through its environment (docs/contracts.md, "The Lambda's environment"). */
#ifndef ZT_JITR_CONFIG_H
#define ZT_JITR_CONFIG_H

#include "jitr/name.h"

enum {
	ZT_JITR_CAS_MAX = 32,    /* an environment has 4 KB (Lambda quotas): about 40 ids with their tenants */
	ZT_JITR_ID_HEX = 64,     /* of a certificate or CA certificate */
	ZT_JITR_TENANT_MAX = 64, /* a GUID, or the CA's id where it has none */
	ZT_JITR_POLICY_MAX = 128,
	ZT_JITR_HOST_MAX = 253,
};

typedef struct {
	char id[ZT_JITR_ID_HEX + 1], tenant[ZT_JITR_TENANT_MAX + 1];
} zt_jitr_ca;

typedef struct {
	zt_jitr_ca cas[ZT_JITR_CAS_MAX];
	size_t ca_count;
	char policy[ZT_JITR_POLICY_MAX + 1];
	char thing_type[ZT_THING_NAME_MAX + 1];
	char data_endpoint[ZT_JITR_HOST_MAX + 1];
	zt_name_template names;
} zt_jitr_config;

/* ZT_E_CONFIG names the variable that is missing or wrong. */
ZT_NODISCARD zt_status zt_jitr_config_environment(zt_jitr_config *ret, zt_error *ret_error);
/* The CA with this id, NULL when it is none of ours. */
const zt_jitr_ca *zt_jitr_config_ca(const zt_jitr_config *config, zt_view ca_id);

#endif
