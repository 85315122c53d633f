#include "x509/server_identity.h"

#include "base/digest.h"
#include "base/fs.h"
#include "base/secret.h"
#include "x509/issue.h"
#include "x509/pem.h"
#include "x509/read.h"

#define DAY_MS (24LL * 3600 * 1000)
#define ROOT_LIFE_MS (3650 * DAY_MS)
#define SERVER_LIFE_MS (365 * DAY_MS)
/* A device whose clock runs a little behind must still accept a server made this minute. */
#define BACKDATE_MS DAY_MS

#define ROOT_NAME "Local Root CA 1"
#define SECOND_ROOT_NAME "Local Services Root CA - G2"

#define SECRET_STR ZT_CLEANUP(zt_str_free_wiped) zt_str

static zt_status read_file(const zt_server_identity_spec *spec, const char *name, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(4096);
	TRY(zt_path_join(&path, spec->dir, name));
	return zt_file_read(zt_str_text(&path), out, NULL);
}

static zt_status write_file(const zt_server_identity_spec *spec, const char *name, zt_view bytes, mode_t mode,
			    zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(4096);
	TRY(zt_path_join(&path, spec->dir, name));
	return zt_file_write(zt_str_text(&path), bytes, mode, ret_error);
}

/* A certificate over `key`'s public half, as DER; its PEM is appended to *pem. */
static zt_status issue(const zt_issue_spec *wanted, const zt_key *key, zt_str *der, zt_str *pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(ZT_CERT_DER_MAX);
	zt_issue_spec spec = *wanted;
	TRY(zt_key_spki(key, &spki));
	spec.spki = zt_str_view(&spki);
	TRY(zt_certificate_issue(&spec, der, ret_error));
	return zt_pem_put(zt_str_view(der), "CERTIFICATE", pem);
}

typedef struct {
	zt_key *key;
	zt_str der; /* of its certificate */
} authority;

static void authority_deinit(authority *a)
{
	zt_key_free(a->key);
	zt_str_free(&a->der);
}

/* A call that was killed in the middle of a new root leaves the new key beside the old certificate. */
static bool owns_its_certificate(const authority *a)
{
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(ZT_CERT_DER_MAX);
	return zt_key_spki(a->key, &spki) == ZT_OK && memmem(a->der.p, a->der.n, spki.p, spki.n) != NULL;
}

static zt_status root_read(const zt_server_identity_spec *spec, authority *root)
{
	SECRET_STR key_pem = ZT_STR(ZT_SERVER_PEM_MAX);
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(ZT_SERVER_PEM_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	TRY(read_file(spec, "server-root-key.pem", &key_pem));
	TRY(read_file(spec, "server-ca.pem", &pem));
	TRY(zt_key_read_pem(zt_str_view(&key_pem), &root->key, NULL));
	zt_view rest = zt_str_view(&pem);
	TRY(zt_pem_next(&rest, "CERTIFICATE", &root->der));
	TRY(zt_cert_read(zt_str_view(&root->der), &info, NULL));
	ENSURE(owns_its_certificate(root), ZT_E_INVALID);
	return info->not_after_ms - spec->now_ms > 2 * SERVER_LIFE_MS ? ZT_OK : ZT_E_EXPIRED;
}

/* A CA certificate for `key` under the issuer's name and key; NULL: under its own. */
static zt_status issue_ca(const zt_server_identity_spec *spec, const char *name, const zt_key *key,
			  const authority *issuer, zt_str *der, zt_str *pem, zt_error *ret_error)
{
	const zt_rdn subject[] = { { "O", zt_view_of(spec->organization), true }, { "CN", zt_view_of(name), true } };
	const zt_issue_spec wanted = { .profile = ZT_PROFILE_CA,
				       .subject = subject,
				       .subject_count = ZT_COUNT(subject),
				       .not_before_ms = spec->now_ms - BACKDATE_MS,
				       .not_after_ms = spec->now_ms + ROOT_LIFE_MS,
				       .issuer_der = issuer ? zt_str_view(&issuer->der) : (zt_view){ 0 },
				       .issuer_key = issuer ? issuer->key : key };
	return issue(&wanted, key, der, pem, ret_error);
}

static zt_status authority_make(const zt_server_identity_spec *spec, const char *name, authority *a, zt_str *pem,
				zt_error *ret_error)
{
	authority_deinit(a);
	*a = (authority){ .der = ZT_STR(ZT_CERT_DER_MAX) };
	TRY(zt_key_new(ZT_KEY_P256, &a->key, ret_error));
	return issue_ca(spec, name, a->key, NULL, &a->der, pem, ret_error);
}

static zt_status root_make(const zt_server_identity_spec *spec, authority *root, zt_error *ret_error)
{
	SECRET_STR key_pem = ZT_STR(ZT_SERVER_PEM_MAX);
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(ZT_SERVER_PEM_MAX);
	TRY(authority_make(spec, ROOT_NAME, root, &pem, ret_error));
	TRY(zt_key_write_pem(root->key, &key_pem, ret_error));
	TRY(write_file(spec, "server-root-key.pem", zt_str_view(&key_pem), 0600, ret_error));
	return write_file(spec, "server-ca.pem", zt_str_view(&pem), 0644, ret_error);
}

/* Whose work a kept file is; it is made anew when the root was. */
static zt_status root_text(const authority *root, zt_str *out)
{
	char root_id[ZT_SHA256_HEX + 1];
	zt_sha256_hex_of(zt_str_view(&root->der), root_id);
	return zt_str_printf(out, "root %s\n", root_id);
}

/* The root's certificate by the second root, then the second root's by the third, PEM. */
static zt_status crossing_read(const zt_server_identity_spec *spec, const authority *root, zt_str *ret_pem)
{
	ZT_CLEANUP(zt_str_free) zt_str kept = ZT_STR(ZT_SERVER_PEM_MAX), head = ZT_STR(ZT_SERVER_PEM_MAX);
	TRY(read_file(spec, "server-cross.pem", &kept));
	TRY(root_text(root, &head));
	zt_view rest = zt_str_view(&kept);
	ENSURE(zt_view_take_prefix(&rest, zt_str_view(&head)), ZT_E_NOT_FOUND);
	return zt_str_put(ret_pem, rest);
}

/* The keys of the two upper roots sign this once and are forgotten. The bundle is written first: whoever finds the
 * crossing finds it whole. */
static zt_status crossing_make(const zt_server_identity_spec *spec, const authority *root, zt_str *ret_pem,
			       zt_error *ret_error)
{
	ZT_CLEANUP(authority_deinit) authority second = { 0 }, third = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str bundle = ZT_STR(ZT_SERVER_PEM_MAX), kept = ZT_STR(ZT_SERVER_PEM_MAX);
	ZT_CLEANUP(zt_str_free) zt_str by_second = ZT_STR(ZT_CERT_DER_MAX), by_third = ZT_STR(ZT_CERT_DER_MAX);
	TRY(zt_pem_put(zt_str_view(&root->der), "CERTIFICATE", &bundle));
	TRY(authority_make(spec, SECOND_ROOT_NAME, &second, &bundle, ret_error));
	TRY(authority_make(spec, "Local Class 2 CA", &third, &bundle, ret_error));
	TRY(issue_ca(spec, ROOT_NAME, root->key, &second, &by_second, ret_pem, ret_error));
	TRY(issue_ca(spec, SECOND_ROOT_NAME, second.key, &third, &by_third, ret_pem, ret_error));
	TRY(root_text(root, &kept));
	TRY(zt_str_put(&kept, zt_str_view(ret_pem)));
	TRY(write_file(spec, "server-ca.pem", zt_str_view(&bundle), 0644, ret_error));
	return write_file(spec, "server-cross.pem", zt_str_view(&kept), 0644, ret_error);
}

static zt_status crossing_put(const zt_server_identity_spec *spec, const authority *root, zt_str *chain,
			      zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(ZT_SERVER_PEM_MAX), der = ZT_STR(ZT_CERT_DER_MAX);
	if (spec->chain == ZT_CHAIN_PLAIN)
		return ZT_OK;
	if (crossing_read(spec, root, &pem) != ZT_OK) {
		zt_str_clear(&pem);
		TRY(crossing_make(spec, root, &pem, ret_error));
	}
	zt_view rest = zt_str_view(&pem);
	if (spec->chain == ZT_CHAIN_ATS_2023)
		return zt_str_put(chain, rest);
	TRY(zt_pem_next(&rest, "CERTIFICATE", &der));
	return zt_pem_put(zt_str_view(&der), "CERTIFICATE", chain);
}

/* What the kept leaf was made for; it is made anew when this differs. */
static zt_status names_text(const zt_server_identity_spec *spec, const authority *root, zt_str *out)
{
	TRY(root_text(root, out));
	for (size_t i = 0; i < spec->name_count; i++)
		TRY(zt_str_printf(out, "name %s\n", spec->names[i]));
	return ZT_OK;
}

/* The kept file is one: names, chain and key together, so that they are replaced together. */
static zt_status leaf_read(const zt_server_identity_spec *spec, const authority *root, zt_str *chain, zt_str *key)
{
	SECRET_STR kept = ZT_STR(ZT_SERVER_PEM_MAX);
	ZT_CLEANUP(zt_str_free) zt_str names = ZT_STR(8192);
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_CERT_DER_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	TRY(read_file(spec, "server-identity.pem", &kept));
	TRY(names_text(spec, root, &names));
	zt_view rest = zt_str_view(&kept);
	ENSURE(zt_view_take_prefix(&rest, zt_str_view(&names)), ZT_E_NOT_FOUND);
	zt_view probe = rest;
	TRY(zt_pem_next(&probe, "CERTIFICATE", &der));
	TRY(zt_cert_read(zt_str_view(&der), &info, NULL));
	ENSURE(info->not_after_ms - spec->now_ms > SERVER_LIFE_MS / 3 && info->not_before_ms <= spec->now_ms,
	       ZT_E_EXPIRED);
	zt_str_clear(&der);
	TRY(zt_pem_next(&probe, "CERTIFICATE", &der));
	(void)zt_view_take_prefix(&probe, ZT_LIT("\n"));
	TRY(zt_str_put(chain, zt_view_make(rest.p, (size_t)(probe.p - rest.p))));
	return zt_str_put(key, probe);
}

static zt_status leaf_make(const zt_server_identity_spec *spec, const authority *root, zt_str *chain, zt_str *key,
			   zt_error *ret_error)
{
	ZT_CLEANUP(authority_deinit) authority middle = { .der = ZT_STR(ZT_CERT_DER_MAX) };
	ZT_CLEANUP(zt_key_freep) zt_key *leaf_key = NULL;
	ZT_CLEANUP(zt_str_free) zt_str leaf = ZT_STR(ZT_CERT_DER_MAX), middle_pem = ZT_STR(ZT_SERVER_PEM_MAX);
	SECRET_STR kept = ZT_STR(ZT_SERVER_PEM_MAX);
	const zt_rdn middle_name[] = { { "O", zt_view_of(spec->organization), true },
				       { "CN", ZT_LIT("Local Server CA 1B"), true } };
	const zt_rdn leaf_name[] = { { "CN", zt_view_of(spec->names[0]), true } };
	const int64_t begin = spec->now_ms - BACKDATE_MS, end = spec->now_ms + SERVER_LIFE_MS;

	TRY(zt_key_new(ZT_KEY_P256, &middle.key, ret_error));
	TRY(zt_key_new(ZT_KEY_P256, &leaf_key, ret_error));
	const zt_issue_spec middle_wanted = { .profile = ZT_PROFILE_CA,
					      .subject = middle_name,
					      .subject_count = ZT_COUNT(middle_name),
					      .not_before_ms = begin,
					      .not_after_ms = end,
					      .issuer_der = zt_str_view(&root->der),
					      .issuer_key = root->key };
	TRY(issue(&middle_wanted, middle.key, &middle.der, &middle_pem, ret_error));
	const zt_issue_spec leaf_wanted = { .profile = ZT_PROFILE_SERVER,
					    .subject = leaf_name,
					    .subject_count = 1,
					    .not_before_ms = begin,
					    .not_after_ms = end,
					    .issuer_der = zt_str_view(&middle.der),
					    .issuer_key = middle.key,
					    .dns_names = spec->names,
					    .dns_count = spec->name_count };
	TRY(issue(&leaf_wanted, leaf_key, &leaf, chain, ret_error));
	TRY(zt_str_put(chain, zt_str_view(&middle_pem)));
	TRY(zt_key_write_pem(leaf_key, key, ret_error));

	TRY(names_text(spec, root, &kept));
	TRY(zt_str_put(&kept, zt_str_view(chain)));
	TRY(zt_str_put(&kept, zt_str_view(key)));
	return write_file(spec, "server-identity.pem", zt_str_view(&kept), 0600, ret_error);
}

zt_status zt_server_identity(const zt_server_identity_spec *spec, zt_str *ret_chain_pem, zt_str *ret_key_pem,
			     zt_error *ret_error)
{
	ENSURE(spec->name_count > 0 && spec->name_count <= ZT_SERVER_NAMES_MAX, ZT_E_INVALID);
	ZT_CLEANUP(authority_deinit) authority root = { .der = ZT_STR(ZT_CERT_DER_MAX) };
	if (root_read(spec, &root) != ZT_OK)
		TRY(root_make(spec, &root, ret_error));
	zt_str_clear(ret_chain_pem);
	zt_str_clear(ret_key_pem);
	if (leaf_read(spec, &root, ret_chain_pem, ret_key_pem) != ZT_OK) {
		zt_str_clear(ret_chain_pem);
		zt_str_clear(ret_key_pem);
		TRY(leaf_make(spec, &root, ret_chain_pem, ret_key_pem, ret_error));
	}
	return crossing_put(spec, &root, ret_chain_pem, ret_error);
}
