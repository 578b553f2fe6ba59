// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "net/tls.hpp"

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

namespace net {
namespace {

namespace ssl = boost::asio::ssl;
using Code = boost::system::error_code;

}  // namespace

TlsContext tls_context(const TlsFiles& files, std::vector<std::string>& faults) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls);
  const std::size_t before = faults.size();
  const auto check = [&faults](const Code& code, const std::string& file, const char* allowed) {
    if (code) faults.push_back(file + ": allowed: " + allowed);
  };
  Code code;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                       ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  context->use_certificate_chain_file(files.certificate, code);
  check(code, files.certificate, "a certificate chain, PEM");
  context->use_private_key_file(files.key, ssl::context::pem, code);
  check(code, files.key, "the private key of the certificate, PEM");
  context->load_verify_file(files.authority, code);
  check(code, files.authority, "certificates of an authority, PEM");
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
