#include "cloud/api/quotas.h"

#include <stdlib.h>
#include <string.h>

/* Transactions a second of an account (AWS IoT Core quotas), of AWS IoT's control plane. The other services publish
 * none for what is here. */
static const struct {
	const char *operation;
	unsigned per_second;
} table[] = {
	{ "RegisterCACertificate", 10 },
	{ "RegisterCertificate", 10 },
	{ "RegisterCertificateWithoutCA", 10 },
	{ "UpdateCertificate", 10 },
	{ "UpdateCACertificate", 10 },
	{ "DeleteCertificate", 10 },
	{ "DeleteCACertificate", 10 },
	{ "DescribeCertificate", 10 },
	{ "DescribeCACertificate", 10 },
	{ "DeleteRegistrationCode", 10 },
	{ "CreateCertificateFromCsr", 15 },
	{ "CreateKeysAndCertificate", 10 },
	{ "CreateThingType", 15 },
	{ "DeprecateThingType", 15 },
	{ "DeleteThingType", 15 },
	{ "CreateThingGroup", 25 },
	{ "DeleteThingGroup", 15 },
	{ "ListThingsInThingGroup", 25 },
	{ "AddThingToThingGroup", 100 },
	{ "ListThingGroupsForThing", 100 },
	{ "TestAuthorization", 10 },
	{ "CreateThing", 100 },
	{ "UpdateThing", 100 },
	{ "DeleteThing", 100 },
	{ "AttachThingPrincipal", 100 },
	{ "DetachThingPrincipal", 100 },
	{ "AttachPolicy", 15 },
	{ "DetachPolicy", 15 },
	{ "AttachPrincipalPolicy", 15 },
	{ "CreatePolicy", 10 },
	{ "CreatePolicyVersion", 10 },
	{ "DeletePolicy", 10 },
	{ "DeletePolicyVersion", 10 },
	{ "SetDefaultPolicyVersion", 10 },
	{ "ListPrincipalThings", 10 },
	{ "ListThingPrincipals", 20 },
	{ "ListThings", 10 },
	{ "CreateTopicRule", 5 },
	{ "ReplaceTopicRule", 5 },
	{ "DeleteTopicRule", 20 },
	{ "ListTopicRules", 2 },
	{ "RegisterThing", 10 },
	{ "CreateProvisioningTemplate", 10 },
	{ "TagResource", 10 },
};
enum { OPERATIONS = sizeof table / sizeof table[0] };

/* In thousandths of a call, so that time adds up exactly. */
typedef struct {
	int64_t left, seen_ms;
} bucket;

struct zt_quotas {
	bucket buckets[OPERATIONS];
};

zt_status zt_quotas_new(zt_quotas **ret)
{
	*ret = calloc(1, sizeof **ret);
	return *ret ? ZT_OK : ZT_E_NOMEM;
}

void zt_quotas_free(zt_quotas *quotas)
{
	free(quotas);
}

static bool take(bucket *b, unsigned per_second, int64_t mono_ms)
{
	const int64_t full = (int64_t)per_second * 1000;
	int64_t since_ms = b->seen_ms ? mono_ms - b->seen_ms : 1000;
	b->seen_ms = mono_ms;
	b->left = since_ms >= 1000 || b->left + since_ms * per_second > full ? full : b->left + since_ms * per_second;
	if (b->left < 1000)
		return false;
	b->left -= 1000;
	return true;
}

bool zt_quotas_take(zt_quotas *quotas, const char *service, const char *operation, int64_t mono_ms)
{
	if (strcmp(service, "iot") != 0)
		return true;
	for (size_t i = 0; quotas && i < OPERATIONS; i++)
		if (strcmp(table[i].operation, operation) == 0)
			return take(&quotas->buckets[i], table[i].per_second, mono_ms);
	return true;
}
