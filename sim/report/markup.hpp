// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sim::result {

// Text for XML and HTML, in elements and in attributes. Control characters that XML cannot carry
// become U+FFFD.
std::string escape_markup(std::string_view text);

}  // namespace sim::result
