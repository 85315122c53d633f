#include "x509/variable.h"

/* What a variable's value is taken from. */
typedef enum { FROM_SERIAL, FROM_NAME, FROM_ALTERNATIVE } origin;

typedef struct {
	zt_view name; /* in full, as iot:Certificate.AvailableKeys lists it */
	origin from;
	bool of_issuer;
	unsigned kind; /* zt_dn_kind or zt_alt_kind */
} variable;

#define PREFIX "iot:Certificate."
#define NAMES(who, of_issuer)                                                                                      \
	{ ZT_LIT_INIT(PREFIX who ".CommonName"), FROM_NAME, of_issuer, ZT_DN_COMMON_NAME },                        \
	    { ZT_LIT_INIT(PREFIX who ".Country"), FROM_NAME, of_issuer, ZT_DN_COUNTRY },                           \
	    { ZT_LIT_INIT(PREFIX who ".Organization"), FROM_NAME, of_issuer, ZT_DN_ORGANIZATION },                 \
	    { ZT_LIT_INIT(PREFIX who ".OrganizationalUnit"), FROM_NAME, of_issuer, ZT_DN_ORGANIZATIONAL_UNIT },    \
	    { ZT_LIT_INIT(PREFIX who ".State"), FROM_NAME, of_issuer, ZT_DN_STATE },                               \
	    { ZT_LIT_INIT(PREFIX who ".SerialNumber"), FROM_NAME, of_issuer, ZT_DN_SERIAL_NUMBER },                \
	    { ZT_LIT_INIT(PREFIX who ".DistinguishedNameQualifier"), FROM_NAME, of_issuer, ZT_DN_QUALIFIER },      \
	    { ZT_LIT_INIT(PREFIX who ".Title"), FROM_NAME, of_issuer, ZT_DN_TITLE },                               \
	    { ZT_LIT_INIT(PREFIX who ".Surname"), FROM_NAME, of_issuer, ZT_DN_SURNAME },                           \
	    { ZT_LIT_INIT(PREFIX who ".GivenName"), FROM_NAME, of_issuer, ZT_DN_GIVEN_NAME },                      \
	    { ZT_LIT_INIT(PREFIX who ".Initials"), FROM_NAME, of_issuer, ZT_DN_INITIALS },                         \
	    { ZT_LIT_INIT(PREFIX who ".Pseudonym"), FROM_NAME, of_issuer, ZT_DN_PSEUDONYM },                       \
	    { ZT_LIT_INIT(PREFIX who ".GenerationQualifier"), FROM_NAME, of_issuer, ZT_DN_GENERATION_QUALIFIER },  \
	    { ZT_LIT_INIT(PREFIX who ".AlternativeName.RFC822Name"), FROM_ALTERNATIVE, of_issuer, ZT_ALT_RFC822 }, \
	    { ZT_LIT_INIT(PREFIX who ".AlternativeName.DNSName"), FROM_ALTERNATIVE, of_issuer, ZT_ALT_DNS },       \
	    { ZT_LIT_INIT(PREFIX who ".AlternativeName.DirectoryName"), FROM_ALTERNATIVE, of_issuer,               \
	      ZT_ALT_DIRECTORY },                                                                                  \
	    { ZT_LIT_INIT(PREFIX who ".AlternativeName.UniformResourceIdentifier"), FROM_ALTERNATIVE, of_issuer,   \
	      ZT_ALT_URI },                                                                                        \
	{                                                                                                          \
		ZT_LIT_INIT(PREFIX who ".AlternativeName.IPAddress"), FROM_ALTERNATIVE, of_issuer, ZT_ALT_IP       \
	}

static const variable variables[] = {
	NAMES("Subject", false),
	NAMES("Issuer", true),
	{ ZT_LIT_INIT(PREFIX "SerialNumber"), FROM_SERIAL, false, 0 },
};

static zt_view name_value(const zt_dn *name, zt_dn_kind kind, size_t index)
{
	for (size_t i = 0; i < name->count; i++)
		if (name->parts[i].kind == kind && index-- == 0)
			return zt_view_of(name->parts[i].escaped ? name->parts[i].escaped : name->parts[i].text);
	return ZT_VIEW_EMPTY;
}

static zt_view alternative_value(const zt_cert_info *info, const variable *v, size_t index)
{
	for (size_t i = 0; i < info->alternative_count; i++) {
		const zt_alt_name *name = &info->alternatives[i];
		if (name->kind == v->kind && name->of_issuer == v->of_issuer && index-- == 0)
			return zt_view_of(name->text);
	}
	return ZT_VIEW_EMPTY;
}

static zt_view value_of(const zt_cert_info *info, const variable *v, size_t index)
{
	switch (v->from) {
	case FROM_SERIAL:
		return index ? ZT_VIEW_EMPTY : zt_view_of(info->serial_decimal);
	case FROM_NAME:
		return name_value(v->of_issuer ? &info->issuer : &info->subject, (zt_dn_kind)v->kind, index);
	case FROM_ALTERNATIVE:
		return alternative_value(info, v, index);
	}
	return ZT_VIEW_EMPTY;
}

static zt_view available_key(const zt_cert_info *info, size_t index)
{
	for (size_t i = 0; i < ZT_COUNT(variables); i++)
		if (value_of(info, &variables[i], 0).n && index-- == 0)
			return variables[i].name;
	return ZT_VIEW_EMPTY;
}

bool zt_cert_variable(const zt_cert_info *info, zt_view name, size_t index, zt_view *ret)
{
	zt_view value = ZT_VIEW_EMPTY;
	if (zt_view_equal_nocase(name, ZT_LIT("AvailableKeys")))
		value = available_key(info, index);
	for (size_t i = 0; i < ZT_COUNT(variables); i++)
		if (zt_view_equal_nocase(name, zt_view_from(variables[i].name, sizeof PREFIX - 1))) {
			value = value_of(info, &variables[i], index);
			break;
		}
	if (value.n == 0)
		return false;
	*ret = value;
	return true;
}
