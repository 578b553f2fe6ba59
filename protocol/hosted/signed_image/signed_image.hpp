// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/image/container.hpp"

// Containers with their cryptography: made where firmware is released, judged by boot loaders.
namespace protocol::image {

inline constexpr std::size_t kKeyOctets = 32;             // Ed25519, RFC 8032
using PrivateKey = std::array<std::uint8_t, kKeyOctets>;  // the seed
using PublicKey = std::array<std::uint8_t, kKeyOctets>;

Digest sha256(Bytes octets);
PublicKey public_key_of(const PrivateKey& key);

// Names are cut to their fields.
std::vector<std::uint8_t> make_container(const std::string& variant, const std::string& version,
                                         Bytes code, const PrivateKey& key);

// The head of a container whose digest and signature are good and whose code fills it to its end.
std::optional<Head> judge(Bytes container, const PublicKey& key);

// Code that stands for an object in its place: the object's digest, and octets drawn from it, as
// many as the real image would have.
std::vector<std::uint8_t> stand_in(Bytes object, std::size_t octets);

}  // namespace protocol::image
