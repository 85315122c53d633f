/* The read-only image package, and the one mutable file of an app.
 *
 * Paths are relative and must not begin with '/' or '.', nor hold ".." (EINVAL). Storage_GetAbsolutePathInImagePackage
 * does not look whether the file exists; the caller frees the path. The mutable file needs the capability
 * MutableStorage (EACCES). All: -1 or NULL with errno. */
#ifndef APPLIBS_STORAGE_H
#define APPLIBS_STORAGE_H

#ifdef __cplusplus
extern "C" {
#endif

int Storage_OpenFileInImagePackage(const char *relativePath);
char *Storage_GetAbsolutePathInImagePackage(const char *relativePath);
int Storage_OpenMutableFile(void);
int Storage_DeleteMutableFile(void); /* ENOENT when there is none */

#ifdef __cplusplus
}
#endif
#endif
