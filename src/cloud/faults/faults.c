#include "cloud/faults/faults.h"

#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"

enum {
	FILE_BYTES_MAX = 64 * 1024,
	NAME_MAX_BYTES = 64,
	TALLIES_MAX = 256 /* of invocations; the oldest is forgotten */
};

typedef struct {
	char operation[NAME_MAX_BYTES + 1]; /* or "*" */
	char code[NAME_MAX_BYTES + 1];
	bool of_functions; /* only what functions call */
	bool after, kill;
	unsigned status;
	double probability;
	uint64_t call;  /* the how-manieth that the rule sees; 0: the probability decides */
	uint64_t calls; /* seen so far, when it does not count by invocation */
	bool struck;
} rule;

/* The calls of one invocation that a rule has seen. */
typedef struct {
	const rule *rule;
	char invocation[ZT_FAULT_INVOCATION_MAX + 1];
	uint64_t calls;
} tally;

/* What the file says. */
typedef struct {
	uint64_t random;
	double drop, repeat, delay;
	unsigned copies, delay_ms, retry_ms;
	rule rules[ZT_FAULT_RULES_MAX];
	size_t rule_count;
} script;

struct zt_faults {
	script script;
	tally tallies[TALLIES_MAX];
	size_t next_tally;
};

/* SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine. */
static uint64_t next_random(script *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static bool happens(script *s, double probability)
{
	return probability > 0 && (double)(next_random(s) >> 11) * 0x1p-53 < probability;
}

/* ---- the file ---- */

static zt_status wrong(const char *member, const char *want, zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_CONFIG, "\"%s\" wants %s", member, want);
}

/* Each leaves *ret as it is when the member is absent. */
static zt_status read_number(const json_t *object, const char *member, uint64_t max, uint64_t *ret, zt_error *ret_error)
{
	const json_t *value = json_object_get(object, member);
	if (!value)
		return ZT_OK;
	if (!json_is_integer(value) || json_integer_value(value) < 0 || (uint64_t)json_integer_value(value) > max)
		return wrong(member, "a whole number within its bounds", ret_error);
	*ret = (uint64_t)json_integer_value(value);
	return ZT_OK;
}

static zt_status read_unsigned(const json_t *object, const char *member, unsigned max, unsigned *ret,
			       zt_error *ret_error)
{
	uint64_t number = *ret;
	TRY(read_number(object, member, max, &number, ret_error));
	*ret = (unsigned)number;
	return ZT_OK;
}

static zt_status read_probability(const json_t *object, const char *member, double *ret, zt_error *ret_error)
{
	const json_t *value = json_object_get(object, member);
	if (!value)
		return ZT_OK;
	if (!json_is_number(value) || json_number_value(value) < 0 || json_number_value(value) > 1)
		return wrong(member, "a number from 0 to 1", ret_error);
	*ret = json_number_value(value);
	return ZT_OK;
}

static zt_status read_word(const json_t *object, const char *member, char room[NAME_MAX_BYTES + 1], zt_error *ret_error)
{
	const json_t *value = json_object_get(object, member);
	if (!value)
		return ZT_OK;
	if (!json_is_string(value) ||
	    zt_text_copy(room, NAME_MAX_BYTES + 1, zt_view_of(json_string_value(value))) != ZT_OK)
		return wrong(member, "a short text", ret_error);
	return ZT_OK;
}

/* One of two words; absent is the first. */
static zt_status read_choice(const json_t *object, const char *member, const char *first, const char *second,
			     bool *ret_second, zt_error *ret_error)
{
	char word[NAME_MAX_BYTES + 1] = "";
	TRY(read_word(object, member, word, ret_error));
	*ret_second = strcmp(word, second) == 0;
	if (word[0] && !*ret_second && strcmp(word, first) != 0)
		return zt_error_set(ret_error, ZT_E_CONFIG, "\"%s\" is neither \"%s\" nor \"%s\"", member, first,
				    second);
	return ZT_OK;
}

/* What is misspelt would be a fault that never happens. */
static zt_status only(const json_t *object, const char *const *members, const char *where, zt_error *ret_error)
{
	const char *name;
	json_t *value;
	if (!json_is_object(object))
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s is no object", where);
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		size_t i = 0;
		while (members[i] && strcmp(members[i], name) != 0)
			i++;
		if (!members[i])
			return zt_error_set(ret_error, ZT_E_CONFIG, "%s has no member \"%s\"", where, name);
	}
	return ZT_OK;
}

static zt_status read_events(const json_t *events, script *s, zt_error *ret_error)
{
	static const char *const members[] = { "drop", "repeat", "copies", "delay", "delayMs", NULL };
	s->copies = 2;
	s->delay_ms = 200;
	if (!events)
		return ZT_OK;
	TRY(only(events, members, "\"events\"", ret_error));
	TRY(read_probability(events, "drop", &s->drop, ret_error));
	TRY(read_probability(events, "repeat", &s->repeat, ret_error));
	TRY(read_unsigned(events, "copies", ZT_FAULT_COPIES_MAX, &s->copies, ret_error));
	TRY(read_probability(events, "delay", &s->delay, ret_error));
	return read_unsigned(events, "delayMs", ZT_FAULT_DELAY_MAX_MS, &s->delay_ms, ret_error);
}

static zt_status read_rule(const json_t *json, rule *ret, zt_error *ret_error)
{
	static const char *const members[] = { "operation", "of",   "call",   "probability", "when",
					       "kill",      "code", "status", NULL };
	rule r = { .operation = "*", .code = "ServiceUnavailableException", .status = 503, .probability = 1 };
	TRY(only(json, members, "an operation's fault", ret_error));
	TRY(read_word(json, "operation", r.operation, ret_error));
	TRY(read_choice(json, "of", "anyone", "function", &r.of_functions, ret_error));
	TRY(read_number(json, "call", UINT32_MAX, &r.call, ret_error));
	TRY(read_probability(json, "probability", &r.probability, ret_error));
	TRY(read_choice(json, "when", "before", "after", &r.after, ret_error));
	r.kill = json_is_true(json_object_get(json, "kill"));
	r.of_functions |= r.kill;
	TRY(read_word(json, "code", r.code, ret_error));
	TRY(read_unsigned(json, "status", 599, &r.status, ret_error));
	if (r.status < 400)
		return wrong("status", "400 to 599", ret_error);
	*ret = r;
	return ZT_OK;
}

static zt_status read_rules(const json_t *rules, script *s, zt_error *ret_error)
{
	size_t index;
	json_t *json;
	if (rules && (!json_is_array(rules) || json_array_size(rules) > ZT_FAULT_RULES_MAX))
		return zt_error_set(ret_error, ZT_E_CONFIG, "\"operations\" wants a list of at most %d",
				    ZT_FAULT_RULES_MAX);
	json_array_foreach(rules, index, json)
		TRY(read_rule(json, &s->rules[s->rule_count++], ret_error));
	return ZT_OK;
}

static zt_status read_script(const char *path, script *ret, zt_error *ret_error)
{
	static const char *const members[] = { "seed", "events", "operations", "retryMs", NULL };
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(FILE_BYTES_MAX);
	ZT_JSON_CLEANUP json_t *json = NULL;
	script s = { 0 };
	TRY(zt_file_read(path, &text, ret_error));
	TRY(zt_json_parse(zt_str_view(&text), &json, ret_error));
	TRY(only(json, members, "the file", ret_error));
	TRY(read_number(json, "seed", INT64_MAX, &s.random, ret_error));
	TRY(read_events(json_object_get(json, "events"), &s, ret_error));
	TRY(read_rules(json_object_get(json, "operations"), &s, ret_error));
	TRY(read_unsigned(json, "retryMs", ZT_FAULT_DELAY_MAX_MS, &s.retry_ms, ret_error));
	*ret = s;
	return ZT_OK;
}

zt_status zt_faults_new(const char *path, zt_faults **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	zt_faults *faults = calloc(1, sizeof *faults);
	ENSURE(faults, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	zt_status status = read_script(path, &faults->script, &cause);
	if (status != ZT_OK) {
		zt_faults_free(faults);
		return zt_error_set(ret_error, ZT_E_CONFIG, "faults file %s: %s", path,
				    cause.text[0] ? cause.text : zt_status_text(status));
	}
	*ret = faults;
	return ZT_OK;
}

void zt_faults_replace(zt_faults *faults, zt_faults *with)
{
	faults->script = with->script;
	memset(faults->tallies, 0, sizeof faults->tallies);
	zt_faults_free(with);
}

void zt_faults_free(zt_faults *faults)
{
	free(faults);
}

/* ---- what happens ---- */

zt_event_fault zt_faults_event(zt_faults *faults)
{
	zt_event_fault fault = { .copies = 1 };
	if (!faults)
		return fault;
	script *s = &faults->script;
	if (happens(s, s->drop))
		fault.copies = 0;
	else if (happens(s, s->repeat))
		fault.copies = s->copies;
	if (happens(s, s->delay))
		fault.delay_ms = (unsigned)(next_random(s) % (s->delay_ms + 1));
	return fault;
}

static tally *tally_of(zt_faults *faults, const rule *r, const char *invocation)
{
	for (size_t i = 0; i < TALLIES_MAX; i++)
		if (faults->tallies[i].rule == r && strcmp(faults->tallies[i].invocation, invocation) == 0)
			return &faults->tallies[i];
	tally *oldest = &faults->tallies[faults->next_tally++ % TALLIES_MAX];
	*oldest = (tally){ .rule = r };
	zt_text_cut(oldest->invocation, sizeof oldest->invocation, zt_view_of(invocation));
	return oldest;
}

/* Several invocations run side by side: counted together, another one's calls would decide which of them is hit. */
static bool is_the_call(zt_faults *faults, rule *r, const char *invocation)
{
	uint64_t calls = r->of_functions ? ++tally_of(faults, r, invocation)->calls : ++r->calls;
	if (r->struck || calls != r->call)
		return false;
	r->struck = true;
	return true;
}

static bool strikes(zt_faults *faults, rule *r, const char *invocation)
{
	return r->call ? is_the_call(faults, r, invocation) : happens(&faults->script, r->probability);
}

zt_operation_fault zt_faults_operation(zt_faults *faults, const char *operation, const char *invocation)
{
	for (size_t i = 0; faults && i < faults->script.rule_count; i++) {
		rule *r = &faults->script.rules[i];
		bool meant = strcmp(r->operation, "*") == 0 || strcmp(r->operation, operation) == 0;
		if (meant && (invocation || !r->of_functions) && strikes(faults, r, invocation))
			return (zt_operation_fault){ r->kill ? ZT_FAULT_KILL : ZT_FAULT_FAIL, r->after, r->status,
						     r->code };
	}
	return (zt_operation_fault){ .kind = ZT_FAULT_NONE };
}

unsigned zt_faults_retry_ms(const zt_faults *faults)
{
	return faults ? faults->script.retry_ms : 0;
}
