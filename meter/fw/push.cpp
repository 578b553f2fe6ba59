// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/push.hpp"

#include "protocol/axdr/encode.hpp"

namespace meter::fw {
namespace {

namespace axdr = protocol::axdr;
using protocol::Writer;
using protocol::cosem::obis;

constexpr Obis kPushSetup = obis(0, 0, 25, 9, 0);
constexpr Obis kLoadProfile = obis(1, 0, 99, 1, 0);
// structure(3) { octet-string(6), octet-string(6), array of at most 16 rows }
constexpr std::size_t kBodyOctets = 2 + 8 + 8 + 2 + Push::kMaxRows * kProfileRowOctets;
static_assert(kBodyOctets <= METER_BUFFER_BYTES / 2);

}  // namespace

// Rows that the ring has lost in the meantime can no longer be handed over.
void Push::boot(Core& core) {
  const RowLog& log = core.journal.log(LogId::load);
  std::uint32_t& cursor = core.durable.state.push_cursor;
  cursor = std::clamp(cursor, log.first_ordinal(), log.next_ordinal());
  end_ = cursor;
  in_flight_end_ = 0;
}

void Push::write(Core& core, CosemServer& server, HalCrypto& crypto, Writer& out) {
  const RowLog& log = core.journal.log(LogId::load);
  std::uint32_t& cursor = core.durable.state.push_cursor;
  cursor = std::max(cursor, log.first_ordinal());
  const std::uint32_t end = std::min(end_, cursor + kMaxRows);
  if (cursor >= end) return;
  const MutableBytes buffer = core.hal.buffer_take();
  if (buffer.empty()) return;  // the next poll asks again

  Writer rows{buffer.subspan(METER_BUFFER_BYTES / 2)};
  std::uint32_t count = 0;
  for (std::uint32_t ordinal = cursor; ordinal < end; ++ordinal) {
    if (put_row(core, LogId::load, ordinal, rows)) ++count;
  }
  Writer body{buffer.first(METER_BUFFER_BYTES / 2)};
  axdr::begin_structure(3, body);
  axdr::put_octet_string(kPushSetup.octets, body);
  axdr::put_octet_string(kLoadProfile.octets, body);
  axdr::begin_array(count, body);
  body.bytes(rows.written());
  core.hal.work(METER_WORK_PROFILE_ROW, count);

  const MutableBytes scratch = buffer.subspan(METER_BUFFER_BYTES / 2);
  const std::uint32_t counter = server.next_invocation_counter();
  const bool sealed = protocol::dlms::encode_ciphered_notification(
      server.identity(), counter, core.durable.state.push_number, {}, body.written(), crypto,
      scratch, out);
  core.hal.buffer_give(buffer);
  if (sealed) {
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
