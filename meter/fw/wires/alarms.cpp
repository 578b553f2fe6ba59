// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/wires/alarms.hpp"

#include "protocol/axdr/encode.hpp"

namespace meter::fw {
namespace {

namespace axdr = protocol::axdr;
using protocol::Writer;
using protocol::cosem::obis;

// Push setup of the alarms; 0.0.25.9.0 is that of the load profile.
constexpr Obis kAlarmSetup = obis(0, 0, 25, 9, 1);
constexpr std::size_t kBodyOctets = 2 + 8 + protocol::cosem::kDateTimeValueOctets + 2;
// Long-invoke-id, 24 bits: the number of the log entry, so that a repetition is known as one.
constexpr std::uint32_t kSecondLogInvokeId = 0x800000;
static_assert(kEventLogCount <= 2 || !kEventLogs[2].told);
constexpr std::uint32_t kInvokeIdMask = 0x7FFFFF;
// How far back alarms are looked for among the other entries.
constexpr std::uint32_t kLookBack = 64;

bool read_alarm(const Core& core, std::size_t log, std::uint32_t ordinal, RowHead& head) {
  return core.journal.log(kEventLogs[log].id).read_ordinal(core.hal, ordinal, head, {}) &&
         is_alarm(static_cast<EventCode>(head.code));
}

}  // namespace

bool Alarms::maybe_pending(const Core& core) {
  for (std::size_t k = 0; k < kEventLogCount; ++k) {
    const std::uint32_t next = core.journal.log(kEventLogs[k].id).next_ordinal();
    if (kEventLogs[k].told && next != core.durable.state.alarm_cursor[k]) return true;
  }
  return false;
}

// Moves the cursor over what is no alarm, and over alarms that eight newer ones have pushed out.
bool Alarms::find(Core& core, std::size_t k, std::uint32_t& ordinal, RowHead& head) {
  const RowLog& log = core.journal.log(kEventLogs[k].id);
  const std::uint32_t next = log.next_ordinal();
  std::uint32_t& cursor = core.durable.state.alarm_cursor[k];
  const std::uint32_t oldest = next > kLookBack ? next - kLookBack : 0;
  cursor = std::min(std::max({cursor, log.first_ordinal(), oldest}), next);
  std::uint32_t waiting = 0;
  for (std::uint32_t at = next; at-- > cursor;) {
    if (!read_alarm(core, k, at, head)) continue;
    ordinal = at;
    if (++waiting == kQueue) break;
  }
  cursor = waiting == 0 ? next : ordinal;
  return waiting > 0 && read_alarm(core, k, ordinal, head);
}

void Alarms::write(Core& core, CosemServer& server, HalCrypto& crypto, Writer& out) {
  RowHead head;
  in_flight_ = {};
  for (std::size_t k = 0; k < kEventLogCount; ++k) {
    RowHead found;
    std::uint32_t ordinal = 0;
    if (!kEventLogs[k].told || !find(core, k, ordinal, found)) continue;
    if (in_flight_.log < kEventLogCount && head.utc_s <= found.utc_s) continue;
    in_flight_ = {k, ordinal};
    head = found;
  }
  if (in_flight_.log == kEventLogCount) return;
  std::array<std::uint8_t, kBodyOctets> octets;
  Writer body{octets};
  axdr::begin_structure(3, body);
  axdr::put_octet_string(kAlarmSetup.octets, body);
  protocol::cosem::put_date_time(date_time_of(head), body);
  axdr::put_unsigned(head.code, body);
  PROTOCOL_ASSERT(body.ok());

  const std::uint32_t invoke_id =
      (in_flight_.ordinal & kInvokeIdMask) | (in_flight_.log != 0 ? kSecondLogInvokeId : 0);
  const std::uint32_t counter = server.take_counter(kConcentratorKeys);
  if (!protocol::dlms::encode_ciphered_notification(server.identity_for(kConcentrator), counter,
                                                    invoke_id, {}, body.written(), crypto, {},
                                                    out)) {
    out.truncate(0);
  }
}

void Alarms::acknowledge(Core& core) {
  if (in_flight_.log == kEventLogCount) return;
  core.durable.state.alarm_cursor[in_flight_.log] = in_flight_.ordinal + 1;
  in_flight_ = {};
  core.durable.save(core.hal);
}

}  // namespace meter::fw
