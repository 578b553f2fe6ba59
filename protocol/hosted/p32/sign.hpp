// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/hosted/p32/order.hpp"

struct evp_pkey_st;

namespace protocol::p32 {

inline constexpr std::size_t kKeyOctets = 32;  // Ed25519, RFC 8032
inline constexpr std::size_t kSignatureOctets = 64;
using PrivateKey = std::array<std::uint8_t, kKeyOctets>;  // the seed
using PublicKey = std::array<std::uint8_t, kKeyOctets>;

// First 16 hexadecimal digits of SHA-256 over the public key.
std::string key_id(const PublicKey& key);

struct FreeOpensslKey {
  void operator()(evp_pkey_st* key) const;
};
using OpensslKey = std::unique_ptr<evp_pkey_st, FreeOpensslKey>;

// Signs orders. Ed25519 draws nothing: the same order and key give the same signature.
class Signer {
 public:
  explicit Signer(const PrivateKey& key);
  const PublicKey& public_key() const { return public_; }
  const std::string& id() const { return id_; }
  SignedOrder sign(const Order& order) const;

 private:
  OpensslKey key_;
  PublicKey public_{};
  std::string id_;
};

// True when the signature fits the octets of the order (SignedOrder::canonical, or our own form
// when that is empty) and names this key. Concentrator, window and seq are the caller's to check.
class Verifier {
 public:
  explicit Verifier(const PublicKey& key);
  const std::string& id() const { return id_; }
  bool verify(const SignedOrder& order) const;

 private:
  OpensslKey key_;
  std::string id_;
};

// Exclusive C14N 1.0 of the Order element that encode() would write.
std::string canonical_order(const Order& order);

}  // namespace protocol::p32
