/* The first contact of a new certificate, by HTTPS: a question that changes nothing, again and again, until the server
 * answers at all. Then MQTT takes over. */
#include "device/link.h"

static bool wanted(const zt_device *device)
{
	(void)device;
	return true;
}

static zt_status begin(zt_device *device, int64_t now_ms)
{
	const zt_device_config *config = &device->config;
	zt_exchange_init(&device->exchange, config->out, config->out_cap, config->in, config->in_cap);
	zt_http_put_probe(&device->exchange.head, config->host, config->https_port);
	return zt_exchange_begin(&device->exchange, ZT_VIEW_EMPTY, now_ms);
}

static zt_status step(zt_device *device, int64_t now_ms, zt_event *ret)
{
	zt_status status = zt_exchange_step(&device->exchange, &device->config.transport, now_ms);
	if (status == ZT_E_AGAIN)
		return ZT_OK;
	TRY(status);
	device->http_status = device->exchange.answer.status;
	TRY(zt_device_judge(device->http_status, &device->onboarding, now_ms));
	zt_onboarding_active(&device->onboarding);
	zt_device_close_stream(device);
	device->route = device->onboarding.route = device->config.route;
	ret->kind = ZT_EVENT_CONNECTING;
	ret->route = device->route;
	ret->attempts = device->onboarding.attempts;
	return ZT_OK;
}

static void ended(zt_device *device, zt_status status)
{
	(void)device;
	(void)status;
}

static int64_t due_ms(const zt_device *device)
{
	return device->exchange.due_ms;
}

static void leave(zt_device *device, int64_t now_ms)
{
	(void)device;
	(void)now_ms;
}

const zt_link zt_link_contact = { wanted, begin, step, ended, due_ms, leave };
