#include "cloud/daemon/metrics.h"

#include <inttypes.h>

#include "cloud/gateway/refusals.h"

static zt_status put(zt_str *out, const char *name, const char *type, const char *help, uint64_t value)
{
	return zt_str_printf(out, "# HELP zerotouch_%s %s\n# TYPE zerotouch_%s %s\nzerotouch_%s %" PRIu64 "\n", name,
			     help, name, type, name, value);
}

static zt_status put_refusals(const zt_refusals *refusals, zt_str *out)
{
	TRY(zt_str_put_text(out, "# HELP zerotouch_refusals_total Refusals by the rule that refused.\n"
				 "# TYPE zerotouch_refusals_total counter\n"));
	for (unsigned rule = 0; rule < ZT_REFUSAL_RULES; rule++)
		TRY(zt_str_printf(out, "zerotouch_refusals_total{rule=\"%s\"} %" PRIu64 "\n",
				  zt_refusal_name((zt_refusal_rule)rule),
				  zt_refusals_count_of(refusals, (zt_refusal_rule)rule)));
	return ZT_OK;
}

zt_status zt_metrics_put(const zt_gateway *gateway, zt_str *out)
{
	zt_gateway_counters n;
	zt_gateway_count(gateway, &n);
	const struct {
		const char *name, *type, *help;
		uint64_t value;
	} metrics[] = {
		{ "mqtt_connections", "gauge", "Open connections to the MQTT port.", n.open },
		{ "turned_away_total", "counter", "Connections closed at once because there were too many.",
		  n.turned_away },
		{ "handshakes_total", "counter", "TLS handshakes of the MQTT port that were completed.", n.handshakes },
		{ "connects_total", "counter", "MQTT connections that were accepted.", n.connects },
		{ "packets_from_clients_total", "counter", "MQTT packets that came from clients.",
		  n.packets_from_clients },
		{ "packets_from_broker_total", "counter", "MQTT packets that came from the broker.",
		  n.packets_from_broker },
		{ "messages_accepted_total", "counter", "Messages that were accepted, by MQTT and HTTPS.",
		  n.messages_accepted },
		{ "https_requests_total", "counter", "Requests to the HTTPS data plane.", n.requests },
		{ "registered_total", "counter", "Certificates that were registered just in time.", n.registered },
	};
	for (size_t i = 0; i < ZT_COUNT(metrics); i++)
		TRY(put(out, metrics[i].name, metrics[i].type, metrics[i].help, metrics[i].value));
	return put_refusals(zt_gateway_refusals(gateway), out);
}
