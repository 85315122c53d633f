/* zerotouch local: the two daemons side by side, and the environment that points AWS's tools at them. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/json.h"
#include "base/options.h"
#include "cli/output.h"
#include "cli/place.h"
#include "cli/verbs.h"

enum { START_TIMEOUT_MS = 20000, LOOK_AGAIN_MS = 500 };

#define DATA_OPTION(target)                                                               \
	{                                                                                 \
		"data", 'd', ZT_OPT_TEXT, target, "DIR",                                  \
		    "data of both daemons (default ~/.local/state/zerotouch/local)", 0, 0 \
	}

/* Whole, as the shell may stand elsewhere. */
static void print_file(const char *variable, const json_t *endpoints, const char *member)
{
	char *whole = realpath(zt_json_text(endpoints, member), NULL);
	(void)printf("export %s='%s'\n", variable, whole ? whole : zt_json_text(endpoints, member));
	free(whole);
}

static void print_port(const char *variable, const json_t *cloud, const char *member)
{
	(void)printf(" %s=%lld", variable, (long long)json_integer_value(json_object_get(cloud, member)));
}

/* Of AWS's tools and ours, and of zerotouch-device. */
static void print_environment(const json_t *cloud, const json_t *attest)
{
	(void)printf("export AWS_ENDPOINT_URL=%s\n", zt_json_text(cloud, "control"));
	print_file("AWS_SHARED_CREDENTIALS_FILE", cloud, "credentials");
	(void)printf("export AWS_REGION=%s AWS_DEFAULT_REGION=%s\n", zt_json_text(cloud, "region"),
		     zt_json_text(cloud, "region"));
	(void)printf("export ZT_ENDPOINT=%s", zt_json_text(cloud, "endpoint"));
	print_port("ZT_MQTT_PORT", cloud, "mqttPort");
	print_port("ZT_HTTPS_PORT", cloud, "httpsPort");
	print_port("ZT_ALPN_PORT", cloud, "allPort");
	(void)putchar('\n');
	print_file("ZT_CA_FILE", cloud, "ca");
	(void)printf("export ZT_ATTEST=%s\n", zt_json_text(attest, "attest"));
	print_file("ZT_ATTEST_CA_FILE", attest, "ca");
}

static zt_status local_env(int argc, char **argv, zt_error *ret_error)
{
	const char *data = NULL;
	const zt_opt options[] = { DATA_OPTION(&data) };
	const zt_command command = {
		.name = "zerotouch local env",
		.usage = "zerotouch local env [--data DIR]",
		.purpose =
		    "Prints the exports that point AWS's tools and zerotouch at the local AWS, and zerotouch-device "
		    "at it and the\nlocal attestation authority.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples =
		    "  eval \"$(zerotouch local env)\"\n  aws --endpoint-url $AWS_ENDPOINT_URL iot list-things\n"
	};
	zt_opt_result result;
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	ZT_CLEANUP(zt_str_free) zt_str dir = ZT_STR(4096);
	ZT_JSON_CLEANUP json_t *cloud = NULL, *attest = NULL;
	TRY(zt_place_default(data, &dir, ret_error));
	TRY(zt_place_endpoints(zt_str_text(&dir), "cloud", &cloud, ret_error));
	TRY(zt_place_endpoints(zt_str_text(&dir), "attest", &attest, ret_error));
	print_environment(cloud, attest);
	return ZT_OK;
}

typedef struct {
	zt_child attest, cloud;
	json_t *attest_endpoints, *cloud_endpoints;
} local_world;

static void local_down(local_world *world)
{
	zt_child_stop(&world->cloud);
	zt_child_stop(&world->attest);
	json_decref(world->attest_endpoints);
	json_decref(world->cloud_endpoints);
}

static zt_status bring_up(const char *dir, bool pick_ports, local_world *world, zt_error *ret_error)
{
	TRY(zt_place_start(dir, "attest", pick_ports, &world->attest, ret_error));
	TRY(zt_place_start(dir, "cloud", pick_ports, &world->cloud, ret_error));
	TRY(zt_place_wait(dir, "attest", &world->attest, START_TIMEOUT_MS, &world->attest_endpoints, ret_error));
	return zt_place_wait(dir, "cloud", &world->cloud, START_TIMEOUT_MS, &world->cloud_endpoints, ret_error);
}

/* Blocks SIGINT and SIGTERM and returns a descriptor that tells of them. */
static int signals_fd(void)
{
	sigset_t wanted;
	(void)sigemptyset(&wanted);
	(void)sigaddset(&wanted, SIGINT);
	(void)sigaddset(&wanted, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &wanted, NULL);
	return signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Until a signal, or until a daemon ends by itself. */
static zt_status stay_up(local_world *world, int signals, zt_error *ret_error)
{
	for (;;) {
		struct pollfd ended = { .fd = signals, .events = POLLIN };
		int exit_status = 0;
		if (poll(&ended, 1, LOOK_AGAIN_MS) > 0)
			return ZT_OK;
		if (!zt_child_runs(&world->attest, &exit_status))
			return zt_error_set(ret_error, ZT_E_FAILED, "zerotouch-attest ended with exit status %d",
					    exit_status);
		if (!zt_child_runs(&world->cloud, &exit_status))
			return zt_error_set(ret_error, ZT_E_FAILED, "zerotouch-cloud ended with exit status %d",
					    exit_status);
	}
}

static zt_status serve(const char *dir, bool pick_ports, zt_error *ret_error)
{
	ZT_CLEANUP(local_down) local_world world = { .attest = ZT_CHILD_NONE, .cloud = ZT_CHILD_NONE };
	int signals = signals_fd();
	if (signals < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot wait for signals");
	zt_status status = bring_up(dir, pick_ports, &world, ret_error);
	if (status == ZT_OK) {
		print_environment(world.cloud_endpoints, world.attest_endpoints);
		(void)fflush(stdout);
		zt_output_say("attestation authority  %s", zt_json_text(world.attest_endpoints, "attest"));
		zt_output_say("control plane          %s", zt_json_text(world.cloud_endpoints, "control"));
		zt_output_say("MQTT, HTTPS            %s, ports %lld and %lld",
			      zt_json_text(world.cloud_endpoints, "endpoint"),
			      (long long)json_integer_value(json_object_get(world.cloud_endpoints, "mqttPort")),
			      (long long)json_integer_value(json_object_get(world.cloud_endpoints, "httpsPort")));
		zt_output_say("data and logs          %s; Ctrl-C ends both", dir);
		status = stay_up(&world, signals, ret_error);
	}
	(void)close(signals);
	return status;
}

static zt_status local_up(int argc, char **argv, zt_error *ret_error)
{
	const char *data = NULL;
	bool pick_ports = false;
	const zt_opt options[] = { DATA_OPTION(&data),
				   { "pick-ports", 0, ZT_OPT_FLAG, &pick_ports, NULL,
				     "take any free port in place of a taken one", 0, 0 } };
	const zt_command command = { .name = "zerotouch local up",
				     .usage = "zerotouch local up [--data DIR] [--pick-ports]",
				     .purpose = "Runs the local AWS and the attestation authority until Ctrl-C.",
				     .options = options,
				     .option_count = ZT_COUNT(options),
				     .examples = "  zerotouch local up\n  zerotouch local up --data build/demo\n" };
	zt_opt_result result;
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	ZT_CLEANUP(zt_str_free) zt_str dir = ZT_STR(4096);
	TRY(zt_place_default(data, &dir, ret_error));
	return serve(zt_str_text(&dir), pick_ports, ret_error);
}

zt_status zt_cmd_local(int argc, char **argv, zt_error *ret_error)
{
	static const zt_verb verbs[] = {
		{ "up", "run both daemons until Ctrl-C", local_up },
		{ "env", "print the environment for AWS's tools and ours", local_env },
	};
	return zt_verbs_run("zerotouch local", "The local AWS and attestation authority.", verbs, ZT_COUNT(verbs), argc,
			    argv, ret_error);
}
