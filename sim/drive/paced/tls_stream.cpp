// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/paced/tls_stream.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace sim::run {
namespace {

[[noreturn]] void refuse(const std::string& file, const char* what) {
  ERR_clear_error();
  throw std::runtime_error(fmt::format("{}: {}", file, what));
}

}  // namespace

void TlsIdentity::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsStream::Free::operator()(ssl_st* connection) const { SSL_free(connection); }

TlsIdentity::TlsIdentity(const std::string& certificate, const std::string& key,
                         const std::string& authority)
    : context_(SSL_CTX_new(TLS_method())) {
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    refuse(certificate, "no readable certificate chain, allowed: PEM");
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    refuse(key, "no private key of that certificate, allowed: PEM");
  }
  if (SSL_CTX_load_verify_locations(context, authority.c_str(), nullptr) != 1) {
    refuse(authority, "no readable certificates of an authority, allowed: PEM");
  }
}

TlsStream::TlsStream(const TlsIdentity& identity, bool client)
    : connection_(SSL_new(identity.context_.get())) {
  SSL_set_bio(connection_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  if (client) {
    SSL_set_connect_state(connection_.get());
  } else {
    SSL_set_accept_state(connection_.get());
  }
  step();
}

// Goes on with the handshake, then sends what waited for it.
bool TlsStream::step() {
  if (!SSL_is_init_finished(connection_.get())) {
    const int result = SSL_do_handshake(connection_.get());
    if (result == 1) return early_.empty() || send(std::exchange(early_, {}));
    const int error = SSL_get_error(connection_.get(), result);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  }
  return true;
}

bool TlsStream::receive(protocol::Bytes wire, std::vector<std::uint8_t>& plain) {
  BIO_write(SSL_get_rbio(connection_.get()), wire.data(), static_cast<int>(wire.size()));
  if (!step()) return false;
  if (!SSL_is_init_finished(connection_.get())) return true;
  std::array<std::uint8_t, 4096> octets;
  for (;;) {
    const int n = SSL_read(connection_.get(), octets.data(), static_cast<int>(octets.size()));
    if (n > 0) {
      plain.insert(plain.end(), octets.begin(), octets.begin() + n);
      continue;
    }
    const int error = SSL_get_error(connection_.get(), n);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  }
}

bool TlsStream::send(protocol::Bytes plain) {
  if (!SSL_is_init_finished(connection_.get())) {
    early_.insert(early_.end(), plain.begin(), plain.end());
    return true;
  }
  if (plain.empty()) return true;
  return SSL_write(connection_.get(), plain.data(), static_cast<int>(plain.size())) ==
         static_cast<int>(plain.size());
}

std::vector<std::uint8_t> TlsStream::take_wire() {
  BIO* const out = SSL_get_wbio(connection_.get());
  std::vector<std::uint8_t> wire(BIO_ctrl_pending(out));
  if (!wire.empty()) BIO_read(out, wire.data(), static_cast<int>(wire.size()));
  return wire;
}

}  // namespace sim::run
