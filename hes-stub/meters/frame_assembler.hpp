// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "protocol/wrapper/wrapper.hpp"

namespace hes {

// Cuts a connection's octets into wrapper messages. Unlike protocol::wrapper::Deframer it holds no
// buffer of its own while messages come whole, as they nearly always do: with a hundred thousand
// connections that is the difference.
class FrameAssembler {
 public:
  // Calls handler(message) -> bool for each whole message; false stops. The message lies in `chunk`
  // or in here, valid during the call. Returns false when framing is lost: nothing that follows
  // can be trusted.
  template <typename Handler>
  bool feed(protocol::Bytes chunk, std::size_t max_apdu_octets, Handler&& handler);

 private:
  enum class Look : unsigned char { more, whole, lost };
  // Octets of the message at the front in `size`; with Look::more, as far as is known.
  static Look look(protocol::Bytes octets, std::size_t max_apdu_octets, std::size_t& size) {
    using protocol::wrapper::kHeaderOctets;
    constexpr std::uint8_t kVersion[2] = {0, protocol::wrapper::kVersion};
    const std::size_t n = std::min<std::size_t>(octets.size(), 2);
    if (!std::equal(kVersion, kVersion + n, octets.begin())) return Look::lost;
    size = kHeaderOctets;
    if (octets.size() < kHeaderOctets) return Look::more;
    const auto header = protocol::wrapper::decode_header(octets);
    if (!header || header->length > max_apdu_octets) return Look::lost;
    size = kHeaderOctets + header->length;
    return octets.size() < size ? Look::more : Look::whole;
  }

  std::vector<std::uint8_t> partial_;
};

template <typename Handler>
bool FrameAssembler::feed(protocol::Bytes chunk, std::size_t max_apdu_octets, Handler&& handler) {
  const auto handle = [&handler](protocol::Bytes octets) {
    const auto message = protocol::wrapper::decode(octets);
    return handler(*message);
  };
  while (!chunk.empty()) {
    std::size_t size = 0;
    if (partial_.empty()) {
      switch (look(chunk, max_apdu_octets, size)) {
        case Look::lost:
          return false;
        case Look::more:
          partial_.assign(chunk.begin(), chunk.end());
          return true;
        case Look::whole:
          break;
      }
      const protocol::Bytes octets = chunk.first(size);
      chunk = chunk.subspan(size);
      if (!handle(octets)) return true;
      continue;
    }
    // Complete the header first, then the body.
    if (look(partial_, max_apdu_octets, size) == Look::lost) return false;
    const std::size_t n = std::min(size - partial_.size(), chunk.size());
    partial_.insert(partial_.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(n));
    chunk = chunk.subspan(n);
    const Look seen = look(partial_, max_apdu_octets, size);
    if (seen == Look::lost) return false;
    if (seen == Look::more) continue;
    std::vector<std::uint8_t> whole;
    whole.swap(partial_);
    if (!handle(whole)) return true;
  }
  return true;
}

}  // namespace hes
