#include "cli/setup_session.h"

#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/timefmt.h"
#include "cli/child.h"
#include "cli/output.h"
#include "x509/read.h"

/* ---- the authority ---- */

/* Expired CAs are left out: AWS refuses them, and no device has a certificate of theirs. */
static zt_status take_cas(zt_setup_session *s, zt_setup_spec *spec, zt_error *ret_error)
{
	const json_t *cas = json_object_get(s->description, "caCertificates");
	size_t index;
	json_t *ca;
	json_array_foreach(cas, index, ca) {
		if (zt_view_equal(zt_json_view(ca, "status"), ZT_LIT("Expired")))
			continue;
		if (spec->ca_count == ZT_SETUP_CAS_MAX)
			return zt_error_set(ret_error, ZT_E_LIMIT, "the tenant has more than %d CAs", ZT_SETUP_CAS_MAX);
		s->cas[spec->ca_count++] = (zt_setup_ca){ zt_json_view(ca, "certificate"), zt_str_view(&s->tenant) };
	}
	spec->cas = s->cas;
	return spec->ca_count ? ZT_OK : zt_error_set(ret_error, ZT_E_EXPIRED, "every CA of the tenant has expired");
}

static zt_status take_authority(const zt_setup_options *o, zt_setup_session *s, zt_setup_spec *spec,
				zt_error *ret_error)
{
	if (o->proof.command || o->proof.file)
		return zt_error_set(
		    ret_error, ZT_E_USAGE,
		    "an authority proves its CAs itself: --proof and --proof-command go with --ca-file");
	TRY(zt_authority_open(&o->authority, &s->authority, ret_error));
	TRY(zt_authority_tenant(&o->authority, s->authority, &s->tenant, ret_error));
	TRY(zt_attest_tenant(s->authority, zt_str_view(&s->tenant), &s->description, ret_error));
	return take_cas(s, spec, ret_error);
}

static zt_status take_one_ca(zt_setup_session *s, zt_setup_spec *spec)
{
	s->cas[0] = (zt_setup_ca){ zt_str_view(&s->ca_pem), zt_str_view(&s->tenant) };
	spec->cas = s->cas;
	spec->ca_count = 1;
	return ZT_OK;
}

static zt_status take_azure_sphere(const zt_setup_options *o, zt_setup_session *s, zt_setup_spec *spec,
				   zt_error *ret_error)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	if (o->ca_file || o->proof.command || o->proof.file || o->authority.socket || o->authority.data ||
	    o->authority.tenant)
		return zt_error_set(
		    ret_error, ZT_E_USAGE,
		    "--azure-sphere brings CA and proof itself: leave the options of other authorities");
	TRY(zt_azure_sphere_open(&o->azure, &s->azure, ret_error));
	TRY(zt_azure_sphere_ca(&s->azure, &s->ca_pem, ret_error));
	TRY(zt_cert_read_pem(zt_str_view(&s->ca_pem), &info, ret_error));
	TRY(zt_str_put(&s->tenant, zt_cert_tenant(info, false)));
	return take_one_ca(s, spec);
}

/* A CA of Azure Sphere names its tenant; for another one --tenant may. */
static zt_status take_ca_file(const zt_setup_options *o, zt_setup_session *s, zt_setup_spec *spec, zt_error *ret_error)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	if (o->authority.socket || o->authority.data)
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "--ca-file stands for a CA without an authority: leave --socket and --data");
	TRY(zt_certificate_load(o->ca_file, &s->ca_pem, ret_error));
	TRY(zt_cert_read_pem(zt_str_view(&s->ca_pem), &info, ret_error));
	TRY(zt_str_put(&s->tenant,
		       o->authority.tenant ? zt_view_of(o->authority.tenant) : zt_cert_tenant(info, false)));
	s->proof = &o->proof;
	return take_one_ca(s, spec);
}

static zt_status prove(void *context, const zt_setup_ca *ca, zt_view code, zt_str *proof_pem, zt_error *ret_error)
{
	zt_setup_session *s = context;
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	ZT_JSON_CLEANUP json_t *body = NULL;
	if (s->azure.tool.program) {
		TRY(zt_azure_sphere_proof(&s->azure, code, proof_pem, ret_error));
		return zt_proof_check(zt_str_view(proof_pem), code, ret_error);
	}
	if (s->proof)
		return zt_proof_get(s->proof, code, proof_pem, ret_error);
	TRY(zt_cert_read_pem(ca->pem, &info, ret_error));
	TRY(zt_attest_proof(s->authority, ca->tenant, code, zt_view_of(info->id), &body, ret_error));
	return zt_str_put(proof_pem, zt_json_view(body, "certificate"));
}

/* ---- the package ---- */

/* Where the build and an installation put it, seen from this program. */
static zt_status find_zip(const zt_setup_options *o, zt_str *ret_path, zt_error *ret_error)
{
	bool arm64 = o->architecture && strcmp(o->architecture, "arm64") == 0;
	const char *const places[] = { arm64 ? "../lambda/arm64/bootstrap.zip" : "../lambda/bootstrap.zip",
				       arm64 ? "../lib/zerotouch/arm64/bootstrap.zip"
					     : "../lib/zerotouch/bootstrap.zip" };
	if (o->zip)
		return zt_str_put_text(ret_path, o->zip);
	for (size_t i = 0; i < ZT_COUNT(places); i++) {
		zt_str_clear(ret_path);
		TRY(zt_sibling(places[i], ret_path));
		if (access(zt_str_text(ret_path), R_OK) == 0)
			return ZT_OK;
	}
	return zt_error_set(ret_error, ZT_E_NOT_FOUND,
			    "the Lambda's package for %s is not built: run 'make lambda', or name one with --zip",
			    arm64 ? "arm64" : "x86_64");
}

static zt_status load_zip(const zt_setup_options *o, zt_setup_session *s, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(4096);
	TRY(find_zip(o, &path, ret_error));
	return zt_file_read(zt_str_text(&path), &s->zip, ret_error);
}

/* ---- progress ---- */

static void begun(void *context, const zt_setup_item *item)
{
	zt_setup_session *s = context;
	(void)item;
	s->begun_ms = zt_time_mono_ms();
}

static void ended(void *context, const zt_setup_item *item, zt_status status)
{
	zt_setup_session *s = context;
	if (status == ZT_OK && !s->quiet)
		zt_output_ok(zt_time_mono_ms() - s->begun_ms, "%s %s", item->title, item->name);
}

static void counted(void *context, const char *what, size_t count)
{
	const zt_setup_session *s = context;
	if (!s->quiet)
		zt_output_say("%zu %s", count, what);
}

/* ---- all of it ---- */

static zt_status take_mode(const zt_setup_options *o, zt_setup_spec *spec, zt_error *ret_error)
{
	zt_view mode = zt_view_of(o->mode);
	if (mode.n && !zt_view_equal(mode, ZT_LIT("default")) && !zt_view_equal(mode, ZT_LIT("sni-only")) &&
	    !zt_view_equal(mode, ZT_LIT("jitp")))
		return zt_error_set(ret_error, ZT_E_USAGE, "--mode is default, sni-only or jitp, not \"%.*s\"",
				    ZT_PRI(mode));
	spec->jitp = zt_view_equal(mode, ZT_LIT("jitp"));
	if (mode.n && !spec->jitp)
		spec->ca_mode = zt_view_equal(mode, ZT_LIT("default")) ? ZT_LIT("DEFAULT") : ZT_LIT("SNI_ONLY");
	return ZT_OK;
}

static zt_status take_topics(const zt_setup_options *o, zt_setup_session *s, zt_setup_spec *spec, zt_error *ret_error)
{
	if (o->topics.count > ZT_SETUP_TOPICS_MAX)
		return zt_error_set(ret_error, ZT_E_USAGE, "at most %d --topic", ZT_SETUP_TOPICS_MAX);
	for (size_t i = 0; i < o->topics.count; i++)
		s->topics[i] = zt_view_of(o->topics.values[i]);
	spec->topics = s->topics;
	spec->topic_count = o->topics.count;
	return ZT_OK;
}

/* All that says what shall be there. */
static zt_status take_desired(const zt_setup_options *o, zt_setup_session *s, zt_setup_spec *spec, zt_error *ret_error)
{
	TRY(take_mode(o, spec, ret_error));
	TRY(take_topics(o, s, spec, ret_error));
	if (!spec->jitp)
		TRY(load_zip(o, s, ret_error));
	spec->zip = zt_str_view(&s->zip);
	return o->azure.wanted || o->azure.tenant ? take_azure_sphere(o, s, spec, ret_error)
	       : o->ca_file                       ? take_ca_file(o, s, spec, ret_error)
						  : take_authority(o, s, spec, ret_error);
}

zt_status zt_setup_session_open(const zt_setup_options *options, zt_setup_session *ret, zt_error *ret_error)
{
	zt_setup_session *s = ret;
	*s = (zt_setup_session){ .tenant = ZT_STR(64),
				 .zip = ZT_STR(ZT_SETUP_ZIP_MAX),
				 .ca_pem = ZT_STR(2 * ZT_PROOF_BYTES_MAX),
				 .quiet = options->json };
	zt_setup_spec spec = { .name = zt_view_of(options->name),
			       .thing_template = zt_view_of(options->template),
			       .architecture = zt_view_of(options->architecture),
			       .sweeper = options->sweeper,
			       .log_retention_days = options->log_retention,
			       .prune = options->prune,
			       .whole = options->whole,
			       .prove = prove,
			       .begun = begun,
			       .ended = ended,
			       .counted = counted,
			       .context = s };
	if (!options->whole)
		TRY(take_desired(options, s, &spec, ret_error));
	TRY(zt_account_open(&options->account, &s->account, ret_error));
	TRY(zt_setup_new(s->account.client, &spec, &s->setup, ret_error));
	return zt_setup_plan(s->setup, ret_error);
}

void zt_setup_session_close(zt_setup_session *session)
{
	zt_setup_free(session->setup);
	zt_account_close(&session->account);
	zt_attest_client_free(session->authority);
	json_decref(session->description);
	zt_str_free(&session->tenant);
	zt_str_free(&session->zip);
	zt_str_free(&session->ca_pem);
}
