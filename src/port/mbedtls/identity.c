#include "port/mbedtls/identity.h"

#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <string.h>

#include "port/mbedtls/dates.h"

/* The first common name; a certificate without one has no device id. */
static void read_name(const mbedtls_x509_crt *leaf, zt_identity_info *info)
{
	for (const mbedtls_x509_name *rdn = &leaf->subject; rdn; rdn = rdn->next) {
		if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &rdn->oid) != 0)
			continue;
		if (rdn->val.len <= ZT_DEVICE_NAME_MAX)
			memcpy(info->name, rdn->val.p, rdn->val.len);
		return;
	}
}

static zt_status read_pair(const char *certificate, const char *key, mbedtls_x509_crt *chain, mbedtls_pk_context *pair)
{
	/* mbedTLS counts the NUL that ends a PEM text. */
	ENSURE(mbedtls_x509_crt_parse(chain, (const uint8_t *)certificate, strlen(certificate) + 1) == 0, ZT_E_INVALID);
	ENSURE(mbedtls_pk_parse_key(pair, (const uint8_t *)key, strlen(key) + 1, NULL, 0) == 0, ZT_E_INVALID);
	return mbedtls_pk_check_pair(&chain->pk, pair) == 0 ? ZT_OK : ZT_E_INVALID;
}

zt_status zt_mbedtls_identity_set(zt_mbedtls_identity *identity, const char *certificate, const char *key)
{
	mbedtls_x509_crt chain;
	mbedtls_pk_context pair;
	mbedtls_x509_crt_init(&chain);
	mbedtls_pk_init(&pair);
	zt_status status = read_pair(certificate, key, &chain, &pair);
	if (status == ZT_OK) {
		zt_identity_info info = { .not_before_ms = zt_mbedtls_wall_ms(&chain.valid_from),
					  .not_after_ms = zt_mbedtls_wall_ms(&chain.valid_to),
					  .generation = identity->info.generation + 1 };
		read_name(&chain, &info);
		*identity = (zt_mbedtls_identity){ certificate, key, info };
	}
	mbedtls_pk_free(&pair);
	mbedtls_x509_crt_free(&chain);
	return status;
}

static zt_status current(void *context, zt_identity_info *ret)
{
	const zt_mbedtls_identity *identity = context;
	ENSURE(identity->certificate, ZT_E_NOT_FOUND);
	*ret = identity->info;
	return ZT_OK;
}

zt_identity zt_mbedtls_identity_seam(zt_mbedtls_identity *identity)
{
	return (zt_identity){ current, identity };
}
