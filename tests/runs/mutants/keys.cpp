// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The product's firmware that refuses new keys, or says that it took both and took one of them.
#include "meter/fw/cosem/behaviour.hpp"

#if MUTANT == 1
#define contains(key) contains(key) == false
#else
#define authentication_key concentrator_unicast_key
#endif
#include "meter/fw/cosem/classes/security_setup.cpp"
