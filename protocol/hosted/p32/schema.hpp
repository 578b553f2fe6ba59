// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "protocol/hosted/p32/xml_reader.hpp"

struct _xmlNode;

namespace protocol::p32 {

// What breaks the XSD in an element, in the order of the document; at most faults_max of it.
Faults schema_faults(const _xmlNode* element, std::size_t faults_max);

}  // namespace protocol::p32
