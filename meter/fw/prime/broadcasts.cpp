// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/broadcasts.hpp"

#include "protocol/prime/crc.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

namespace {

// The same broadcast, repeated by two switches of a level; well below any period of new ones.
constexpr std::int64_t kEchoUs = 10'000'000;
// A broadcast whose rest does not come gives its buffer back.
constexpr std::int64_t kPatienceUs = 60'000'000;

}  // namespace

bool Broadcasts::is_echo(Bytes payload) {
  const std::int64_t now = core_.now_us();
  const std::uint32_t crc = crc32(payload);
  const bool echo = crc == crc_ && now - seen_us_ < kEchoUs && seen_us_ != 0;
  crc_ = crc;
  seen_us_ = now;
  return echo;
}

void Broadcasts::on_packet(const Packet& packet) {
  if (packet.lcid != k432BroadcastLcid || packet.payload.empty()) {
    ++core_.counters.not_for_us;
    return;
  }
  if (is_echo(packet.payload)) return;
  const auto sar = decode_sar(packet.payload[0]);
  const Bytes data = packet.payload.subspan(kSarOctets);
  if (!sar || data.size() > kClMtuOctets) {
    ++core_.counters.malformed;
    return;
  }
  ++core_.counters.rx_data;
  if (sar->kind == SegmentKind::first && sar->number == 0) {
    end();
    core_.deliver(data, true);
    return;
  }
  if (!reassembler_.has_buffer()) {
    if (sar->kind != SegmentKind::first) return;  // the beginning was lost
    const MutableBytes buffer = core_.owner.take_buffer();
    if (buffer.empty()) return;
    reassembler_.use(buffer);
  }
  until_us_ = core_.now_us() + kPatienceUs;
  const bool taken = reassembler_.add(*sar, data);
  if (taken && reassembler_.complete()) core_.deliver(reassembler_.sdu(), true);
  if (!reassembler_.part_way()) end();
}

void Broadcasts::end() {
  until_us_ = kNoDeadline;
  const MutableBytes buffer = reassembler_.release();
  if (!buffer.empty()) core_.owner.give_buffer(buffer);
}

}  // namespace meter::fw::prime
