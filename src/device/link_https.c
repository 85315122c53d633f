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
	device->head = zt_buf_make(config->out, config->out_cap);
	zt_http_put_publish(&device->head, config->host, config->https_port, m->topic, m->qos, m->payload.n);
	TRY(zt_buf_finish(&device->head));
	device->head_sent = device->payload_sent = 0;
	device->asking = true;
	device->http_status = 0;
	device->answer_due_ms = now_ms + ZT_HTTPS_ANSWER_MS;
	zt_http_answer_init(&device->answer, config->in, config->in_cap);
	return ZT_OK;
}

/* A server that has said enough may close before it read everything; its answer counts, so a broken send is no end. */
static void send_request(zt_device *device, int64_t now_ms)
{
	size_t sent = 1;
	while (device->head_sent < device->head.n && sent) {
		if (zt_device_send(device, zt_view_from(zt_buf_view(&device->head), device->head_sent), &sent) != ZT_OK)
			return;
		device->head_sent += sent;
	}
	while (device->payload_sent < device->message.payload.n && sent) {
		zt_view rest = zt_view_from(device->message.payload, device->payload_sent);
		if (zt_device_send(device, rest, &sent) != ZT_OK)
			return;
		device->payload_sent += sent;
		device->answer_due_ms = now_ms + ZT_HTTPS_ANSWER_MS;
	}
}

static zt_status read_answer(zt_device *device)
{
	for (;;) {
		size_t room, received;
		uint8_t *bytes = zt_http_answer_room(&device->answer, &room);
		zt_status status = zt_device_receive(device, bytes, room, &received);
		/* A part of an answer is worse than none: this is not the silence of a first contact. */
		if (status != ZT_OK)
			return device->answer.n ? ZT_E_PROTOCOL : ZT_E_CLOSED;
		if (received == 0)
			return ZT_E_AGAIN;
		status = zt_http_answer_received(&device->answer, received);
		if (status != ZT_E_AGAIN)
			return status;
	}
}

static zt_status judge(zt_device *device, int64_t now_ms, zt_event *ret)
{
	uint16_t code = device->http_status = device->answer.status;
	ENSURE(code != 429 && code < 500, ZT_E_UNAVAILABLE);
	bool denied = code == 401 || code == 403;
	/* The policy of a new certificate may be on its way; a proven one is simply not allowed this. */
	ENSURE(!denied || zt_onboarding_denial_is_final(&device->onboarding, now_ms), ZT_E_DENIED);
	zt_device_accepted(device, now_ms, ret);
	if (code == 200)
		zt_device_settle(device, ZT_EVENT_PUBLISHED, ZT_REASON_NONE);
	else
		zt_device_settle(device, ZT_EVENT_NOT_PUBLISHED, denied ? ZT_REASON_NO_POLICY : ZT_REASON_REJECTED);
	return ZT_OK;
}

static void close_quietly(zt_device *device)
{
	device->config.transport.close(device->config.transport.context);
	device->open = device->streaming = device->asking = false;
}

/* Nothing is under way: the server may hang up when it likes, but has nothing to say. */
static void watch_idle(zt_device *device)
{
	uint8_t byte;
	size_t received;
	if (zt_device_receive(device, &byte, 1, &received) != ZT_OK || received)
		close_quietly(device);
}

static zt_status step(zt_device *device, int64_t now_ms, zt_event *ret)
{
	if (!device->asking && !device->has_message) {
		watch_idle(device);
		return ZT_OK;
	}
	if (!device->asking)
		TRY(begin_request(device, now_ms));
	send_request(device, now_ms);
	zt_status status = read_answer(device);
	/* The server's idle limit crossed our request: ask again on a fresh stream. */
	if (status == ZT_E_CLOSED && device->answered) {
		close_quietly(device);
		return ZT_OK;
	}
	if (status == ZT_E_AGAIN)
		return now_ms < device->answer_due_ms ? ZT_OK : ZT_E_TIMEOUT;
	TRY(status);
	device->asking = false;
	device->answered = true;
	TRY(judge(device, now_ms, ret));
	if (!device->answer.keep_alive)
		close_quietly(device);
	return ZT_OK;
}

static void ended(zt_device *device, zt_status status)
{
	(void)status;
	device->asking = false;
}

static int64_t due_ms(const zt_device *device)
{
	return device->asking ? device->answer_due_ms : INT64_MAX;
}

static void leave(zt_device *device, int64_t now_ms)
{
	(void)device;
	(void)now_ms;
}

const zt_link zt_link_https = { wanted, begin, step, ended, due_ms, leave };
