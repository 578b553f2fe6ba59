// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/events/journal.hpp"

namespace meter::fw {
namespace {

bool is_relay_code(EventCode code) {
  return code == EventCode::remote_disconnection || code == EventCode::remote_reconnection ||
         code == EventCode::switch_failure;
}

// For the capture object "event code": what the newest row says.
std::uint8_t newest_code(const Hal& hal, const RowLog& log) {
  RowHead head;
  if (log.rows() == 0 || !log.read_ordinal(hal, log.next_ordinal() - 1, head, {})) return 0;
  return head.code;
}

}  // namespace

void Journal::open(const Hal& hal, std::uint32_t capture_period_s) {
  std::uint16_t page = kParameterPlace.pages;
  for (const LogRegion& region : kLogRegions) {
    const LogPlace place{page, region.pages, value_octets(region.id)};
    log(region.id).open(hal, place, region.capacity);
    page += region.pages;
  }
  log(LogId::load).open(hal, load_place(capture_period_s), load_rows(capture_period_s));
  last_standard_code_ = newest_code(hal, log(LogId::standard_events));
  last_relay_code_ = newest_code(hal, log(LogId::relay_events));
}

void Journal::format(const Hal& hal, std::uint32_t capture_period_s) {
  open(hal, capture_period_s);
  for (RowLog& log : logs_) log.format(hal);
  last_standard_code_ = last_relay_code_ = 0;
}

bool Journal::note_at(const Hal& hal, const Clock& clock, EventCode code, std::int64_t utc_s) {
  RowHead head = clock.stamp(utc_s);
  head.code = static_cast<std::uint8_t>(code);
  const bool relay = is_relay_code(code);
  (relay ? last_relay_code_ : last_standard_code_) = head.code;
  return log(relay ? LogId::relay_events : LogId::standard_events).append(hal, head, {});
}

bool Journal::failed() const {
  for (const RowLog& log : logs_) {
    if (log.failed()) return true;
  }
  return false;
}

}  // namespace meter::fw
