#include <stdio.h>

#include "base/json.h"
#include "base/timefmt.h"
#include "cli/demo.h"
#include "cli/output.h"
#include "cli/place.h"
#include "x509/read.h"

enum { START_TIMEOUT_MS = 20000, MESSAGE_TIMEOUT_MS = 10000, DAY_S = 24 * 3600 };

/* ---- 1: the daemons ---- */

static zt_status copy_member(const json_t *object, const char *member, char *ret, size_t cap, zt_error *ret_error)
{
	zt_view text = zt_json_view(object, member);
	if (text.n == 0 || zt_text_copy(ret, cap, text) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "an answer lacks \"%s\"", member);
	return ZT_OK;
}

static void copy_port(const json_t *object, const char *member, char ret[8])
{
	(void)snprintf(ret, 8, "%u", (unsigned)json_integer_value(json_object_get(object, member)) & 0xffff);
}

static zt_status learn_endpoints(zt_demo *demo, zt_error *ret_error)
{
	TRY(copy_member(demo->cloud_endpoints, "control", demo->control_url, sizeof demo->control_url, ret_error));
	TRY(copy_member(demo->cloud_endpoints, "ca", demo->cloud_ca, sizeof demo->cloud_ca, ret_error));
	TRY(copy_member(demo->attest_endpoints, "attest", demo->attest_url, sizeof demo->attest_url, ret_error));
	TRY(copy_member(demo->attest_endpoints, "operator", demo->operator_socket, sizeof demo->operator_socket,
			ret_error));
	TRY(copy_member(demo->attest_endpoints, "ca", demo->attest_ca, sizeof demo->attest_ca, ret_error));
	copy_port(demo->cloud_endpoints, "mqttPort", demo->mqtt_port);
	copy_port(demo->cloud_endpoints, "allPort", demo->all_port);
	copy_port(demo->cloud_endpoints, "httpsPort", demo->https_port);
	/* The commands run as they would in a shell with this environment. */
	if (setenv("AWS_SHARED_CREDENTIALS_FILE", zt_json_text(demo->cloud_endpoints, "credentials"), 1) != 0 ||
	    setenv("AWS_REGION", zt_json_text(demo->cloud_endpoints, "region"), 1) != 0 ||
	    unsetenv("AWS_PROFILE") != 0 || unsetenv("AWS_ACCESS_KEY_ID") != 0 ||
	    unsetenv("AWS_SECRET_ACCESS_KEY") != 0 || unsetenv("AWS_SESSION_TOKEN") != 0)
		return zt_error_errno(ret_error, ZT_E_FAILED, "cannot set the environment");
	return ZT_OK;
}

static zt_status start_daemons(zt_demo *demo, zt_error *ret_error)
{
	int64_t begun_ms = zt_time_mono_ms();
	TRY(zt_place_start(demo->dir, "attest", true, &demo->attest, ret_error));
	TRY(zt_place_start(demo->dir, "cloud", true, &demo->cloud, ret_error));
	TRY(zt_place_wait(demo->dir, "attest", &demo->attest, START_TIMEOUT_MS, &demo->attest_endpoints, ret_error));
	TRY(zt_place_wait(demo->dir, "cloud", &demo->cloud, START_TIMEOUT_MS, &demo->cloud_endpoints, ret_error));
	TRY(learn_endpoints(demo, ret_error));
	zt_output_ok(zt_time_mono_ms() - begun_ms, "the attestation authority answers at %s", demo->attest_url);
	zt_output_ok(zt_time_mono_ms() - begun_ms, "the local AWS answers at %s, MQTT on %s, HTTPS on %s",
		     demo->control_url, demo->mqtt_port, demo->https_port);
	return ZT_OK;
}

/* ---- 2: the tenant ---- */

static zt_status make_device(zt_demo *demo, zt_demo_device *device, unsigned number, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_CHILD_OUTPUT_MAX);
	int n = snprintf(device->state, sizeof device->state, "%s/device-%u", demo->dir, number);
	ENSURE(n > 0 && (size_t)n < sizeof device->state, ZT_E_LIMIT);
	TRY(zt_demo_run(demo, (const char *const[]){ "zerotouch-device", "init", "--state", device->state, NULL }, &out,
			ret_error));
	zt_view id = zt_view_trim(zt_str_view(&out));
	if (!zt_is_device_id(id))
		return zt_error_set(ret_error, ZT_E_INVALID, "zerotouch-device init printed no device id");
	return zt_text_copy(device->id, sizeof device->id, id);
}

static zt_status claim_device(zt_demo *demo, const zt_demo_device *device, zt_error *ret_error)
{
	return zt_demo_run(demo,
			   (const char *const[]){ "zerotouch", "tenant", "claim", "--socket", demo->operator_socket,
						  "--tenant", demo->tenant, device->id, NULL },
			   NULL, ret_error);
}

/* As the security service issues it: named after the tenant, valid for 730 days to the second. */
static zt_status check_tenant_ca(const zt_demo *demo, zt_view pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *ca = NULL;
	TRY(zt_cert_read_pem(pem, &ca, ret_error));
	if (!ca->is_ca || !zt_view_equal(zt_cert_tenant(ca, false), zt_view_of(demo->tenant)) ||
	    ca->not_after_ms - ca->not_before_ms != 730LL * DAY_S * 1000)
		return zt_error_set(ret_error, ZT_E_FAILED, "the tenant CA is not as the security service issues it");
	return ZT_OK;
}

static zt_status make_tenant(zt_demo *demo, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *tenant = NULL;
	int64_t begun_ms = zt_time_mono_ms();
	TRY(zt_demo_run_json(
	    demo,
	    (const char *const[]){ "zerotouch", "tenant", "create", "--socket", demo->operator_socket, "--json", NULL },
	    &tenant, ret_error));
	TRY(copy_member(tenant, "tenant", demo->tenant, sizeof demo->tenant, ret_error));
	TRY(check_tenant_ca(demo, zt_json_view(tenant, "caCertificate"), ret_error));
	zt_output_ok(zt_time_mono_ms() - begun_ms, "tenant %s has its CA, valid for 730 days", demo->tenant);
	begun_ms = zt_time_mono_ms();
	TRY(make_device(demo, &demo->devices[0], 1, ret_error));
	TRY(claim_device(demo, &demo->devices[0], ret_error));
	zt_output_ok(zt_time_mono_ms() - begun_ms, "device %.12s… is claimed into it", demo->devices[0].id);
	return ZT_OK;
}

/* ---- 3: the account ---- */

static zt_status set_up(zt_demo *demo, zt_error *ret_error)
{
	int64_t begun_ms = zt_time_mono_ms();
	TRY(zt_demo_run(demo,
			(const char *const[]){ "zerotouch", "setup", "--endpoint-url", demo->control_url, "--socket",
					       demo->operator_socket, "--tenant", demo->tenant, "--topic",
					       ZT_DEMO_TOPIC, "--yes", NULL },
			NULL, ret_error));
	zt_output_ok(zt_time_mono_ms() - begun_ms,
		     "CA with proof of possession, policy, role, Lambda, rule and permission are there");
	begun_ms = zt_time_mono_ms();
	TRY(zt_demo_run(demo,
			(const char *const[]){ "zerotouch", "plan", "--endpoint-url", demo->control_url, "--socket",
					       demo->operator_socket, "--tenant", demo->tenant, "--topic",
					       ZT_DEMO_TOPIC, "--exit-code", NULL },
			NULL, ret_error));
	zt_output_ok(zt_time_mono_ms() - begun_ms, "a second look finds nothing to change");
	return ZT_OK;
}

/* ---- 4: the watcher ---- */

static zt_status start_watcher(zt_demo *demo, zt_error *ret_error)
{
	const char *const argv[] = {
		"zerotouch", "watch",        "--endpoint-url", demo->control_url, "--port", demo->all_port,
		"--ca-file", demo->cloud_ca, "--json",         ZT_DEMO_TOPIC,     NULL
	};
	ZT_CLEANUP(zt_str_free) zt_str line = ZT_STR(ZT_CHILD_OUTPUT_MAX);
	int64_t begun_ms = zt_time_mono_ms();
	zt_output_command(argv);
	TRY(zt_child_start(&demo->watch, argv, demo->log, ret_error));
	if (zt_child_line(&demo->watch, MESSAGE_TIMEOUT_MS, &line) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_FAILED, "the watcher did not subscribe (log: %s)", demo->log);
	ZT_JSON_CLEANUP json_t *event = NULL;
	TRY(zt_json_parse(zt_str_view(&line), &event, ret_error));
	if (!zt_view_equal(zt_json_view(event, "event"), ZT_LIT("subscribed")))
		return zt_error_set(ret_error, ZT_E_FAILED, "the watcher did not subscribe: %s", zt_str_text(&line));
	zt_output_ok(zt_time_mono_ms() - begun_ms, "watching %s", ZT_DEMO_TOPIC);
	return ZT_OK;
}

static zt_status expect_message(zt_demo *demo, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str line = ZT_STR(ZT_CHILD_OUTPUT_MAX);
	int64_t begun_ms = zt_time_mono_ms();
	if (zt_child_line(&demo->watch, MESSAGE_TIMEOUT_MS, &line) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_TIMEOUT, "the watcher saw no message within %d s",
				    MESSAGE_TIMEOUT_MS / 1000);
	ZT_JSON_CLEANUP json_t *event = NULL;
	TRY(zt_json_parse(zt_str_view(&line), &event, ret_error));
	if (!zt_view_equal(zt_json_view(event, "payload"), ZT_LIT(ZT_DEMO_MESSAGE)))
		return zt_error_set(ret_error, ZT_E_FAILED, "the watcher saw something else: %s", zt_str_text(&line));
	zt_output_ok(zt_time_mono_ms() - begun_ms, "the watcher printed %s", ZT_DEMO_MESSAGE);
	return ZT_OK;
}

/* ---- 5, 6, 7: devices ---- */

static zt_status attest(zt_demo *demo, zt_demo_device *device, bool renew, zt_error *ret_error)
{
	int64_t begun_ms = zt_time_mono_ms();
	TRY(zt_demo_run(demo,
			(const char *const[]){ "zerotouch-device", "attest", "--state", device->state, "--attest",
					       demo->attest_url, "--attest-ca-file", demo->attest_ca, "--tenant",
					       demo->tenant, renew ? "--renew" : NULL, NULL },
			NULL, ret_error));
	zt_output_ok(zt_time_mono_ms() - begun_ms, "the authority took the evidence and issued a 24 h certificate");
	return ZT_OK;
}

/* What the device tells of itself while it onboards. */
static void show_device_event(zt_demo_device *device, const json_t *event, unsigned *refusals)
{
	zt_view name = zt_json_view(event, "event");
	if (zt_view_equal(name, ZT_LIT("refused"))) {
		(*refusals)++;
		zt_output_say("refused, as AWS does it: %s", zt_json_text(event, "text"));
	} else if (zt_view_equal(name, ZT_LIT("accepted"))) {
		device->onboarding_ms = json_integer_value(json_object_get(event, "ms"));
	}
}

static zt_status read_device(zt_demo *demo, zt_demo_device *device, zt_child *child, unsigned *refusals,
			     zt_error *ret_error)
{
	int exit_status = 0;
	for (;;) {
		ZT_CLEANUP(zt_str_free) zt_str line = ZT_STR(ZT_CHILD_OUTPUT_MAX);
		ZT_JSON_CLEANUP json_t *event = NULL;
		zt_status status = zt_child_line(child, ZT_DEMO_TIMEOUT_MS, &line);
		if (status == ZT_E_CLOSED)
			break;
		TRY(status);
		TRY(zt_json_parse(zt_str_view(&line), &event, ret_error));
		show_device_event(device, event, refusals);
	}
	TRY(zt_child_finish(child, ZT_DEMO_TIMEOUT_MS, NULL, &exit_status));
	if (exit_status != 0)
		return zt_error_set(ret_error, ZT_E_FAILED, "the device was not accepted: exit status %d (log: %s)",
				    exit_status, demo->log);
	return ZT_OK;
}

/* Publishes by one route. A new certificate must be refused first; nothing else would be a first contact. */
static zt_status publish(zt_demo *demo, zt_demo_device *device, const char *route, zt_error *ret_error)
{
	const char *const argv[] = { "zerotouch-device", "publish",        "--state",   device->state,  "--endpoint",
				     "localhost",        "--via",          route,       "--mqtt-port",  demo->mqtt_port,
				     "--https-port",     demo->https_port, "--ca-file", demo->cloud_ca, "--json",
				     ZT_DEMO_TOPIC,      ZT_DEMO_MESSAGE,  NULL };
	ZT_CLEANUP(zt_child_stop) zt_child child = ZT_CHILD_NONE;
	unsigned refusals = 0;
	zt_output_command(argv);
	TRY(zt_child_start(&child, argv, demo->log, ret_error));
	TRY(read_device(demo, device, &child, &refusals, ret_error));
	if (refusals == 0)
		return zt_error_set(ret_error, ZT_E_FAILED, "the new certificate was not refused at its first contact");
	zt_output_ok(device->onboarding_ms, "accepted: first connect to accepted message");
	return expect_message(demo, ret_error);
}

/* Finds the Thing of a device and its certificate in `zerotouch things --json`. */
static zt_status find_thing(zt_demo *demo, zt_demo_device *device, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *things = NULL;
	size_t index, found = 0;
	json_t *thing;
	TRY(zt_demo_run_json(
	    demo, (const char *const[]){ "zerotouch", "things", "--endpoint-url", demo->control_url, "--json", NULL },
	    &things, ret_error));
	json_array_foreach(things, index, thing) {
		if (!zt_view_equal(zt_json_view(thing, "deviceId"), zt_view_of(device->id)))
			continue;
		found++;
		TRY(copy_member(thing, "thingName", device->thing, sizeof device->thing, ret_error));
		TRY(copy_member(thing, "certificateId", device->certificate, sizeof device->certificate, ret_error));
	}
	if (found != 1)
		return zt_error_set(ret_error, ZT_E_FAILED, "%zu Things belong to the device; one was expected", found);
	return ZT_OK;
}

static zt_status first_device(zt_demo *demo, zt_error *ret_error)
{
	zt_demo_device *device = &demo->devices[0];
	TRY(attest(demo, device, false, ret_error));
	TRY(publish(demo, device, "https", ret_error));
	TRY(find_thing(demo, device, ret_error));
	zt_output_ok(-1, "it is the Thing %s", device->thing);
	return ZT_OK;
}

static zt_status second_device(zt_demo *demo, zt_error *ret_error)
{
	zt_demo_device *device = &demo->devices[1];
	TRY(make_device(demo, device, 2, ret_error));
	TRY(claim_device(demo, device, ret_error));
	TRY(attest(demo, device, false, ret_error));
	TRY(publish(demo, device, "mqtt", ret_error));
	TRY(find_thing(demo, device, ret_error));
	zt_output_ok(-1, "it is the Thing %s", device->thing);
	return ZT_OK;
}

/* The handler retires the predecessor after it has activated the successor, so it may still be there for a moment. */
static zt_status expect_gone(zt_demo *demo, const char *certificate, zt_error *ret_error)
{
	const int64_t deadline = zt_time_mono_ms() + MESSAGE_TIMEOUT_MS;
	const char *const argv[] = { "zerotouch", "certificates", "--endpoint-url", demo->control_url, "--json", NULL };
	for (bool there = true; there;) {
		ZT_JSON_CLEANUP json_t *certificates = NULL;
		size_t index;
		json_t *one;
		TRY(zt_demo_run_json(demo, argv, &certificates, ret_error));
		there = false;
		json_array_foreach(certificates, index, one)
			there |= zt_view_equal(zt_json_view(one, "certificateId"), zt_view_of(certificate));
		if (there && zt_time_mono_ms() > deadline)
			return zt_error_set(ret_error, ZT_E_FAILED, "the old certificate %s is still there",
					    certificate);
	}
	return ZT_OK;
}

static zt_status reboot(zt_demo *demo, zt_error *ret_error)
{
	zt_demo_device before = demo->devices[0], *device = &demo->devices[0];
	TRY(attest(demo, device, true, ret_error));
	TRY(publish(demo, device, "https", ret_error));
	TRY(find_thing(demo, device, ret_error));
	if (strcmp(before.thing, device->thing) != 0 || strcmp(before.certificate, device->certificate) == 0)
		return zt_error_set(ret_error, ZT_E_FAILED, "the new certificate did not move %s", before.thing);
	zt_output_ok(-1, "still the Thing %s, now with certificate %.12s…", device->thing, device->certificate);
	TRY(expect_gone(demo, before.certificate, ret_error));
	zt_output_ok(-1, "the old certificate %.12s… is gone", before.certificate);
	demo->devices[0].onboarding_ms = before.onboarding_ms;
	return ZT_OK;
}

/* ---- 8: what there is now ---- */

static zt_status print_output_of(zt_demo *demo, const char *verb, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_CHILD_OUTPUT_MAX);
	TRY(zt_demo_run(demo, (const char *const[]){ "zerotouch", verb, "--endpoint-url", demo->control_url, NULL },
			&out, ret_error));
	(void)printf("\n%s\n", zt_str_text(&out));
	return fflush(stdout) == 0 ? ZT_OK : ZT_E_IO;
}

static zt_status show(zt_demo *demo, zt_error *ret_error)
{
	zt_child_stop(&demo->watch);
	TRY(print_output_of(demo, "things", ret_error));
	TRY(print_output_of(demo, "certificates", ret_error));
	(void)printf("First connect to first accepted message: HTTPS %lld ms, MQTT %lld ms\n\n",
		     (long long)demo->devices[0].onboarding_ms, (long long)demo->devices[1].onboarding_ms);
	(void)printf("Go on:\n"
		     "  zerotouch local up --data %s                # the same world, to keep\n"
		     "  eval \"$(zerotouch local env --data %s)\"     # another shell: AWS's tools and ours know it\n"
		     "  zerotouch things\n"
		     "  zerotouch plan --data %s --topic %s   # the same on AWS: a shell with its credentials\n\n",
		     demo->dir, demo->dir, demo->dir, ZT_DEMO_TOPIC);
	return fflush(stdout) == 0 ? ZT_OK : ZT_E_IO;
}

const zt_demo_step zt_demo_steps[] = {
	{ "Start the attestation authority and the local AWS", start_daemons },
	{ "Create a tenant and claim a device into it", make_tenant },
	{ "Prepare the AWS account for the tenant's devices", set_up },
	{ "Watch " ZT_DEMO_TOPIC, start_watcher },
	{ "A device onboards itself by HTTPS", first_device },
	{ "A second device onboards itself by MQTT alone", second_device },
	{ "The first device reboots with a new certificate", reboot },
	{ "What there is now", show },
};
const size_t zt_demo_step_count = ZT_COUNT(zt_demo_steps);
