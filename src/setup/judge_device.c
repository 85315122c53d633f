/* One device: its newest certificate and that certificate's Thing; the ports that it connects to; AWS's quotas. */
#include "setup/judge.h"

static zt_status judge_state(const zt_diagnosis *d, const json_t *certificate, const char *id, bool *ret_active)
{
	zt_view status = zt_json_view(certificate, "status");
	char evidence[64];
	*ret_active = zt_view_equal(status, ZT_LIT("ACTIVE"));
	if (*ret_active)
		return ZT_OK;
	(void)snprintf(evidence, sizeof evidence, "status is %.*s", ZT_PRI(status));
	if (zt_view_equal(status, ZT_LIT("PENDING_ACTIVATION")))
		return zt_finding_add(d->findings, ZT_FIND_CERTIFICATE_PENDING, id, evidence,
				      "aws logs tail %s; the device's next try runs the handler again",
				      d->setup->function_log);
	if (zt_view_equal(status, ZT_LIT("REVOKED")))
		return zt_finding_add(d->findings, ZT_FIND_CERTIFICATE_REVOKED, id, evidence,
				      "have the device get a new certificate; AWS takes no revocation back");
	return zt_finding_add(d->findings, ZT_FIND_CERTIFICATE_INACTIVE, id, evidence,
			      "aws iot update-certificate --certificate-id %s --new-status ACTIVE", id);
}

static zt_status judge_dates(const zt_diagnosis *d, const json_t *certificate, const char *id)
{
	char end[ZT_JUDGE_END_MAX];
	const json_t *validity = json_object_get(certificate, "validity");
	if (!zt_judge_has_ended(d, json_object_get(validity, "notAfter"), end))
		return ZT_OK;
	return zt_finding_add(d->findings, ZT_FIND_CERTIFICATE_EXPIRED, id, end,
			      "check that the device reaches the attestation authority: it has not got a newer one");
}

static zt_status judge_thing(const zt_diagnosis *d, const zt_seen_device *seen, const char *certificate)
{
	const char *name = zt_json_text(seen->thing, "thingName");
	const json_t *attributes = json_object_get(seen->thing, "attributes");
	zt_view device = zt_json_view(attributes, "deviceId"), current = zt_json_view(attributes, "certificateId");
	ZT_CLEANUP(zt_str_free) zt_str evidence = ZT_STR(1024);
	if (zt_view_equal(device, zt_view_of(seen->id)) && zt_view_equal(current, zt_view_of(certificate)))
		return ZT_OK;
	TRY(zt_str_printf(&evidence, "deviceId is \"%.*s\", certificateId is \"%.*s\"", ZT_PRI(device),
			  ZT_PRI(current)));
	return zt_finding_add(d->findings, ZT_FIND_THING_OF_ANOTHER, name ? name : "", zt_str_text(&evidence),
			      "aws iot update-thing --thing-name %s --attribute-payload "
			      "'{\"attributes\":{\"deviceId\":\"%s\",\"certificateId\":\"%s\"},\"merge\":true}'",
			      name ? name : "", seen->id, certificate);
}

static zt_status judge_attachments(const zt_diagnosis *d, const zt_seen_device *seen, const char *id)
{
	const char *arn = zt_json_text(seen->certificate, "certificateArn");
	if (!seen->has_policy)
		TRY(zt_finding_add(d->findings, ZT_FIND_CERTIFICATE_NO_POLICY, id,
				   "ListAttachedPolicies does not name it",
				   "aws iot attach-policy --policy-name %s --target %s", d->setup->device_name, arn));
	if (seen->thing)
		return judge_thing(d, seen, id);
	return zt_finding_add(d->findings, ZT_FIND_CERTIFICATE_NO_THING, id, "ListPrincipalThings is empty",
			      "aws iot attach-thing-principal --thing-name NAME --principal %s", arn);
}

zt_status zt_judge_device(const zt_diagnosis *d, const zt_seen_device *seen)
{
	bool active;
	const char *id = zt_json_text(seen->certificate, "certificateId");
	if (!id)
		return zt_finding_add(d->findings, ZT_FIND_DEVICE_UNKNOWN, seen->id,
				      "neither a Thing nor a recent certificate of our CAs has this device id",
				      "zerotouch tenant claim %.16s…; on the local AWS: zerotouch why --device %.16s",
				      seen->id, seen->id);
	TRY(judge_state(d, seen->certificate, id, &active));
	TRY(judge_dates(d, seen->certificate, id));
	/* Before it is active nothing has been attached yet. */
	return active ? judge_attachments(d, seen, id) : ZT_OK;
}

zt_status zt_judge_port(const zt_diagnosis *d, const char *host, unsigned port, zt_status status, const char *evidence)
{
	char about[280];
	(void)snprintf(about, sizeof about, "%s:%u", host, port);
	switch (status) {
	case ZT_OK:
		return ZT_OK;
	case ZT_E_NOT_FOUND:
		return zt_finding_add(d->findings, ZT_FIND_DEVICE_NAME_UNKNOWN, host, evidence, "getent hosts %s",
				      host);
	case ZT_E_TLS:
		return zt_finding_add(
		    d->findings, ZT_FIND_DEVICE_PORT_NOT_TRUSTED, about, evidence,
		    "openssl s_client -connect %s -servername %s -showcerts; an inspecting proxy must "
		    "let this host by; the local AWS wants --ca-file",
		    about, host);
	default:
		return zt_finding_add(d->findings, ZT_FIND_DEVICE_PORT_UNREACHABLE, about, evidence,
				      "open the way out to %s in the firewall; the local AWS: zerotouch local up",
				      about);
	}
}

zt_status zt_judge_subject(const zt_diagnosis *d, const char *subject, size_t cas)
{
	char evidence[64];
	if (cas < ZT_CAS_OF_SUBJECT_NEAR)
		return ZT_OK;
	(void)snprintf(evidence, sizeof evidence, "%zu of %d", cas, ZT_CAS_OF_SUBJECT_MAX);
	return zt_finding_add(d->findings, ZT_FIND_CAS_NEAR_LIMIT, subject, evidence,
			      "aws iot list-ca-certificates, and delete-ca-certificate for those that have expired");
}

zt_status zt_judge_policy_versions(const zt_diagnosis *d, size_t versions)
{
	char evidence[64];
	if (versions < ZT_POLICY_VERSIONS_MAX)
		return ZT_OK;
	(void)snprintf(evidence, sizeof evidence, "%zu of %d", versions, ZT_POLICY_VERSIONS_MAX);
	return zt_finding_add(d->findings, ZT_FIND_POLICY_VERSIONS, d->setup->device_name, evidence,
			      "aws iot list-policy-versions --policy-name %s, and delete-policy-version for an old one",
			      d->setup->device_name);
}
