// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/tls.hpp"

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <boost/asio/ssl.hpp>

#include "hes-stub/inventory/json_reader.hpp"

namespace hes {
namespace {

namespace ssl = boost::asio::ssl;
using Code = boost::system::error_code;

}  // namespace

std::unique_ptr<ssl::context> tls_context(const TlsFiles& files, std::vector<std::string>& faults) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls);
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
  if (faults.size() != before) return nullptr;
  return context;
}

bool read_signing_key(const std::string& path, SigningKey& key, std::vector<std::string>& faults) {
  std::string text;
  if (!read_text_file(path, text, faults)) return false;
  struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* pkey) const { EVP_PKEY_free(pkey); }
  };
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  char no_password[] = "";  // asks nobody
  const std::unique_ptr<EVP_PKEY, Free> pkey(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_password));
  std::size_t size = key.size();
  const bool good = pkey && EVP_PKEY_id(pkey.get()) == EVP_PKEY_ED25519 &&
                    EVP_PKEY_get_raw_private_key(pkey.get(), key.data(), &size) == 1 &&
                    size == key.size();
  OPENSSL_cleanse(text.data(), text.size());
  if (!good) faults.push_back(path + ": allowed: an Ed25519 private key, PEM (PKCS#8)");
  return good;
}

}  // namespace hes
