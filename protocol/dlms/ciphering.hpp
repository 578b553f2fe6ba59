// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/dlms/types.hpp"

namespace protocol::dlms {

// How an APDU is protected: glo- takes the sender's title from the association, general-glo carries
// it along. Green Book 9.2.7.2.4.
enum class Wrapping : std::uint8_t { none, glo, general_glo };

// What a sealed APDU needs besides its plain text. AAD is SC || AK, IV is title || counter.
struct Sealing {
  const Keys& keys;
  const SystemTitle& title;  // of the sender
  std::uint32_t invocation_counter;
  std::uint8_t control = kSecurityBoth;
};

// Octets in front of and behind a plain APDU of `plain_octets` sealed with SC 30h, at most.
constexpr std::size_t head_octets(Wrapping wrapping) {
  constexpr std::size_t kTagLengthControlCounter = 1 + 3 + 1 + 4;
  switch (wrapping) {
    case Wrapping::none:
      return 0;
    case Wrapping::glo:
      return kTagLengthControlCounter;
    case Wrapping::general_glo:
      return kTagLengthControlCounter + 1 + kSystemTitleOctets;
  }
  return 0;
}
constexpr std::size_t tail_octets(Wrapping wrapping) {
  return wrapping == Wrapping::none ? 0 : crypto::kTagOctets;
}

// Seals with SC 30h a plain APDU where it lies: frame[head_octets(wrapping)..] before, frame[0..]
// after; the result is the size. `frame` has room for the tag behind the plain octets.
Result<std::size_t> seal_in_place(Wrapping wrapping, const Sealing& sealing, crypto::Engine& crypto,
                                  MutableBytes frame, std::size_t plain_octets);

// Any security control, plain APDU elsewhere. `scratch` holds 17 octets more than `plain` when only
// authentication is asked for (the AAD then contains the plain APDU).
bool encode_ciphered(Wrapping wrapping, const Sealing& sealing, Bytes plain, crypto::Engine& crypto,
                     MutableBytes scratch, Writer& out);

// A ciphered APDU taken apart, nothing verified yet.
struct Ciphered {
  std::uint8_t tag = 0;
  Bytes title;  // of the sender; general-glo only
  std::uint8_t control = 0;
  std::uint32_t invocation_counter = 0;
  Bytes content;  // cipher text, or plain text when only authenticated
  Bytes mac;      // 12 octets, or empty
  Wrapping wrapping() const { return title.empty() ? Wrapping::glo : Wrapping::general_glo; }
};
// Suite 0, unicast key, no compression; anything else is Error::unsupported.
Result<Ciphered> decode_ciphered(Bytes apdu);

// Verifies and deciphers into `out` (content.size() octets, 17 more with SC 10h). The plain APDU
// of a glo- form is checked against its tag. The caller judges the control octet and the counter.
Result<Bytes> open_ciphered(const Ciphered& ciphered, const Keys& keys, const SystemTitle& title,
                            crypto::Engine& crypto, MutableBytes out);

}  // namespace protocol::dlms
