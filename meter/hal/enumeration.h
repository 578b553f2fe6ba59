/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Enumerators that a firmware hands to its platform. In C any number is one of them; a platform
 * written in C++ is told so, and refuses what it does not know.
 */
#ifndef AMITWIN_METER_HAL_ENUMERATION_H
#define AMITWIN_METER_HAL_ENUMERATION_H

#ifdef __cplusplus
#define METER_ANY_NUMBER : unsigned
#else
#define METER_ANY_NUMBER
#endif

#endif
