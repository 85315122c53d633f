/* Attributes that applibs's headers use. */
#ifndef APPLIBS_INTERNAL_API_TRAITS_H
#define APPLIBS_INTERNAL_API_TRAITS_H

#define _AZSPHERE_DEPRECATED_BY(replacement)

#endif
