#include "cli/azure_sphere.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/fs.h"
#include "base/json.h"
#include "cli/proof.h"
#include "x509/read.h"

enum { FILE_PATH_MAX = 4096 };

/* ---- the tenant ---- */

/* What resource groups, catalogs and tenants may be called; nothing in it means anything to Windows' command prompt. */
static bool is_name(zt_view name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!name.p[i] ||
		    !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._()-", name.p[i]))
			return false;
	return name.n > 0 && name.n < ZT_AZURE_NAME_MAX && name.p[0] != '-';
}

static bool is_wanted(const json_t *catalog, zt_view wanted)
{
	zt_view tenant = zt_json_view(json_object_get(catalog, "properties"), "tenantId");
	if (tenant.n == 0)
		tenant = zt_json_view(catalog, "tenantId");
	return wanted.n == 0 || zt_view_equal_nocase(zt_json_view(catalog, "name"), wanted) ||
	       zt_view_equal_nocase(tenant, wanted);
}

static zt_status take_catalog(zt_azure_sphere *azure, zt_view group, zt_view name, zt_error *ret_error)
{
	if (!is_name(group) || !is_name(name))
		return zt_error_set(ret_error, ZT_E_USAGE, "\"%.*s/%.*s\" is no RESOURCE-GROUP/CATALOG", ZT_PRI(group),
				    ZT_PRI(name));
	TRY(zt_text_copy(azure->group, sizeof azure->group, group));
	return zt_text_copy(azure->catalog, sizeof azure->catalog, name);
}

static zt_status choose_catalog(zt_azure_sphere *azure, const json_t *catalogs, zt_error *ret_error)
{
	const json_t *chosen = NULL, *one;
	size_t index, count = 0;
	ZT_CLEANUP(zt_str_free) zt_str names = ZT_STR(ZT_AZURE_OUTPUT_MAX);
	json_array_foreach(catalogs, index, one) {
		if (!is_wanted(one, zt_view_of(azure->tenant)))
			continue;
		chosen = one;
		TRY(zt_str_printf(&names, "%s%.*s/%.*s", count++ ? ", " : "",
				  ZT_PRI(zt_json_view(one, "resourceGroup")), ZT_PRI(zt_json_view(one, "name"))));
	}
	if (count == 0)
		return zt_error_set(ret_error, ZT_E_NOT_FOUND,
				    "az sphere knows no catalog%s%s in this subscription: choose another one with 'az "
				    "account set', or name RESOURCE-GROUP/CATALOG with --azure-sphere-tenant",
				    azure->tenant[0] ? " " : "", azure->tenant);
	if (count > 1)
		return zt_error_set(ret_error, ZT_E_USAGE, "choose one with --azure-sphere-tenant: %s",
				    zt_str_text(&names));
	return take_catalog(azure, zt_json_view(chosen, "resourceGroup"), zt_json_view(chosen, "name"), ret_error);
}

static zt_status find_catalog(zt_azure_sphere *azure, zt_error *ret_error)
{
	static const char *const words[] = { "catalog", "list", "--output", "json", NULL };
	ZT_CLEANUP(zt_str_free) zt_str output = ZT_STR(ZT_AZURE_OUTPUT_MAX);
	ZT_JSON_CLEANUP json_t *catalogs = NULL;
	zt_view name = zt_view_of(azure->tenant);
	size_t slash = zt_view_find(name, '/');
	if (slash < name.n)
		return take_catalog(azure, zt_view_make(name.p, slash), zt_view_from(name, slash + 1), ret_error);
	TRY(zt_azure_tool_run(&azure->tool, words, &output, ret_error));
	if (zt_json_parse(zt_str_view(&output), &catalogs, NULL) != ZT_OK || !json_is_array(catalogs))
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "%s catalog list prints no JSON array", azure->tool.name);
	return choose_catalog(azure, catalogs, ret_error);
}

static zt_status check_tenant(const zt_azure_sphere *azure, zt_error *ret_error)
{
	zt_view tenant = zt_view_of(azure->tenant);
	if (tenant.n == 0)
		return ZT_OK;
	if (!is_name(tenant))
		return zt_error_set(ret_error, ZT_E_USAGE, "\"%.*s\" is no tenant of Azure Sphere", ZT_PRI(tenant));
	/* Without an option for it the CA that comes is compared. */
	if (!azure->tool.tenant_option && !zt_is_guid(tenant))
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "this azsphere takes no tenant: select it with 'azsphere tenant select', and name "
				    "it by its GUID");
	return ZT_OK;
}

zt_status zt_azure_sphere_open(const zt_azure_sphere_options *options, zt_azure_sphere *ret, zt_error *ret_error)
{
	zt_azure_sphere azure = { .tenant = "" };
	if (options->tenant && zt_text_copy(azure.tenant, sizeof azure.tenant, zt_view_of(options->tenant)) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "--azure-sphere-tenant is too long");
	TRY(zt_azure_tool_find(&azure.tool, ret_error));
	TRY(azure.tool.catalogs ? find_catalog(&azure, ret_error) : check_tenant(&azure, ret_error));
	*ret = azure;
	return ZT_OK;
}

/* ---- its certificates ---- */

/* "ca-certificate download [--verification-code CODE] --output-file PATH [--resource-group …]" */
static zt_status run_download(const zt_azure_sphere *azure, const char *verb, const char *code, const char *path,
			      zt_error *ret_error)
{
	const zt_azure_tool *tool = &azure->tool;
	const char *words[ZT_AZURE_WORDS_MAX] = { tool->group, verb, tool->file_option, path };
	size_t count = 4;
	if (code) {
		words[count++] = tool->code_option;
		words[count++] = code;
	}
	if (tool->catalogs) {
		words[count++] = "--resource-group";
		words[count++] = azure->group;
		words[count++] = "--catalog";
		words[count++] = azure->catalog;
	} else if (tool->tenant_option && azure->tenant[0]) {
		words[count++] = tool->tenant_option;
		words[count++] = azure->tenant;
	}
	return zt_azure_tool_run(tool, words, NULL, ret_error);
}

/* The tools write files and nothing else. */
static zt_status download_to(const zt_azure_sphere *azure, const char *folder, const char *verb, const char *code,
			     zt_str *ret_pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(FILE_PATH_MAX), theirs = ZT_STR(FILE_PATH_MAX);
	ZT_CLEANUP(zt_str_free) zt_str translated = ZT_STR(FILE_PATH_MAX);
	TRY(zt_path_join(&path, folder, "certificate.cer"));
	/* The folder is translated: wslpath wants what exists. */
	TRY(zt_azure_tool_path(&azure->tool, folder, &translated, ret_error));
	TRY(zt_str_printf(&theirs, "%s%ccertificate.cer", zt_str_text(&translated), azure->tool.windows ? '\\' : '/'));
	TRY(run_download(azure, verb, code, zt_str_text(&theirs), ret_error));
	zt_error cause = { 0 };
	if (zt_certificate_load(zt_str_text(&path), ret_pem, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "%s %s %s left no certificate: %s", azure->tool.name,
				    azure->tool.group, verb, cause.text);
	return ZT_OK;
}

static zt_status download(const zt_azure_sphere *azure, const char *verb, const char *code, zt_str *ret_pem,
			  zt_error *ret_error)
{
	char folder[] = "/tmp/zerotouch-XXXXXX";
	if (!mkdtemp(folder))
		return zt_error_errno(ret_error, ZT_E_IO, "no folder in /tmp for what %s writes", azure->tool.name);
	zt_status status = download_to(azure, folder, verb, code, ret_pem, ret_error);
	zt_status removed = zt_path_remove(folder, status == ZT_OK ? ret_error : NULL);
	return status == ZT_OK ? removed : status;
}

zt_status zt_azure_sphere_ca(const zt_azure_sphere *azure, zt_str *ret_pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(2 * ZT_PROOF_BYTES_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	TRY(download(azure, azure->tool.download, NULL, &pem, ret_error));
	TRY(zt_cert_read_pem(zt_str_view(&pem), &info, ret_error));
	zt_view tenant = zt_cert_tenant(info, false);
	if (!info->is_ca || tenant.n == 0)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "%s gave a certificate that is no CA of an Azure Sphere tenant", azure->tool.name);
	zt_view wanted = zt_view_of(azure->tenant);
	if (zt_is_guid(wanted) && !zt_view_equal_nocase(wanted, tenant))
		return zt_error_set(ret_error, ZT_E_CONFLICT,
				    "%s gave the CA of tenant %.*s: select the other one with 'azsphere tenant select'",
				    azure->tool.name, ZT_PRI(tenant));
	return zt_str_put(ret_pem, zt_str_view(&pem));
}

zt_status zt_azure_sphere_proof(const zt_azure_sphere *azure, zt_view code, zt_str *ret_pem, zt_error *ret_error)
{
	char text[ZT_AZURE_NAME_MAX];
	if (!zt_is_hex(code) || zt_text_copy(text, sizeof text, code) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "\"%.*s\" is no registration code", ZT_PRI(code));
	return download(azure, azure->tool.proof, text, ret_pem, ret_error);
}
