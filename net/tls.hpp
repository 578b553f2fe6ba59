// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace net {

// Three PEM files: our certificate chain, its private key, and the authority that signed the
// certificates of the other ends.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string authority;
  bool any() const { return !certificate.empty() || !key.empty() || !authority.empty(); }
  bool all() const { return !certificate.empty() && !key.empty() && !authority.empty(); }
};

// TLS 1.2 or 1.3, both ends with a certificate of the authority.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// Faults name the file, behind what it is called where it was given (`names`, such as a key of the
// scenario); then nothing is returned.
TlsContext tls_context(const TlsFiles& files, std::vector<std::string>& faults,
                       const TlsFiles& names = {});
// Throws std::runtime_error with the first of them.
TlsContext tls_context(const TlsFiles& files);

}  // namespace net
