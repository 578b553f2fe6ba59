// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "os/files.hpp"

namespace os {

// A whole file that must be UTF-8 text: without the byte order mark that some editors write; UTF-16
// is refused.
Input read_text_file(const std::string& path, std::size_t max_octets = kMaxInputOctets);

}  // namespace os
