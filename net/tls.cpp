// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "net/tls.hpp"

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

#include "os/text_file.hpp"

namespace net {
namespace {

namespace ssl = boost::asio::ssl;
using Code = boost::system::error_code;

// Bundles of authorities are some 200 kB; a device that never ends is no bundle.
constexpr std::size_t kMaxPemOctets = std::size_t{4} << 20;

// One PEM file, handed on as octets: `take(buffer, code)`. OpenSSL knows all ends of lines.
template <typename Take>
void read_pem(const std::string& name, const std::string& file, const char* allowed,
              std::vector<std::string>& faults, Take take) {
  const os::Input input = os::read_text_file(file, kMaxPemOctets);
  Code code;
  if (input.error.empty()) take(boost::asio::buffer(input.text), code);
  if (!code && !input.text.empty()) return;
  faults.push_back((name.empty() ? "" : name + " = ") + (input.error.empty() ? file : input.error) +
                   ": allowed: " + allowed);
}

}  // namespace

TlsContext tls_context(const TlsFiles& files, std::vector<std::string>& faults,
                       const TlsFiles& names) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls);
  const std::size_t before = faults.size();
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                       ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  read_pem(names.certificate, files.certificate, "a certificate chain, PEM", faults,
           [&](const auto& pem, Code& code) { context->use_certificate_chain(pem, code); });
  read_pem(
      names.key, files.key, "the private key of the certificate, PEM", faults,
      [&](const auto& pem, Code& code) { context->use_private_key(pem, ssl::context::pem, code); });
  read_pem(names.authority, files.authority, "certificates of an authority, PEM", faults,
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
