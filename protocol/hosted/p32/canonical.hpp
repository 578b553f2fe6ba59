// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

struct _xmlNode;

namespace protocol::p32 {

// Exclusive Canonical XML 1.0 without comments (W3C, 18 July 2002) of an element and all inside it.
// Empty when libxml2 has no memory.
std::string exclusive_c14n(const _xmlNode* element);

}  // namespace protocol::p32
