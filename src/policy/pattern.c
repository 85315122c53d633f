#include "policy/pattern.h"

#include "policy/variable.h"

static zt_status add_piece(zt_policy *policy, zt_piece piece)
{
	zt_piece *slot = zt_policy_add_piece(policy);
	ENSURE(slot, ZT_E_NOMEM);
	*slot = piece;
	return ZT_OK;
}

/* How many bytes of the text stand for themselves. */
static size_t literal_length(zt_view text, zt_pattern_syntax syntax)
{
	size_t n = 0;
	while (n < text.n) {
		uint8_t c = text.p[n];
		if (syntax.wildcards && (c == '*' || c == '?'))
			break;
		if (syntax.variables && c == '$' && n + 1 < text.n && text.p[n + 1] == '{')
			break;
		n++;
	}
	return n;
}

static zt_status next_piece(zt_view *rest, zt_pattern_syntax syntax, zt_piece *ret, zt_error *ret_error)
{
	zt_piece piece = { .kind = ZT_PIECE_LITERAL };
	size_t n = literal_length(*rest, syntax);
	if (n == 0 && rest->p[0] == '$') {
		TRY(zt_variable_parse(rest, &piece, ret_error));
	} else if (n == 0) {
		piece.kind = rest->p[0] == '*' ? ZT_PIECE_STAR : ZT_PIECE_ONE;
		*rest = zt_view_from(*rest, 1);
	} else {
		(void)zt_view_take(rest, n, &piece.text);
	}
	*ret = piece;
	return ZT_OK;
}

zt_status zt_pattern_compile(zt_policy *policy, zt_view text, zt_pattern_syntax syntax, zt_pattern *ret,
			     zt_error *ret_error)
{
	zt_pattern pattern = { .pieces.first = policy->piece_count };
	while (text.n) {
		zt_piece piece;
		TRY(next_piece(&text, syntax, &piece, ret_error));
		if (piece.kind == ZT_PIECE_VARIABLE && ++pattern.variables > ZT_PATTERN_VARIABLES_MAX)
			return zt_error_set(ret_error, ZT_E_INVALID, "more than %d variables in one value",
					    ZT_PATTERN_VARIABLES_MAX);
		TRY(add_piece(policy, piece));
	}
	pattern.pieces.count = policy->piece_count - pattern.pieces.first;
	*ret = pattern;
	return ZT_OK;
}

/* Where the matcher reads its pieces: compiled ones, or a text that is cut on the way. `at` is advanced. */
typedef struct {
	const zt_piece *pieces;
	const zt_view *values; /* of the variables among them */
	zt_view text;
	size_t n;
	bool any_case;
} source;

typedef struct {
	size_t piece, value;
} cursor;

/* The next piece, with '*' and '?' told by `kind`, everything else as bytes in *ret_text. */
static zt_piece_kind take_compiled(const source *from, cursor *at, zt_view *ret_text)
{
	const zt_piece *piece = &from->pieces[at->piece++];
	*ret_text = piece->kind == ZT_PIECE_VARIABLE ? from->values[at->value++] : piece->text;
	return piece->kind;
}

static zt_piece_kind take_text(const source *from, cursor *at, zt_view *ret_text)
{
	zt_view rest = zt_view_from(from->text, at->piece);
	size_t n = literal_length(rest, (zt_pattern_syntax){ .wildcards = true });
	at->piece += n ? n : 1;
	*ret_text = zt_view_make(rest.p, n);
	if (n)
		return ZT_PIECE_LITERAL;
	return rest.p[0] == '*' ? ZT_PIECE_STAR : ZT_PIECE_ONE;
}

/* Bytes of the character at the front of a text that is not empty. */
static size_t character_length(zt_view text)
{
	size_t n = 1;
	while (n < text.n && n < 4 && (text.p[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static bool step(const source *from, zt_piece_kind kind, zt_view bytes, zt_view *text)
{
	if (kind == ZT_PIECE_ONE) {
		if (!text->n)
			return false;
		*text = zt_view_from(*text, character_length(*text));
		return true;
	}
	if (text->n < bytes.n)
		return false;
	zt_view head = zt_view_make(text->p, bytes.n);
	if (from->any_case ? !zt_view_equal_nocase(head, bytes) : !zt_view_equal(head, bytes))
		return false;
	*text = zt_view_from(*text, bytes.n);
	return true;
}

/* A star first takes nothing; when what follows fails, the last star takes one byte more. Earlier stars need no second
 * try: whatever they could give up, the last one can take. */
static inline bool match(const source *from, zt_view text, zt_piece_kind (*take)(const source *, cursor *, zt_view *))
{
	cursor at = { 0, 0 }, behind_star = { 0, 0 };
	zt_view star_text = ZT_VIEW_EMPTY;
	bool has_star = false;
	for (;;) {
		bool ok = true;
		if (at.piece == from->n) {
			if (!text.n)
				return true;
			ok = false;
		} else {
			zt_view bytes;
			zt_piece_kind kind = take(from, &at, &bytes);
			if (kind == ZT_PIECE_STAR) {
				if (at.piece == from->n)
					return true;
				has_star = true;
				behind_star = at;
				star_text = text;
				continue;
			}
			ok = step(from, kind, bytes, &text);
		}
		if (ok)
			continue;
		if (!has_star || !star_text.n)
			return false;
		star_text = zt_view_from(star_text, 1);
		text = star_text;
		at = behind_star;
	}
}

bool zt_pattern_match(zt_view pattern, zt_view text)
{
	source from = { .text = pattern, .n = pattern.n };
	return match(&from, text, take_text);
}

zt_match zt_pattern_matches(const zt_policy *policy, const zt_pattern *pattern, zt_view text, bool any_case,
			    const zt_policy_values *values)
{
	zt_view resolved[ZT_PATTERN_VARIABLES_MAX];
	source from = { policy->pieces + pattern->pieces.first, resolved, ZT_VIEW_EMPTY, pattern->pieces.count,
			any_case };
	/* Most patterns differ at their front, before a variable is worth looking up. */
	if (from.n && from.pieces[0].kind == ZT_PIECE_LITERAL) {
		zt_view rest = text;
		if (!step(&from, ZT_PIECE_LITERAL, from.pieces[0].text, &rest))
			return ZT_MATCH_NO;
	}
	size_t found = 0;
	for (size_t i = 0; found < pattern->variables; i++)
		if (from.pieces[i].kind == ZT_PIECE_VARIABLE &&
		    !zt_variable_resolve(&from.pieces[i], values, &resolved[found++]))
			return ZT_MATCH_UNRESOLVED;
	return match(&from, text, take_compiled) ? ZT_MATCH_YES : ZT_MATCH_NO;
}
