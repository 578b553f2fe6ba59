// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/hls.hpp"

namespace protocol::dlms {
namespace {

// SC || AK || challenge.
class Aad {
 public:
  Aad(const Keys& keys, Bytes challenge) {
    Writer out(octets_);
    out.u8(kSecurityAuthenticated);
    out.bytes(keys.authentication);
    out.bytes(challenge);
    size_ = out.size();
    valid_ = out.ok() && challenge.size() >= kMinChallengeOctets;
  }
  bool valid() const { return valid_; }
  Bytes bytes() const { return Bytes(octets_).first(size_); }

 private:
  std::array<std::uint8_t, 1 + 16 + kMaxChallengeOctets> octets_{};
  std::size_t size_ = 0;
  bool valid_ = false;
};

std::array<std::uint8_t, crypto::kIvOctets> iv_of(const SystemTitle& title, std::uint32_t counter) {
  std::array<std::uint8_t, crypto::kIvOctets> iv{};
  Writer out(iv);
  out.bytes(title);
  out.u32(counter);
  return iv;
}

}  // namespace

bool make_hls_token(const Keys& keys, const SystemTitle& own_title, std::uint32_t counter,
                    Bytes challenge, crypto::Engine& crypto, HlsToken& token) {
  const Aad aad(keys, challenge);
  if (!aad.valid()) return false;
  Writer out(token);
  out.u8(kSecurityAuthenticated);
  out.u32(counter);
  return crypto.gcm_seal(keys.unicast, iv_of(own_title, counter), aad.bytes(), {}, {}, out.free());
}

bool verify_hls_token(const Keys& keys, const SystemTitle& peer_title, Bytes token, Bytes challenge,
                      crypto::Engine& crypto) {
  const Aad aad(keys, challenge);
  if (!aad.valid() || token.size() != kHlsTokenOctets) return false;
  Reader in(token);
  if (in.u8() != kSecurityAuthenticated) return false;
  const std::uint32_t counter = in.u32();
  return crypto.gcm_open(keys.unicast, iv_of(peer_title, counter), aad.bytes(), {}, in.rest(), {});
}

bool equal_in_constant_time(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace protocol::dlms
