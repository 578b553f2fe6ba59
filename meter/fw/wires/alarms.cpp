// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/wires/alarms.hpp"

#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/date_time.hpp"

namespace meter::fw {
namespace {

namespace axdr = protocol::axdr;
using protocol::Writer;
using protocol::cosem::obis;

// Push setup of the alarms; 0.0.25.9.0 is that of the load profile.
constexpr Obis kAlarmSetup = obis(0, 0, 25, 9, 1);
constexpr std::size_t kBodyOctets = 2 + 8 + protocol::cosem::kDateTimeValueOctets + 2;
// Long-invoke-id, 24 bits: the number of the log entry, so that a repetition is known as one.
constexpr std::uint32_t kRelayLogInvokeId = 0x800000;
constexpr std::uint32_t kInvokeIdMask = 0x7FFFFF;
// How far back alarms are looked for among the other entries.
constexpr std::uint32_t kLookBack = 64;

std::uint32_t& cursor_of(DurableState& state, LogId id) {
  return id == LogId::relay_events ? state.relay_alarm_cursor : state.standard_alarm_cursor;
}

bool read_alarm(const Core& core, LogId id, std::uint32_t ordinal, RowHead& head) {
  return core.journal.log(id).read_ordinal(core.hal, ordinal, head, {}) &&
         is_alarm(static_cast<EventCode>(head.code));
}

}  // namespace

bool is_alarm(EventCode code) {
  switch (code) {
    case EventCode::power_up:
    case EventCode::clock_invalid:
    case EventCode::ram_error:
    case EventCode::nv_memory_error:
    case EventCode::watchdog:
    case EventCode::authentication_failed:
    case EventCode::decryption_failed:
    case EventCode::replay_attack:
    case EventCode::remote_disconnection:
    case EventCode::remote_reconnection:
    case EventCode::switch_failure:
      return true;
    default:
      return false;
  }
}

bool Alarms::maybe_pending(const Core& core) {
  const DurableState& state = core.durable.state;
  return core.journal.log(LogId::standard_events).next_ordinal() != state.standard_alarm_cursor ||
         core.journal.log(LogId::relay_events).next_ordinal() != state.relay_alarm_cursor;
}

// Moves the cursor over what is no alarm, and over alarms that eight newer ones have pushed out.
bool Alarms::find(Core& core, LogId id, std::uint32_t& ordinal, RowHead& head) {
  const RowLog& log = core.journal.log(id);
  const std::uint32_t next = log.next_ordinal();
  std::uint32_t& cursor = cursor_of(core.durable.state, id);
  const std::uint32_t oldest = next > kLookBack ? next - kLookBack : 0;
  cursor = std::min(std::max({cursor, log.first_ordinal(), oldest}), next);
  std::uint32_t waiting = 0;
  for (std::uint32_t at = next; at-- > cursor;) {
    if (!read_alarm(core, id, at, head)) continue;
    ordinal = at;
    if (++waiting == kQueue) break;
  }
  cursor = waiting == 0 ? next : ordinal;
  return waiting > 0 && read_alarm(core, id, ordinal, head);
}

void Alarms::write(Core& core, CosemServer& server, HalCrypto& crypto, Writer& out) {
  RowHead head;
  RowHead relay_head;
  std::uint32_t relay_ordinal = 0;
  in_flight_ = {LogId::standard_events, 0};
  const bool standard = find(core, LogId::standard_events, in_flight_.ordinal, head);
  const bool relay = find(core, LogId::relay_events, relay_ordinal, relay_head);
  if (relay && (!standard || relay_head.utc_s < head.utc_s)) {
    in_flight_ = {LogId::relay_events, relay_ordinal};
    head = relay_head;
  } else if (!standard) {
    in_flight_ = {};
    return;
  }
  std::array<std::uint8_t, kBodyOctets> octets;
  Writer body{octets};
  axdr::begin_structure(3, body);
  axdr::put_octet_string(kAlarmSetup.octets, body);
  protocol::cosem::put_date_time(date_time_of(head), body);
  axdr::put_unsigned(head.code, body);
  PROTOCOL_ASSERT(body.ok());

  const std::uint32_t invoke_id = (in_flight_.ordinal & kInvokeIdMask) |
                                  (in_flight_.log == LogId::relay_events ? kRelayLogInvokeId : 0);
  const std::uint32_t counter = server.take_counter(kConcentratorKeys);
  if (!protocol::dlms::encode_ciphered_notification(server.identity_for(kConcentrator), counter,
                                                    invoke_id, {}, body.written(), crypto, {},
                                                    out)) {
    out.truncate(0);
  }
}

void Alarms::acknowledge(Core& core) {
  if (in_flight_.log == LogId::logs) return;
  cursor_of(core.durable.state, in_flight_.log) = in_flight_.ordinal + 1;
  in_flight_ = {};
  core.durable.save(core.hal);
}

}  // namespace meter::fw
