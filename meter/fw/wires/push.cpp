// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/wires/push.hpp"

#include "meter/fw/cosem/object_rows.hpp"
#include "meter/fw/cosem/profile_rows.hpp"

namespace meter::fw {
namespace {

constexpr Obis kPushSetup = obis(0, 0, 25, 9, 0);
// structure(3) { octet-string(6), octet-string(6), array of at most 16 rows }
constexpr std::size_t kBodyHeadOctets = 2 + 8 + 8 + 2;
constexpr std::size_t kMaxBody_octets = kMaxAnswer_octets - 60;  // sealed and headed
static_assert(kBodyHeadOctets + Push::kMaxRows * row_octets(kDefaultColumns) <= kMaxBody_octets);
std::uint32_t most_rows(const Core& core) {
  const std::size_t fit =
      (kMaxBody_octets - kBodyHeadOctets) / row_octets(columns_of(core, LogId::load));
  return std::min(Push::kMaxRows, static_cast<std::uint32_t>(fit));
}

}  // namespace

// Rows that the ring has lost in the meantime can no longer be handed over.
void Push::boot(Core& core) {
  const RowLog& log = core.journal.log(LogId::load);
  std::uint32_t& cursor = core.durable.state.push_cursor;
  cursor = std::clamp(cursor, log.first_ordinal(), log.next_ordinal());
  end_ = cursor;
  in_flight_end_ = 0;
}

void Push::write(Core& core, CosemServer& server, HalCrypto& crypto, MutableBytes scratch,
                 Writer& out) {
  const RowLog& log = core.journal.log(LogId::load);
  std::uint32_t& cursor = core.durable.state.push_cursor;
  cursor = std::max(cursor, log.first_ordinal());
  const std::uint32_t end = std::min(end_, cursor + most_rows(core));
  if (cursor >= end) return;

  // The head is known only when the rows are: a row the flash lost is left out.
  std::array<std::uint8_t, kBodyHeadOctets> octets;
  Writer head{octets};
  Writer rows{scratch.subspan(kBodyHeadOctets)};
  std::uint32_t count = 0;
  for (std::uint32_t ordinal = cursor; ordinal < end; ++ordinal) {
    if (put_row(core, LogId::load, ordinal, rows)) ++count;
  }
  core.hal.work(METER_WORK_PROFILE_ROW, count);
  axdr::begin_structure(3, head);
  axdr::put_octet_string(kPushSetup.octets, head);
  axdr::put_octet_string(kLoadProfileName.octets, head);
  axdr::begin_array(count, head);
  PROTOCOL_ASSERT(head.size() == kBodyHeadOctets && rows.ok());
  std::copy(octets.begin(), octets.end(), scratch.begin());

  const std::uint32_t counter = server.take_counter(kHeadEndKeys);
  const Bytes body = scratch.first(kBodyHeadOctets + rows.size());
  if (protocol::dlms::encode_ciphered_notification(server.identity_for(kPush), counter,
                                                   core.durable.state.push_number, {}, body, crypto,
                                                   {}, out)) {
    in_flight_end_ = end;
  } else {
    out.truncate(0);
  }
}

void Push::on_delivered(Core& core) {
  if (in_flight_end_ == 0) return;
  core.durable.state.push_cursor = in_flight_end_;
  core.durable.state.push_number = (core.durable.state.push_number + 1) & 0xFFFFFFu;
  in_flight_end_ = 0;
  core.durable.save(core.hal);
}

}  // namespace meter::fw
