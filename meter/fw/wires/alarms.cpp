// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/wires/alarms.hpp"

#include <cstring>

#include "protocol/cosem/alarm_notice.hpp"

namespace meter::fw {
namespace {

using protocol::Writer;

// Long-invoke-id, 24 bits: the number of the log entry, so that a repetition is known as one.
constexpr std::uint32_t kInvokeIdMask = 0xFFFFFF;
// How far back alarms are looked for among the other entries of a log.
constexpr std::uint32_t kLookBack = 64;

struct Entry {
  std::uint32_t number = 0;
  LogId log = LogId::logs;
  RowHead head;
};

// The newest alarms that wait, the newest one first.
class Waiting {
 public:
  // False: there are newer ones enough.
  bool add(const Entry& entry) {
    std::size_t at = n_;
    while (at > 0 && entries_[at - 1].number < entry.number) --at;
    if (at == entries_.size()) return false;
    if (n_ < entries_.size()) ++n_;
    for (std::size_t k = n_ - 1; k > at; --k) entries_[k] = entries_[k - 1];
    entries_[at] = entry;
    return true;
  }
  const Entry* oldest() const { return n_ == 0 ? nullptr : &entries_[n_ - 1]; }

 private:
  std::array<Entry, Alarms::kQueue> entries_;
  std::size_t n_ = 0;
};

void look_through(const Core& core, LogId id, Waiting& waiting) {
  if (id == LogId::quality_events) return;  // no alarms, and rows of another kind
  const RowLog& log = core.journal.log(id);
  const std::uint32_t end = log.next_ordinal();
  const std::uint32_t first = log.first_ordinal();
  for (std::uint32_t back = 0; back < kLookBack && end - back > first; ++back) {
    Entry entry{0, id, {}};
    std::array<std::uint8_t, sizeof entry.number> number;
    static_assert(value_octets(kEventColumns) == sizeof number);
    if (!log.read_ordinal(core.hal, end - back - 1, entry.head, number)) continue;
    std::memcpy(&entry.number, number.data(), sizeof entry.number);
    if (entry.number <= core.durable.state.alarm.cursor) return;
    const std::uint32_t bits = alarm_bits(core.codes(), id, entry.head.code);
    if ((bits & core.settings.alarm_filter()) != 0 && !waiting.add(entry)) return;
  }
}

}  // namespace

void Alarms::write(Core& core, CosemServer& server, HalCrypto& crypto, ClientIndex client,
                   Writer& out) {
  in_flight_ = 0;
  if (!core.passing.alarm_flags.waiting) return;
  Waiting waiting;
  for (const EventLog& log : kEventLogs) look_through(core, log.id, waiting);
  const Entry* const alarm = waiting.oldest();
  core.passing.alarm_flags.waiting = alarm != nullptr;
  if (alarm == nullptr) {
    core.durable.state.alarm.cursor = core.durable.state.capture_counter;
    return;
  }
  std::array<std::uint8_t, protocol::cosem::kAlarmNoticeOctets> octets;
  Writer body{octets};
  const Obis log = protocol::cosem::event_log_name(group_of(alarm->log, core.codes()));
  protocol::cosem::put_alarm_notice({log, {}, alarm->head.code, alarm->number},
                                    date_time_of(alarm->head), body);
  PROTOCOL_ASSERT(body.ok());

  const std::uint32_t counter = server.take_counter(key_set_of(client));
  if (!protocol::dlms::encode_ciphered_notification(server.identity_for(client), counter,
                                                    alarm->number & kInvokeIdMask, {},
                                                    body.written(), crypto, {}, out)) {
    out.truncate(0);
    return;
  }
  in_flight_ = alarm->number;
}

void Alarms::acknowledge(Core& core) {
  if (in_flight_ == 0) return;
  core.durable.state.alarm.cursor = in_flight_;
  in_flight_ = 0;
  core.durable.save(core.hal);
}

}  // namespace meter::fw
