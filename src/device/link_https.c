/* The HTTPS route: a request and its answer, one at a time, on a stream that is kept while the server keeps it. */
#include "device/link.h"

_Static_assert((int)ZT_DEVICE_OUT_MIN >= (int)ZT_HTTPS_HEAD_MAX, "the head of any publish must fit");

static bool wanted(const zt_device *device)
{
	return device->has_message;
}

static zt_status begin(zt_device *device, int64_t now_ms)
{
	(void)now_ms;
	device->asking = false;
	device->answered = false;
	return ZT_OK;
}

static zt_status begin_request(zt_device *device, int64_t now_ms)
{
	const zt_device_config *config = &device->config;
	const zt_message *m = &device->message;
	zt_exchange_init(&device->exchange, config->out, config->out_cap, config->in, config->in_cap);
	zt_http_put_publish(&device->exchange.head, config->host, config->https_port, m->topic, m->qos, m->payload.n);
	TRY(zt_exchange_begin(&device->exchange, m->payload, now_ms));
	device->asking = true;
	device->http_status = 0;
	return ZT_OK;
}

static zt_status judge(zt_device *device, int64_t now_ms, zt_event *ret)
{
	uint16_t code = device->http_status = device->exchange.answer.status;
	TRY(zt_device_judge(code, &device->onboarding, now_ms));
	zt_device_accepted(device, now_ms, ret);
	bool denied = code == 401 || code == 403;
	if (code == 200)
		zt_device_settle(device, ZT_EVENT_PUBLISHED, ZT_REASON_NONE);
	else
		zt_device_settle(device, ZT_EVENT_NOT_PUBLISHED, denied ? ZT_REASON_NO_POLICY : ZT_REASON_REJECTED);
	return ZT_OK;
}

/* Nothing is under way: the server may hang up when it likes, but has nothing to say. */
static void watch_idle(zt_device *device)
{
	uint8_t byte;
	size_t received;
	if (zt_device_receive(device, &byte, 1, &received) != ZT_OK || received)
		zt_device_close_stream(device);
}

static zt_status step(zt_device *device, int64_t now_ms, zt_event *ret)
{
	if (!device->asking && !device->has_message) {
		watch_idle(device);
		return ZT_OK;
	}
	if (!device->asking)
		TRY(begin_request(device, now_ms));
	zt_status status = zt_exchange_step(&device->exchange, &device->config.transport, now_ms);
	/* The server's idle limit crossed our request: ask again on a fresh stream. */
	if (status == ZT_E_CLOSED && device->answered) {
		zt_device_close_stream(device);
		return ZT_OK;
	}
	if (status == ZT_E_AGAIN)
		return ZT_OK;
	TRY(status);
	device->asking = false;
	device->answered = true;
	TRY(judge(device, now_ms, ret));
	if (!device->exchange.answer.keep_alive)
		zt_device_close_stream(device);
	return ZT_OK;
}

static void ended(zt_device *device, zt_status status)
{
	(void)status;
	device->asking = false;
}

static int64_t due_ms(const zt_device *device)
{
	return device->asking ? device->exchange.due_ms : INT64_MAX;
}

static void leave(zt_device *device, int64_t now_ms)
{
	(void)device;
	(void)now_ms;
}

const zt_link zt_link_https = { wanted, begin, step, ended, due_ms, leave };
