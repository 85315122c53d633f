#include "x509/extensions.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include "x509/openssl.h"

/* In OpenSSL's words (x509v3_config(5)). AS3's values: the tenant CA's and the proof's as decoded from real ones. */
static const struct {
	zt_profile profile;
	int nid;
	const char *value;
} rows[] = {
	{ ZT_PROFILE_TENANT_CA, NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign" },
	{ ZT_PROFILE_TENANT_CA, NID_basic_constraints, "critical,CA:TRUE" },
	{ ZT_PROFILE_TENANT_CA, NID_crl_distribution_points,
	  "URI:http://crl.sphere.azure.net/Microsoft Azure Sphere Policy2022.crl" },
	{ ZT_PROFILE_TENANT_CA, NID_info_access,
	  "caIssuers;URI:http://pki.sphere.azure.net/certificates/MicrosoftAzureSpherePolicy2022.cer" },
	/* Bit 7 of a BIT STRING whose eight bits are all used, and an empty SEQUENCE: odd, but what AS3 sends. */
	{ ZT_PROFILE_PROOF, NID_key_usage, "critical,DER:03:02:00:01" },
	{ ZT_PROFILE_PROOF, NID_ext_key_usage, "critical,DER:30:00" },
	{ ZT_PROFILE_DEVICE, NID_key_usage, "critical,digitalSignature" },
	{ ZT_PROFILE_DEVICE, NID_ext_key_usage, "clientAuth" },
	{ ZT_PROFILE_CA, NID_basic_constraints, "critical,CA:TRUE" },
	{ ZT_PROFILE_CA, NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign" },
	{ ZT_PROFILE_SERVER, NID_basic_constraints, "critical,CA:FALSE" },
	{ ZT_PROFILE_SERVER, NID_key_usage, "critical,digitalSignature,keyEncipherment" },
	{ ZT_PROFILE_SERVER, NID_ext_key_usage, "serverAuth" },
	{ ZT_PROFILE_AWS_CLIENT, NID_basic_constraints, "critical,CA:FALSE" },
	{ ZT_PROFILE_AWS_CLIENT, NID_key_usage, "critical,digitalSignature" },
};

static bool put_row(X509 *cert, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, NULL, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	bool ok = extension && X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
	return ok;
}

/* RFC 5280 §4.2.1.2 (1): SHA-1 of the public key's BIT STRING. */
static ASN1_OCTET_STRING *key_id_of(const EVP_PKEY *key)
{
	X509_PUBKEY *public = NULL;
	const unsigned char *bits;
	int n;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_n = 0;
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	bool ok = id && X509_PUBKEY_set(&public, (EVP_PKEY *)key) &&
		  X509_PUBKEY_get0_param(NULL, &bits, &n, NULL, public) &&
		  EVP_Digest(bits, (size_t)n, digest, &digest_n, EVP_sha1(), NULL) &&
		  ASN1_OCTET_STRING_set(id, digest, (int)digest_n);
	X509_PUBKEY_free(public);
	if (ok)
		return id;
	ASN1_OCTET_STRING_free(id);
	return NULL;
}

/* The issuer's own key identifier where there is a certificate of it; else that of its key. NULL: the issuer has none,
 * and then a verifier must not be sent to look for one. */
static ASN1_OCTET_STRING *authority_id(const X509 *issuer, const zt_issue_spec *spec)
{
	if (!issuer)
		return key_id_of(spec->issuer_key->pkey);
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id((X509 *)issuer);
	return id ? ASN1_OCTET_STRING_dup(id) : NULL;
}

static bool put_authority_id(X509 *cert, const X509 *issuer, const zt_issue_spec *spec)
{
	ASN1_OCTET_STRING *id = authority_id(issuer, spec);
	if (!id)
		return issuer != NULL;
	AUTHORITY_KEYID *authority = AUTHORITY_KEYID_new();
	if (authority)
		authority->keyid = ZT_STEAL(id);
	bool ok =
	    authority && X509_add1_ext_i2d(cert, NID_authority_key_identifier, authority, 0, X509V3_ADD_DEFAULT) == 1;
	AUTHORITY_KEYID_free(authority);
	ASN1_OCTET_STRING_free(id);
	return ok;
}

static bool put_key_ids(X509 *cert, const X509 *issuer, const zt_issue_spec *spec)
{
	bool self_signed = spec->issuer_der.n == 0 && spec->issuer_count == 0;
	return put_row(cert, NID_subject_key_identifier, "hash") &&
	       (self_signed || put_authority_id(cert, issuer, spec));
}

static bool is_address(const char *name)
{
	unsigned char room[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, name, room) == 1 || inet_pton(AF_INET6, name, room) == 1;
}

static bool put_names(X509 *cert, const char *const *names, size_t count)
{
	GENERAL_NAMES *list = GENERAL_NAMES_new();
	bool ok = list != NULL;
	for (size_t i = 0; ok && i < count; i++) {
		GENERAL_NAME *name =
		    a2i_GENERAL_NAME(NULL, NULL, NULL, is_address(names[i]) ? GEN_IPADD : GEN_DNS, names[i], 0);
		ok = name && sk_GENERAL_NAME_push(list, name) > 0;
		if (!ok)
			GENERAL_NAME_free(name);
	}
	ok = ok && X509_add1_ext_i2d(cert, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) == 1;
	GENERAL_NAMES_free(list);
	return ok;
}

zt_status zt_extensions_put(X509 *cert, const X509 *issuer, const zt_issue_spec *spec, zt_error *ret_error)
{
	bool ok = true, key_ids = spec->key_identifiers || spec->profile == ZT_PROFILE_CA ||
				  spec->profile == ZT_PROFILE_SERVER || spec->profile == ZT_PROFILE_AWS_CLIENT;
	for (size_t i = 0; i < ZT_COUNT(rows); i++)
		if (rows[i].profile == spec->profile)
			ok = ok && put_row(cert, rows[i].nid, rows[i].value);
	if (spec->profile == ZT_PROFILE_SERVER)
		ok = ok && put_names(cert, spec->dns_names, spec->dns_count);
	ok = ok && (!key_ids || put_key_ids(cert, issuer, spec));
	return ok ? ZT_OK : zt_openssl_error(ret_error, ZT_E_INVALID, "an extension cannot be written");
}
