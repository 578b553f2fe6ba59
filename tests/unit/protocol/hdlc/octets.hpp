// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/hdlc/frame.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace protocol::hdlc::test {

using rigs::concat;
using rigs::copy;
using rigs::Draws;
using rigs::hex;
using rigs::Octets;

// The frame with its flags.
inline Octets encoded(const Frame& frame) {
  Octets octets(kMaxFrameOctets);
  Writer out(octets);
  if (!encode(frame, out)) return {};
  octets.resize(out.size());
  return octets;
}

inline Bytes without_flags(const Octets& frame) {
  return Bytes(frame).subspan(1, frame.size() - 2);
}

inline constexpr Address kPublicClient{16, 0, 1};
inline constexpr Address kMeter{1, 0, 1};

}  // namespace protocol::hdlc::test
