// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hes-stub/inventory/config.hpp"

namespace boost::asio::ssl {
class context;
}

namespace hes {

// Three PEM files: our certificate chain, its private key, and the authority that signed those of
// the concentrators.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string authority;
  bool any() const { return !certificate.empty() || !key.empty() || !authority.empty(); }
  bool all() const { return !certificate.empty() && !key.empty() && !authority.empty(); }
};

// TLS 1.2 or 1.3, both ends with a certificate of the authority. Faults name the file; then
// nothing is returned.
std::unique_ptr<boost::asio::ssl::context> tls_context(const TlsFiles& files,
                                                       std::vector<std::string>& faults);

// Ed25519 private key from a PEM file (PKCS#8). A fault names the file, never what stands in it.
bool read_signing_key(const std::string& path, SigningKey& key, std::vector<std::string>& faults);

}  // namespace hes
