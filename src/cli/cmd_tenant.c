/* zerotouch tenant: tenants of the attestation authority, their CAs and their devices. */
#include <stdio.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/authority.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "x509/read.h"

enum { LIST_FILE_MAX = 64 * 1024 * 1024 };

typedef struct {
	zt_authority_options authority;
	const char *guid, *file, *output;
	bool json, standby;
	zt_opt_result words;
} tenant_options;

typedef struct {
	zt_attest_client *client;
	zt_str guid;
} tenant_session;

static void session_close(tenant_session *s)
{
	zt_attest_client_free(s->client);
	zt_str_free(&s->guid);
}
#define SESSION ZT_CLEANUP(session_close) tenant_session s = { .guid = ZT_STR(64) }

static zt_status open_tenant(const tenant_options *o, tenant_session *s, zt_error *ret_error)
{
	TRY(zt_authority_open(&o->authority, &s->client, ret_error));
	return zt_authority_tenant(&o->authority, s->client, &s->guid, ret_error);
}

static zt_status tenant_create(int argc, char **argv, zt_error *ret_error)
{
	tenant_options o = { 0 };
	const zt_opt options[] = { ZT_AUTHORITY_OPTIONS(o.authority),
				   { "guid", 0, ZT_OPT_TEXT, &o.guid, "GUID", "its GUID (default: a new one)", 0, 0 },
				   { "json", 0, ZT_OPT_FLAG, &o.json, NULL, "{\"tenant\",\"caCertificate\"}", 0, 0 } };
	const zt_command command = { .name = "zerotouch tenant create",
				     .usage = "zerotouch tenant create [options]",
				     .purpose = "Creates a tenant with its CA and prints its GUID.",
				     .options = options,
				     .option_count = ZT_COUNT(options),
				     .examples = "  zerotouch tenant create\n" };
	TRY(zt_options_read(&command, argc, argv, &o.words, ret_error));
	if (o.words.help)
		return ZT_OK;
	SESSION;
	ZT_JSON_CLEANUP json_t *made = NULL;
	TRY(zt_authority_open(&o.authority, &s.client, ret_error));
	TRY(zt_attest_tenant_create(s.client, zt_view_of(o.guid), &made, ret_error));
	if (o.json)
		return zt_output_json(made);
	(void)puts(zt_json_text(made, "tenant"));
	return ZT_OK;
}

static zt_status print_tenants(const json_t *tenants)
{
	static const zt_column columns[] = { { "TENANT", "tenant", 0 },
					     { "CLAIMED", "claimed", 0 },
					     { "CAS", "cas", 0 },
					     { "ACTIVE UNTIL", "until", 0 } };
	ZT_JSON_CLEANUP json_t *rows = json_array();
	size_t index, c;
	json_t *tenant, *ca;
	ENSURE(rows, ZT_E_NOMEM);
	json_array_foreach(tenants, index, tenant) {
		const json_t *cas = json_object_get(tenant, "caCertificates");
		const char *until = "";
		char claimed[24], count[24];
		json_array_foreach(cas, c, ca)
			if (zt_view_equal(zt_json_view(ca, "status"), ZT_LIT("Active")))
				until = zt_json_text(ca, "notAfter");
		(void)snprintf(claimed, sizeof claimed, "%lld",
			       (long long)json_integer_value(json_object_get(tenant, "claimed")));
		(void)snprintf(count, sizeof count, "%zu", json_array_size(cas));
		json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "tenant", zt_json_text(tenant, "tenant"), "claimed",
					claimed, "cas", count, "until", until);
		ENSURE(row && json_array_append_new(rows, row) == 0, ZT_E_NOMEM);
	}
	zt_output_table(columns, ZT_COUNT(columns), rows);
	return ZT_OK;
}

static zt_status tenant_list(int argc, char **argv, zt_error *ret_error)
{
	tenant_options o = { 0 };
	const zt_opt options[] = { ZT_AUTHORITY_OPTIONS(o.authority),
				   { "json", 0, ZT_OPT_FLAG, &o.json, NULL,
				     "an array of objects, CA certificates included", 0, 0 } };
	const zt_command command = { .name = "zerotouch tenant list",
				     .usage = "zerotouch tenant list [options]",
				     .purpose = "Lists the tenants with their CAs.",
				     .options = options,
				     .option_count = ZT_COUNT(options),
				     .examples = "  zerotouch tenant list --json\n" };
	TRY(zt_options_read(&command, argc, argv, &o.words, ret_error));
	if (o.words.help)
		return ZT_OK;
	SESSION;
	ZT_JSON_CLEANUP json_t *body = NULL;
	TRY(zt_authority_open(&o.authority, &s.client, ret_error));
	TRY(zt_attest_tenants(s.client, &body, ret_error));
	const json_t *tenants = json_object_get(body, "tenants");
	return o.json ? zt_output_json(tenants) : print_tenants(tenants);
}

/* Device ids are shown in upper case by some tools; in certificates they are lower case. */
static zt_status add_id(json_t *ids, zt_view word, zt_error *ret_error)
{
	char id[ZT_DEVICE_ID_HEX + 1];
	word = zt_view_trim(word);
	if (word.n == 0 || word.p[0] == '#')
		return ZT_OK;
	if (zt_text_copy(id, sizeof id, word) == ZT_OK)
		for (char *c = id; *c; c++)
			*c = (char)(*c >= 'A' && *c <= 'F' ? *c + ('a' - 'A') : *c);
	if (word.n != ZT_DEVICE_ID_HEX || !zt_is_device_id(zt_view_of(id)))
		return zt_error_set(ret_error, ZT_E_USAGE, "a device id has 128 hex digits, unlike '%.40s%s'",
				    (const char *)word.p, word.n > 40 ? "…" : "");
	return json_array_append_new(ids, json_string(id)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status collect_ids(const tenant_options *o, json_t *ids, zt_error *ret_error)
{
	for (size_t i = 0; i < o->words.positional_count; i++)
		TRY(add_id(ids, zt_view_of(o->words.positional[i]), ret_error));
	if (o->file) {
		ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(LIST_FILE_MAX);
		TRY(zt_file_read(o->file, &text, ret_error));
		zt_view rest = zt_str_view(&text), line;
		while (zt_view_split(&rest, '\n', &line))
			TRY(add_id(ids, line, ret_error));
	}
	return json_array_size(ids) ? ZT_OK
				    : zt_error_set(ret_error, ZT_E_USAGE, "name device ids, or a list with --file");
}

static zt_status claim_all(zt_attest_client *client, zt_view guid, const json_t *ids, json_int_t totals[2],
			   zt_error *ret_error)
{
	for (size_t from = 0; from < json_array_size(ids);) {
		ZT_JSON_CLEANUP json_t *part = json_array(), *body = NULL;
		ENSURE(part, ZT_E_NOMEM);
		for (; from < json_array_size(ids) && json_array_size(part) < ZT_ATTEST_CLAIM_MAX; from++)
			ENSURE(json_array_append(part, json_array_get(ids, from)) == 0, ZT_E_NOMEM);
		TRY(zt_attest_claim(client, guid, part, &body, ret_error));
		totals[0] += json_integer_value(json_object_get(body, "claimed"));
		totals[1] += json_integer_value(json_object_get(body, "already"));
	}
	return ZT_OK;
}

static zt_status tenant_claim(int argc, char **argv, zt_error *ret_error)
{
	tenant_options o = { 0 };
	const zt_opt options[] = { ZT_AUTHORITY_OPTIONS(o.authority),
				   ZT_TENANT_OPTION(o.authority),
				   { "file", 'f', ZT_OPT_TEXT, &o.file, "LIST",
				     "device ids, one a line; # begins a comment", 0, 0 },
				   { "json", 0, ZT_OPT_FLAG, &o.json, NULL, "{\"claimed\",\"already\"}", 0, 0 } };
	const zt_command command = {
		.name = "zerotouch tenant claim",
		.usage = "zerotouch tenant claim [options] [DEVICE-ID…]",
		.purpose = "Claims devices into a tenant: only they get its certificates.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.positional_max = ZT_OPT_LIST_MAX,
		.examples = "  zerotouch tenant claim $(zerotouch-device id)\n  zerotouch tenant claim --file ids.txt\n"
	};
	TRY(zt_options_read(&command, argc, argv, &o.words, ret_error));
	if (o.words.help)
		return ZT_OK;
	SESSION;
	ZT_JSON_CLEANUP json_t *ids = json_array();
	json_int_t totals[2] = { 0 };
	ENSURE(ids, ZT_E_NOMEM);
	TRY(collect_ids(&o, ids, ret_error));
	TRY(open_tenant(&o, &s, ret_error));
	TRY(claim_all(s.client, zt_str_view(&s.guid), ids, totals, ret_error));
	if (o.json) {
		ZT_JSON_CLEANUP json_t *sum = json_pack("{s:I, s:I}", "claimed", totals[0], "already", totals[1]);
		ENSURE(sum, ZT_E_NOMEM);
		return zt_output_json(sum);
	}
	(void)printf("%lld claimed, %lld were claimed already\n", (long long)totals[0], (long long)totals[1]);
	return ZT_OK;
}

static zt_status tenant_devices(int argc, char **argv, zt_error *ret_error)
{
	tenant_options o = { 0 };
	const zt_opt options[] = { ZT_AUTHORITY_OPTIONS(o.authority),
				   ZT_TENANT_OPTION(o.authority),
				   { "json", 0, ZT_OPT_FLAG, &o.json, NULL, "an array of device ids", 0, 0 } };
	const zt_command command = { .name = "zerotouch tenant devices",
				     .usage = "zerotouch tenant devices [options]",
				     .purpose = "Lists the devices that are claimed into a tenant.",
				     .options = options,
				     .option_count = ZT_COUNT(options),
				     .examples = "  zerotouch tenant devices\n" };
	TRY(zt_options_read(&command, argc, argv, &o.words, ret_error));
	if (o.words.help)
		return ZT_OK;
	SESSION;
	ZT_JSON_CLEANUP json_t *body = NULL;
	size_t index;
	json_t *id;
	TRY(open_tenant(&o, &s, ret_error));
	TRY(zt_attest_claimed(s.client, zt_str_view(&s.guid), &body, ret_error));
	const json_t *ids = json_object_get(body, "deviceIds");
	if (o.json)
		return zt_output_json(ids);
	json_array_foreach(ids, index, id)
		(void)puts(json_string_value(id));
	return ZT_OK;
}

static zt_status tenant_unclaim(int argc, char **argv, zt_error *ret_error)
{
	tenant_options o = { 0 };
	const zt_opt options[] = { ZT_AUTHORITY_OPTIONS(o.authority), ZT_TENANT_OPTION(o.authority) };
	const zt_command command = { .name = "zerotouch tenant unclaim",
				     .usage = "zerotouch tenant unclaim [options] DEVICE-ID",
				     .purpose = "Takes a device out of a tenant: it gets no further certificate.",
				     .options = options,
				     .option_count = ZT_COUNT(options),
				     .positional_min = 1,
				     .positional_max = 1,
				     .examples = "  zerotouch tenant unclaim $(zerotouch-device id)\n" };
	TRY(zt_options_read(&command, argc, argv, &o.words, ret_error));
	if (o.words.help)
		return ZT_OK;
	SESSION;
	TRY(open_tenant(&o, &s, ret_error));
	return zt_attest_unclaim(s.client, zt_str_view(&s.guid), zt_view_of(o.words.positional[0]), ret_error);
}

/* A certificate goes to a file, or to standard output. */
static zt_status give_pem(const tenant_options *o, zt_view pem, zt_error *ret_error)
{
	if (o->output)
		return zt_file_write(o->output, pem, 0644, ret_error);
	return fwrite(pem.p, 1, pem.n, stdout) == pem.n ? ZT_OK : ZT_E_IO;
}

static zt_status tenant_proof(int argc, char **argv, zt_error *ret_error)
{
	tenant_options o = { 0 };
	const zt_opt options[] = { ZT_AUTHORITY_OPTIONS(o.authority),
				   ZT_TENANT_OPTION(o.authority),
				   { "output", 'o', ZT_OPT_TEXT, &o.output, "FILE",
				     "write the PEM there (default: standard output)", 0, 0 } };
	const zt_command command = {
		.name = "zerotouch tenant proof",
		.usage = "zerotouch tenant proof [options] CODE",
		.purpose =
		    "Gives the proof of possession of the tenant's CA key for AWS's registration code. 'zerotouch "
		    "setup' does\nthis by itself; by hand it is for an account that is set up elsewhere.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.positional_min = 1,
		.positional_max = 1,
		.examples = "  zerotouch tenant proof $(aws iot get-registration-code --output text)\n"
	};
	TRY(zt_options_read(&command, argc, argv, &o.words, ret_error));
	if (o.words.help)
		return ZT_OK;
	SESSION;
	ZT_JSON_CLEANUP json_t *body = NULL;
	TRY(open_tenant(&o, &s, ret_error));
	TRY(zt_attest_proof(s.client, zt_str_view(&s.guid), zt_view_of(o.words.positional[0]), ZT_VIEW_EMPTY, &body,
			    ret_error));
	return give_pem(&o, zt_json_view(body, "certificate"), ret_error);
}

static zt_status tenant_rollover(int argc, char **argv, zt_error *ret_error)
{
	tenant_options o = { 0 };
	const zt_opt options[] = { ZT_AUTHORITY_OPTIONS(o.authority),
				   ZT_TENANT_OPTION(o.authority),
				   { "standby", 0, ZT_OPT_FLAG, &o.standby, NULL, "the old CA goes on signing for now",
				     0, 0 },
				   { "output", 'o', ZT_OPT_TEXT, &o.output, "FILE",
				     "write the PEM there (default: standard output)", 0, 0 },
				   { "json", 0, ZT_OPT_FLAG, &o.json, NULL, "{\"caCertificate\"}", 0, 0 } };
	const zt_command command = {
		.name = "zerotouch tenant rollover",
		.usage = "zerotouch tenant rollover [options]",
		.purpose = "Makes the tenant's next CA, with the same name and a new key. Run 'zerotouch setup' again\n"
			   "before devices come with its certificates.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch tenant rollover --standby && zerotouch setup --topic myhome/myroom --yes\n"
	};
	TRY(zt_options_read(&command, argc, argv, &o.words, ret_error));
	if (o.words.help)
		return ZT_OK;
	SESSION;
	ZT_JSON_CLEANUP json_t *body = NULL;
	TRY(open_tenant(&o, &s, ret_error));
	TRY(zt_attest_rollover(s.client, zt_str_view(&s.guid), !o.standby, &body, ret_error));
	return o.json ? zt_output_json(body) : give_pem(&o, zt_json_view(body, "caCertificate"), ret_error);
}

zt_status zt_cmd_tenant(int argc, char **argv, zt_error *ret_error)
{
	static const zt_verb verbs[] = {
		{ "create", "create a tenant with its CA", tenant_create },
		{ "list", "list the tenants", tenant_list },
		{ "claim", "claim devices into a tenant", tenant_claim },
		{ "devices", "list the devices of a tenant", tenant_devices },
		{ "unclaim", "take a device out of a tenant", tenant_unclaim },
		{ "proof", "give the proof of possession for a registration code", tenant_proof },
		{ "rollover", "make the tenant's next CA", tenant_rollover },
	};
	return zt_verbs_run("zerotouch tenant", "Tenants of the attestation authority.", verbs, ZT_COUNT(verbs), argc,
			    argv, ret_error);
}
