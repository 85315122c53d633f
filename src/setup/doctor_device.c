/* What the account knows of one device. */
#include "aws/iot_certificate.h"
#include "aws/iot_policy.h"
#include "aws/iot_thing.h"
#include "setup/doctor_inside.h"
#include "x509/read.h"

/* Of each CA, newest first: a device that cannot come in is registered at each try, so it is among the newest. */
enum { CERTIFICATES_LOOKED_AT = 100 };

typedef struct {
	zt_setup *setup;
	zt_view device;
	json_t *newest; /* description; owned */
	size_t looked_at;
} search;

static double created(const json_t *certificate)
{
	return json_number_value(json_object_get(certificate, "creationDate"));
}

static bool is_of(const json_t *certificate, zt_view device)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	return zt_cert_read_pem(zt_json_view(certificate, "certificatePem"), &info, NULL) == ZT_OK &&
	       zt_view_equal(zt_cert_common_name(info), device);
}

/* Keeps the certificate if it is the device's and newer than what there is. */
static zt_status consider(search *s, zt_view id, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *description = NULL;
	zt_status status = zt_iot_certificate_describe(s->setup->client, id, &description, ret_error);
	ENSURE(status != ZT_E_NOT_FOUND, ZT_OK);
	TRY(status);
	if (!is_of(description, s->device) || (s->newest && created(s->newest) >= created(description)))
		return ZT_OK;
	json_decref(s->newest);
	s->newest = ZT_STEAL(description);
	return ZT_OK;
}

static zt_status look_at_listed(void *context, const json_t *item, zt_error *ret_error)
{
	search *s = context;
	ENSURE(s->looked_at++ < CERTIFICATES_LOOKED_AT, ZT_E_AGAIN);
	/* One that is older cannot take the place of what was found. */
	if (s->newest && created(s->newest) >= created(item))
		return ZT_OK;
	return consider(s, zt_json_view(item, "certificateId"), ret_error);
}

static zt_status look_at_thing(void *context, const json_t *thing, zt_error *ret_error)
{
	return consider(context, zt_json_view(json_object_get(thing, "attributes"), "certificateId"), ret_error);
}

static zt_status find(search *s, zt_error *ret_error)
{
	const zt_iot_thing_filter filter = { .attribute = ZT_LIT("deviceId"), .value = s->device };
	TRY(zt_iot_thing_each(s->setup->client, &filter, look_at_thing, s, ret_error));
	for (size_t i = 0; i < s->setup->accepted_count; i++) {
		zt_view ca = zt_view_of(s->setup->accepted[i].id);
		s->looked_at = 0;
		zt_status status = zt_iot_certificate_each(s->setup->client, ca, look_at_listed, s, ret_error);
		if (status != ZT_E_AGAIN && status != ZT_E_NOT_FOUND)
			TRY(status);
	}
	return ZT_OK;
}

typedef struct {
	zt_view name;
	bool found;
} name_search;

static zt_status look_at_policy(void *context, const json_t *policy, zt_error *ret_error)
{
	(void)ret_error;
	name_search *s = context;
	s->found |= zt_view_equal(zt_json_view(policy, "policyName"), s->name);
	return ZT_OK;
}

static zt_status describe_thing(zt_setup *setup, zt_view arn, json_t **ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *names = json_array();
	ENSURE(names, ZT_E_NOMEM);
	TRY(zt_iot_thing_each_of(setup->client, arn, zt_aws_collect, names, ret_error));
	const char *name = json_string_value(json_array_get(names, 0));
	return name ? zt_iot_thing_describe(setup->client, zt_view_of(name), ret, ret_error) : ZT_OK;
}

static zt_status look_around(zt_setup *setup, zt_seen_device *seen, json_t **ret_thing, zt_error *ret_error)
{
	zt_view arn = zt_json_view(seen->certificate, "certificateArn");
	name_search policy = { zt_view_of(setup->device_name), false };
	TRY(zt_iot_policy_each_of(setup->client, arn, look_at_policy, &policy, ret_error));
	TRY(describe_thing(setup, arn, ret_thing, ret_error));
	seen->has_policy = policy.found;
	seen->thing = *ret_thing;
	return ZT_OK;
}

zt_status zt_doctor_look_at_device(zt_setup *setup, const zt_diagnosis *d, zt_view device, zt_error *ret_error)
{
	char id[ZT_DEVICE_ID_HEX + 1];
	search s = { .setup = setup, .device = device };
	ZT_JSON_CLEANUP json_t *thing = NULL;
	zt_seen_device seen = { .id = id };
	if (zt_text_copy(id, sizeof id, device) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "a device id has at most %d characters", ZT_DEVICE_ID_HEX);
	zt_status status = find(&s, ret_error);
	ZT_JSON_CLEANUP json_t *certificate = s.newest;
	seen.certificate = certificate;
	if (status == ZT_OK && certificate)
		status = look_around(setup, &seen, &thing, ret_error);
	TRY(status);
	return zt_judge_device(d, &seen);
}
