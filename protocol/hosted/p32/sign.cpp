// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/sign.hpp"

#include <openssl/evp.h>

#include <stdexcept>

#include "protocol/hosted/p32/text.hpp"

namespace protocol::p32 {
namespace {

constexpr std::size_t kIdOctets = 8;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const std::uint8_t* octets_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string("OpenSSL: ") + what);
}

}  // namespace

std::string key_id(const PublicKey& key) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(key.data(), key.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    fail("no SHA-256");
  }
  std::string id;
  put_hex(Bytes(digest.data(), kIdOctets), id);
  return id;
}

void FreeOpensslKey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Signer::Signer(const PrivateKey& key)
    : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())) {
  std::size_t size = public_.size();
  if (!key_ || EVP_PKEY_get_raw_public_key(key_.get(), public_.data(), &size) != 1) {
    fail("no Ed25519");
  }
  id_ = key_id(public_);
}

SignedOrder Signer::sign(const Order& order) const {
  SignedOrder result;
  result.order = order;
  result.canonical = canonical_order(order);
  result.signature.key = id_;
  result.signature.octets.resize(kSignatureOctets);
  std::size_t size = kSignatureOctets;
  const Context context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), result.signature.octets.data(), &size,
                     octets_of(result.canonical), result.canonical.size()) != 1) {
    fail("Ed25519 does not sign");
  }
  return result;
}

Verifier::Verifier(const PublicKey& key)
    : key_(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())),
      id_(key_id(key)) {
  if (!key_) fail("no Ed25519");
}

bool Verifier::verify(const SignedOrder& order) const {
  if (order.signature.key != id_ || order.signature.octets.size() != kSignatureOctets) return false;
  const std::string& octets =
      order.canonical.empty() ? canonical_order(order.order) : order.canonical;
  const Context context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1) {
    fail("Ed25519 does not verify");
  }
  return EVP_DigestVerify(context.get(), order.signature.octets.data(),
                          order.signature.octets.size(), octets_of(octets), octets.size()) == 1;
}

}  // namespace protocol::p32
