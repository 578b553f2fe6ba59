// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/beacon.hpp"

#include "protocol/prime/pdu.hpp"

namespace plc {

namespace prime = protocol::prime;

namespace {

constexpr std::size_t kSidAt = 1;
constexpr std::size_t kSequenceAt = 5;  // SEQ over FRQ
constexpr std::size_t kSnaAt = 6;
constexpr unsigned kSequenceShift = 3;
constexpr std::uint8_t kFrequencyMask = 7;

}  // namespace

Frame BeaconTimeline::frame_at(kernel::TimeNs at) const {
  const std::int64_t frame = floor_div(at - epoch, kFrameNs);
  return {epoch + frame * kFrameNs,
          static_cast<unsigned>(frame & std::int64_t{prime::kSuperframe - 1})};
}

unsigned BeaconTimeline::sequence(std::int64_t n) const {
  return static_cast<unsigned>((n * period + offset) & std::int64_t{prime::kSuperframe - 1});
}

BeaconMpdu stamped_beacon(const BeaconMpdu& mpdu, unsigned sequence) {
  BeaconMpdu out = mpdu;
  out[kSequenceAt] = static_cast<std::uint8_t>((sequence << kSequenceShift) |
                                               (mpdu[kSequenceAt] & kFrequencyMask));
  const protocol::Bytes covered =
      protocol::Bytes(out).first(prime::kBeaconOctets - prime::kCrcOctets);
  const std::uint32_t crc = prime::crc32(covered);
  for (std::size_t n = 0; n < prime::kCrcOctets; ++n) {
    out[covered.size() + n] = static_cast<std::uint8_t>(crc >> (24 - 8 * n));
  }
  return out;
}

BeaconMpdu plain_beacon(const BeaconMpdu& mpdu) { return stamped_beacon(mpdu, 0); }

bool same_source(const BeaconMpdu& a, const BeaconMpdu& b) {
  if (a[kSidAt] != b[kSidAt]) return false;
  for (std::size_t n = kSnaAt; n < kSnaAt + sizeof(prime::Sna); ++n) {
    if (a[n] != b[n]) return false;
  }
  return true;
}

bool read_timeline(const BeaconMpdu& plain, BeaconTimeline& out) {
  const auto beacon = prime::decode_beacon(plain);
  if (!beacon) return false;
  out.slot_ns = beacon->slot * kBeaconSlotNs;
  out.period = std::int64_t{1} << beacon->frequency_code;
  return true;
}

}  // namespace plc
