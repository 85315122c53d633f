#include "x509/variable.h"

static const struct {
	zt_view name;
	zt_dn_kind kind;
} dn_names[] = {
	{ ZT_LIT_INIT("CommonName"), ZT_DN_COMMON_NAME },
	{ ZT_LIT_INIT("Country"), ZT_DN_COUNTRY },
	{ ZT_LIT_INIT("Organization"), ZT_DN_ORGANIZATION },
	{ ZT_LIT_INIT("OrganizationalUnit"), ZT_DN_ORGANIZATIONAL_UNIT },
	{ ZT_LIT_INIT("State"), ZT_DN_STATE },
	{ ZT_LIT_INIT("SerialNumber"), ZT_DN_SERIAL_NUMBER },
	{ ZT_LIT_INIT("DistinguishedNameQualifier"), ZT_DN_QUALIFIER },
	{ ZT_LIT_INIT("Title"), ZT_DN_TITLE },
	{ ZT_LIT_INIT("Surname"), ZT_DN_SURNAME },
	{ ZT_LIT_INIT("GivenName"), ZT_DN_GIVEN_NAME },
	{ ZT_LIT_INIT("Initials"), ZT_DN_INITIALS },
	{ ZT_LIT_INIT("Pseudonym"), ZT_DN_PSEUDONYM },
	{ ZT_LIT_INIT("GenerationQualifier"), ZT_DN_GENERATION_QUALIFIER },
};

bool zt_cert_variable(const zt_cert_info *info, zt_view name, size_t index, zt_view *ret)
{
	zt_view attribute = name;
	if (zt_view_equal_nocase(name, ZT_LIT("SerialNumber"))) {
		*ret = zt_view_of(info->serial_hex);
		return index == 0 && ret->n > 0;
	}
	bool subject = zt_view_take_prefix_nocase(&attribute, ZT_LIT("Subject."));
	if (!subject && !zt_view_take_prefix_nocase(&attribute, ZT_LIT("Issuer.")))
		return false;
	for (size_t i = 0; i < ZT_COUNT(dn_names); i++)
		if (zt_view_equal_nocase(attribute, dn_names[i].name)) {
			*ret = zt_dn_value(subject ? &info->subject : &info->issuer, dn_names[i].kind, index);
			return ret->n > 0;
		}
	return false;
}
