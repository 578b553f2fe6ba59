// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "net/tls.hpp"

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

#include "os/files.hpp"

namespace net {
namespace {

namespace ssl = boost::asio::ssl;
using Code = boost::system::error_code;

// Bundles of authorities are some 200 kB; a device that never ends is no bundle.
constexpr std::size_t kMaxPemOctets = std::size_t{4} << 20;

// One PEM file, handed on as octets: `take(buffer, code)`.
template <typename Take>
void read_pem(const std::string& file, const char* allowed, std::vector<std::string>& faults,
              Take take) {
  os::Input input = os::read_file(file, kMaxPemOctets);
  if (!input.error.empty()) {
    faults.push_back(input.error + ": allowed: " + allowed);
    return;
  }
  // As some editors write: a byte order mark. OpenSSL knows the other ends of lines.
  if (input.text.starts_with("\xEF\xBB\xBF")) input.text.erase(0, 3);
  Code code;
  take(boost::asio::buffer(input.text), code);
  if (code || input.text.empty()) faults.push_back(file + ": allowed: " + allowed);
}

}  // namespace

TlsContext tls_context(const TlsFiles& files, std::vector<std::string>& faults) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls);
  const std::size_t before = faults.size();
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                       ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  read_pem(files.certificate, "a certificate chain, PEM", faults,
           [&](const auto& pem, Code& code) { context->use_certificate_chain(pem, code); });
  read_pem(
      files.key, "the private key of the certificate, PEM", faults,
      [&](const auto& pem, Code& code) { context->use_private_key(pem, ssl::context::pem, code); });
  read_pem(files.authority, "certificates of an authority, PEM", faults,
           [&](const auto& pem, Code& code) { context->add_certificate_authority(pem, code); });
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  return faults.size() == before ? context : nullptr;
}

TlsContext tls_context(const TlsFiles& files) {
  std::vector<std::string> faults;
  TlsContext context = tls_context(files, faults);
  if (!context) throw std::runtime_error(faults.front());
  return context;
}

}  // namespace net
