/* Lambda on a registry of its own. Functions are small programs in Python or shell, packed by Python's zipfile, with
 * urllib, http.client or curl as their runtime clients. */
#ifndef ZT_TESTS_UNIT_CLOUD_LAMBDA_FIXTURE_H
#define ZT_TESTS_UNIT_CLOUD_LAMBDA_FIXTURE_H

#include <event2/event.h>

#include "zt_cmocka.h"

#include "base/str.h"
#include "cloud/lambda/lambda.h"
#include "cloud/registry/roles.h"
#include "unit/cloud/temporary.h"

enum { DEADLINE_S = 30 };

typedef struct {
	zt_temporary folder;
	struct event_base *loop;
	zt_store *store;
	zt_registry *registry;
	zt_lambda *lambda;
	int64_t ahead_ms; /* of the clock that the registry sees */
	unsigned accepted, refused;
} fixture;

/* Times of 0 are AWS's. A role "role" is there. */
void start(fixture *f, const zt_lambda_times *times, unsigned concurrency_max);
/* As a new process would find it. */
void restart(fixture *f, const zt_lambda_times *times);
void stop(fixture *f);
/* Closes all but a loop; opens it again, in this process or another. */
void suspend(fixture *f);
void resume(fixture *f, const zt_lambda_times *times);

/* Appends a zip made by this body of a Python function make(z), z being a zipfile.ZipFile. */
void make_zip(fixture *f, const char *python, zt_str *out);
/* Packs the program as `bootstrap` and creates the function, or gives an existing one that code. `settings`: more of
 * its configuration as JSON, or NULL. */
void make_function(fixture *f, const char *name, const char *program, const char *settings);
void delete_function(fixture *f, const char *name);

typedef struct {
	unsigned done;
	zt_status status;
	char error[32];
	zt_str payload, log;
} outcome;

void invoke(fixture *f, const char *function, const char *payload, outcome *ret);
/* Runs the loop until it is done. */
void wait_outcome(fixture *f, outcome *o);
/* Both, and checks that the function gave this. */
void expect(fixture *f, const char *function, const char *payload, const char *answer);
void outcome_free(outcome *o);

void invoke_event(fixture *f, const char *function, const char *payload);
/* Runs the loop until the file in the fixture's folder holds that many lines. */
void wait_lines(fixture *f, const char *name, unsigned count, zt_str *ret_text);
/* Runs the loop until the registry has that many events. */
void wait_events(fixture *f, unsigned count);
unsigned count_events(const fixture *f);

/* The start of a Python program: next() -> (headers, body), post(path, body) -> status. */
#define PYTHON                                                                                                       \
	"#!/usr/bin/python3\n"                                                                                       \
	"import json, os, sys, time, urllib.request, urllib.error\n"                                                 \
	"api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/'\n"                          \
	"def next():\n"                                                                                              \
	"    with urllib.request.urlopen(api + 'invocation/next') as r: return r.headers, r.read()\n"                \
	"def post(path, body, **headers):\n"                                                                         \
	"    try:\n"                                                                                                 \
	"        with urllib.request.urlopen(urllib.request.Request(api + path, body, headers)) as r:\n"             \
	"            return r.status, r.read()\n"                                                                    \
	"    except urllib.error.HTTPError as e: return e.code, e.read()\n"                                          \
	"def answer(h, body): return post('invocation/' + h['Lambda-Runtime-Aws-Request-Id'] + '/response', body)\n" \
	"def fail(h, body): return post('invocation/' + h['Lambda-Runtime-Aws-Request-Id'] + '/error', body)\n"

/* For each invocation h (headers) and b (body): these lines, indented by four spaces. */
#define LOOP "while True:\n    h, b = next()\n"

/* The answer is the request. */
#define ECHO PYTHON LOOP "    answer(h, b)\n"

#endif
