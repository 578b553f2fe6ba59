// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hes-stub/inventory/config.hpp"

namespace hes {

// Ed25519 private key from a PEM file (PKCS#8). A fault names the file, never what stands in it.
bool read_signing_key(const std::string& path, SigningKey& key, std::vector<std::string>& faults);

}  // namespace hes
