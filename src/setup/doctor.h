/* Why do devices not come in? Asks the account and the network, and judges what it sees.
 *
 * Observation and judgement stand apart: doctor.c, doctor_device.c, doctor_logs.c and doctor_quota.c ask, each
 * zt_judge_… (judge.h) is pure. An action that the operator lacks is a finding like any other, and the rest is still
 * looked at. */
#ifndef ZT_SETUP_DOCTOR_H
#define ZT_SETUP_DOCTOR_H

#include "setup/finding.h"
#include "setup/setup.h"

typedef struct {
	zt_view name;   /* of the set-up, as in zt_setup_spec */
	zt_view device; /* device id, or empty: no particular one */
	/* Opens a verified TLS connection to one of the device ports of `host` and closes it. ZT_OK, ZT_E_NOT_FOUND
	 * (the name is unknown), ZT_E_TLS (not trusted), any other: not reached. NULL: the ports are not looked at. */
	zt_status (*probe)(void *context, const char *host, unsigned port, zt_error *ret_error);
	void *context;
	unsigned ports[2]; /* MQTT, HTTPS */
} zt_doctor_spec;

/* *ret: {"account","region","endpoint","findings":[…]}, the findings as zt_finding_add makes them; what could not be
 * asked is "". ZT_OK with findings too: other results are for what kept the doctor itself from working. */
ZT_NODISCARD zt_status zt_doctor_run(zt_aws_client *client, const zt_doctor_spec *spec, json_t **ret,
				     zt_error *ret_error);

#endif
