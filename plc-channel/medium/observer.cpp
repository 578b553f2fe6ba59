// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/observer.hpp"

#include <algorithm>

#include "protocol/prime/arq.hpp"
#include "protocol/prime/control.hpp"

namespace plc {

namespace prime = protocol::prime;

namespace {

constexpr std::size_t kPacketAt = prime::kGenericHeaderOctets;
constexpr std::size_t kPayloadAt = kPacketAt + prime::kPacketHeaderOctets;
constexpr std::uint8_t kDownBit = 0x40;     // HDR.DO, in the second octet
constexpr std::uint8_t kControlBit = 0x02;  // PKT.C

constexpr std::array<const char*, kFrameKinds> kNames = {
    "beacon", "pnpdu", "reg", "con", "pro",  "bsi",        "fra",  "cfp",
    "alv",    "mul",   "prm", "sec", "data", "data_again", "other"};

std::uint64_t fnv1a(std::uint64_t digest, protocol::Bytes octets) {
  for (const std::uint8_t octet : octets) digest = (digest ^ octet) * 0x100000001B3u;
  return digest;
}

}  // namespace

const char* frame_kind_name(FrameKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

FrameKind frame_kind(protocol::Bytes mpdu) {
  const auto kind = prime::kind_of(mpdu);
  if (!kind) return FrameKind::other;
  if (*kind == prime::MpduKind::beacon) return FrameKind::beacon;
  if (*kind == prime::MpduKind::promotion_needed) return FrameKind::pnpdu;
  if (mpdu.size() < kPayloadAt) return FrameKind::other;
  if ((mpdu[kPacketAt] & kControlBit) == 0) return FrameKind::data;
  const unsigned type = (mpdu[kPacketAt] & 1u) << 8 | mpdu[kPacketAt + 1];
  constexpr auto kFirst = static_cast<unsigned>(prime::ControlType::reg);
  constexpr auto kLast = static_cast<unsigned>(prime::ControlType::sec);
  if (type < kFirst || type > kLast) return FrameKind::other;
  return static_cast<FrameKind>(static_cast<unsigned>(FrameKind::reg) + type - kFirst);
}

bool frame_goes_down(protocol::Bytes mpdu) {
  const auto kind = prime::kind_of(mpdu);
  return kind && *kind == prime::MpduKind::generic && mpdu.size() > 1 && (mpdu[1] & kDownBit) != 0;
}

bool FrameMemory::again(StationId station, protocol::Bytes mpdu) {
  constexpr std::uint64_t kBasis = 0xCBF29CE484222325u;
  if (mpdu.size() <= kPayloadAt + prime::kCrcOctets) return false;
  protocol::Bytes payload = mpdu.subspan(kPayloadAt);
  payload = payload.first(payload.size() - prime::kCrcOctets);
  const auto arq = prime::take_arq(payload);
  if (!arq || payload.empty()) return false;  // an acknowledgement alone
  const std::array<std::uint8_t, 1> number = {arq->packet_id};
  std::uint64_t digest = fnv1a(kBasis, mpdu.subspan(kPacketAt, prime::kPacketHeaderOctets - 1));
  digest = fnv1a(fnv1a(digest, number), payload);
  Last& last = stations_[station];
  if (std::ranges::find(last.digest, digest) != last.digest.end()) return true;
  last.digest[last.next] = digest;
  last.next = (last.next + 1) % kRemembered;
  return false;
}

}  // namespace plc
