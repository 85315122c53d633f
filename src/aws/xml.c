#include <expat.h>

#include "aws/query.h"
#include "base/json.h"

/* An element that is still open: its children so far, and its text. */
typedef struct {
	char *name;
	json_t *object; /* children by name, or NULL */
	json_t *array;  /* children called <member>, or NULL */
	zt_str text;
} xml_element;

typedef struct {
	XML_Parser parser;
	xml_element open[ZT_AWS_XML_DEPTH_MAX + 1]; /* [0] stands for the document */
	size_t depth;
	const char *reason; /* why it was given up, or NULL */
} xml_reader;

static void give_up(xml_reader *reader, const char *reason)
{
	if (!reader->reason)
		reader->reason = reason;
	(void)XML_StopParser(reader->parser, XML_FALSE);
}

static void element_free(xml_element *element)
{
	free(element->name);
	json_decref(element->object);
	json_decref(element->array);
	zt_str_free(&element->text);
}

/* What the element is worth in JSON; a new reference, NULL when its content is mixed or memory is short. */
static json_t *value_of(xml_element *element)
{
	if (element->object && element->array)
		return NULL;
	if (element->object)
		return ZT_STEAL(element->object);
	if (element->array)
		return ZT_STEAL(element->array);
	return zt_json_string(zt_str_view(&element->text));
}

static bool add_member(xml_element *parent, json_t *value)
{
	if (!parent->array)
		parent->array = json_array();
	return parent->array && json_array_append(parent->array, value) == 0;
}

static bool add_child(xml_element *parent, const char *name, json_t *value)
{
	if (!parent->object)
		parent->object = json_object();
	return parent->object && !json_object_get(parent->object, name) &&
	       json_object_set(parent->object, name, value) == 0;
}

static void on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	(void)attributes;
	xml_reader *reader = context;
	if (reader->depth == ZT_AWS_XML_DEPTH_MAX) {
		give_up(reader, "nested too deeply");
		return;
	}
	char *copy = strdup(name);
	if (!copy) {
		give_up(reader, "too large for the memory");
		return;
	}
	reader->open[++reader->depth] = (xml_element){ .name = copy, .text = ZT_STR(ZT_AWS_ANSWER_MAX) };
}

static void on_end(void *context, const XML_Char *name)
{
	xml_reader *reader = context;
	xml_element *ended = &reader->open[reader->depth], *parent = &reader->open[reader->depth - 1];
	ZT_JSON_CLEANUP json_t *value = value_of(ended);
	bool is_member = strcmp(name, "member") == 0;
	if (!value || !(is_member ? add_member(parent, value) : add_child(parent, name, value)))
		give_up(reader, "of a form that AWS does not use");
	element_free(ended);
	reader->depth--;
}

static void on_text(void *context, const XML_Char *text, int n)
{
	xml_reader *reader = context;
	if (reader->depth && zt_str_put(&reader->open[reader->depth].text, zt_view_make(text, (size_t)n)) != ZT_OK)
		give_up(reader, "too large");
}

/* No entities, so no expansion of them. */
static void on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)subset;
	give_up(context, "with a document type");
}

static zt_status parse(xml_reader *reader, zt_view xml, zt_error *ret_error)
{
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
	ENSURE(xml.n <= ZT_AWS_ANSWER_MAX, ZT_E_LIMIT);
	if (XML_Parse(reader->parser, (const char *)zt_view_pri_ptr(xml), (int)xml.n, 1) == XML_STATUS_OK)
		return ZT_OK;
	const char *reason = reader->reason ? reader->reason : XML_ErrorString(XML_GetErrorCode(reader->parser));
	return zt_error_set(ret_error, ZT_E_INVALID, "no XML that can be read: %s (line %lu)", reason,
			    (unsigned long)XML_GetCurrentLineNumber(reader->parser));
}

zt_status zt_aws_xml_read(zt_view xml, json_t **ret, zt_error *ret_error)
{
	xml_reader reader = { .parser = XML_ParserCreate("UTF-8") };
	ENSURE(reader.parser, ZT_E_NOMEM);
	zt_status status = parse(&reader, xml, ret_error);
	if (status == ZT_OK && reader.open[0].object)
		*ret = ZT_STEAL(reader.open[0].object);
	else if (status == ZT_OK)
		status = zt_error_set(ret_error, ZT_E_INVALID, "no XML that can be read: the root is a <member>");
	for (size_t i = 0; i <= reader.depth; i++)
		element_free(&reader.open[i]);
	XML_ParserFree(reader.parser);
	return status;
}
