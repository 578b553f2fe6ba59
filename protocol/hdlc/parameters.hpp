// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocol/hdlc/frame.hpp"

namespace protocol::hdlc {

inline constexpr std::uint16_t kDefaultInformation = 128;  // Green Book 8.4.5.3.2
inline constexpr std::uint16_t kMinInformation = 32;
inline constexpr std::uint8_t kMaxWindow = 7;

// What SNRM proposes and UA grants, seen from the station that says it.
struct Parameters {
  std::uint16_t max_information_transmit = kDefaultInformation;
  std::uint16_t max_information_receive = kDefaultInformation;
  std::uint8_t window_transmit = 1;
  std::uint8_t window_receive = 1;
  friend constexpr bool operator==(const Parameters&, const Parameters&) = default;
};

// Parameter field 81 80 len {id len value}. Numbers on 1 to 4 octets, unknown ids skipped, absent
// ones default; an empty field means all defaults. Values out of range are an error.
Result<Parameters> decode_parameters(Bytes information);
// Information lengths take one octet up to 255 and two above, windows four, as fielded meters do.
void encode_parameters(const Parameters& parameters, Writer& out);

// What station `own` may use against a peer that proposed `peer`: each direction the smaller.
Parameters negotiate(const Parameters& own, const Parameters& peer);

}  // namespace protocol::hdlc
