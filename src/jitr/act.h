/* Carries out a decision. Every action may be repeated: the same event again finishes what was stopped half-way. */
#ifndef ZT_JITR_ACT_H
#define ZT_JITR_ACT_H

#include "aws/client.h"
#include "jitr/decide.h"

typedef struct {
	zt_aws_client *client;
	const zt_jitr_config *config;
	const zt_jitr_certificate *certificate;
	const zt_jitr_thing *thing;
	bool attached;    /* set once the exclusive attachment is done or was refused */
	bool plain;       /* set once RegisterThing failed and plain calls took its place */
	bool overtaken;   /* set when a newer certificate of the device turned up meanwhile; this one was retired */
	unsigned retired; /* certificates */
} zt_jitr_act;

/* ZT_E_AGAIN: somebody else changed the Thing meanwhile; look again and decide anew. */
ZT_NODISCARD zt_status zt_jitr_act_on(zt_jitr_act *act, const zt_jitr_decision *decision, zt_error *ret_error);

#endif
