/* How near the account is to AWS's quotas: these two are constants of AWS's that nobody can raise, so that Service
 * Quotas need not be asked. */
#include "aws/iot_ca.h"
#include "aws/iot_policy.h"
#include "base/digest.h"
#include "setup/doctor_inside.h"
#include "x509/read.h"

/* Counts the CA under its subject: {"<hash>": {"name", "count"}}. */
static zt_status count_subject(const json_t *description, json_t *subjects)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	char hash[ZT_SHA256_HEX + 1];
	if (zt_cert_read_pem(zt_json_view(description, "certificatePem"), &info, NULL) != ZT_OK)
		return ZT_OK;
	zt_sha256_hex_of(zt_view_make(info->subject.hash, sizeof info->subject.hash), hash);
	json_t *seen = json_object_get(subjects, hash);
	if (!seen) {
		seen = json_pack("{s:o, s:i}", "name", zt_json_string(zt_cert_common_name(info)), "count", 0);
		ENSURE(json_object_set_new(subjects, hash, seen) == 0, ZT_E_NOMEM);
	}
	json_int_t count = json_integer_value(json_object_get(seen, "count"));
	return json_integer_set(json_object_get(seen, "count"), count + 1) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status count_subjects(zt_setup *setup, json_t *subjects, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *listed = json_array();
	size_t i;
	json_t *item;
	ENSURE(listed, ZT_E_NOMEM);
	TRY(zt_iot_ca_each(setup->client, zt_aws_collect, listed, ret_error));
	json_array_foreach(listed, i, item) {
		ZT_JSON_CLEANUP json_t *ca = NULL;
		zt_view id = zt_json_view(item, "certificateId");
		zt_status status = zt_iot_ca_describe(setup->client, id, &ca, ret_error);
		if (status == ZT_E_NOT_FOUND)
			continue;
		TRY(status);
		TRY(count_subject(json_object_get(ca, "certificateDescription"), subjects));
	}
	return ZT_OK;
}

zt_status zt_doctor_look_at_subjects(zt_setup *setup, const zt_diagnosis *d, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *subjects = json_object();
	const char *hash;
	json_t *subject;
	ENSURE(subjects, ZT_E_NOMEM);
	TRY(count_subjects(setup, subjects, ret_error));
	json_object_foreach(subjects, hash, subject) {
		const char *name = zt_json_text(subject, "name");
		size_t count = (size_t)json_integer_value(json_object_get(subject, "count"));
		TRY(zt_judge_subject(d, name && name[0] ? name : hash, count));
	}
	return ZT_OK;
}

zt_status zt_doctor_look_at_versions(zt_setup *setup, const zt_diagnosis *d, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	zt_status status = zt_iot_policy_versions(setup->client, zt_view_of(setup->device_name), &answer, ret_error);
	ENSURE(status != ZT_E_NOT_FOUND, ZT_OK);
	TRY(status);
	return zt_judge_policy_versions(d, json_array_size(json_object_get(answer, "policyVersions")));
}
