// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocol/bytes.hpp"

// What an image transfer (class 18) carries: a head of 128 octets and the code behind it.
//
//   0   4  "AMTI"
//   4   1  format, 1
//   5   3  zero
//   8   8  variant: the model that it runs on, ASCII, zero padded
//   16 12  version, ASCII, zero padded
//   28  4  octets of code, big-endian
//   32 32  SHA-256 of the code
//   64 64  Ed25519 signature (RFC 8032) of the first 64 octets
//
// A decoder without cryptography: who has the keys judges digest and signature.
namespace protocol::image {

inline constexpr std::size_t kHeadOctets = 128;
inline constexpr std::size_t kSignedOctets = 64;
inline constexpr std::size_t kDigestOctets = 32;
inline constexpr std::size_t kSignatureOctets = 64;
inline constexpr std::size_t kVariantOctets = 8;
inline constexpr std::size_t kVersionOctets = 12;

using Digest = std::array<std::uint8_t, kDigestOctets>;

struct Head {
  std::array<char, kVariantOctets> variant{};  // zero padded
  std::array<char, kVersionOctets> version{};
  std::uint32_t code_octets = 0;
  Digest code_sha256{};
  std::array<std::uint8_t, kSignatureOctets> signature{};
  friend constexpr bool operator==(const Head&, const Head&) = default;
};

// Of the octets in front of the code; more may follow. Printable names, zeros behind them.
Result<Head> decode(Bytes container);
// What is signed; `out` has kSignedOctets of room.
void put_signed_part(const Head& head, Writer& out);
void encode(const Head& head, Writer& out);

// By which a transfer is named (image_identifier): variant, version and the first digits of digest
// and signature, so that one identifier is one container, and blocks of a forged one are never kept
// for its twin.
inline constexpr std::size_t kMostIdentifierOctets = 32;
struct Identifier {
  std::array<std::uint8_t, kMostIdentifierOctets> octets{};
  std::uint8_t size = 0;
  constexpr Bytes bytes() const { return Bytes(octets).first(size); }
};
Identifier identifier_of(const Head& head);

}  // namespace protocol::image
