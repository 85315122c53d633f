/* Waiting between attempts: exponential with full jitter (AWS Architecture Blog, "Exponential Backoff and Jitter"), on
 * top of a floor that no attempt may undercut. */
#ifndef ZEROTOUCH_BACKOFF_H
#define ZEROTOUCH_BACKOFF_H

#include "zerotouch/entropy.h"

typedef struct {
	uint32_t floor_ms; /* always waited */
	uint32_t base_ms;  /* the first wait's jitter is uniform in 0..base */
	uint32_t cap_ms;   /* the jitter's bound doubles up to this */
} zt_backoff_policy;

/* First contact by HTTPS: a request has no client id, so AWS's limit on CONNECTs does not apply to it. */
extern const zt_backoff_policy zt_backoff_first_https;
/* First contact by MQTT: AWS allows one CONNECT per second and client id. */
extern const zt_backoff_policy zt_backoff_first_mqtt;
/* Everything else, and a first contact that lasts. */
extern const zt_backoff_policy zt_backoff_patient;

typedef struct {
	const zt_backoff_policy *policy;
	uint32_t attempt; /* waits drawn since the last reset */
} zt_backoff;

/* Another policy starts over; the same goes on. */
void zt_backoff_use(zt_backoff *backoff, const zt_backoff_policy *policy);
void zt_backoff_reset(zt_backoff *backoff);
/* The next wait: floor + uniform(0, min(cap, base * 2^attempt)). */
uint32_t zt_backoff_next_ms(zt_backoff *backoff, const zt_entropy *entropy);

#endif
