// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/events/journal.hpp"

namespace meter::fw {
namespace {

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
  for (std::size_t k = 0; k < kEventLogCount; ++k) {
    last_codes_[k] = newest_code(hal, log(kEventLogs[k].id));
  }
}

void Journal::format(const Hal& hal, std::uint32_t capture_period_s) {
  open(hal, capture_period_s);
  for (RowLog& log : logs_) log.format(hal);
  last_codes_ = {};
}

bool Journal::note_at(const Hal& hal, const Clock& clock, EventCode code, std::int64_t utc_s) {
  RowHead head = clock.stamp(utc_s);
  head.code = static_cast<std::uint8_t>(code);
  const auto append = [&](LogId id) {
    last_codes_[index_of(id)] = head.code;
    return log(id).append(hal, head, {});
  };
  bool ruled = false;
  bool kept = true;
  for (const EventRule& rule : kEventRules) {
    if (rule.code != code) continue;
    ruled = true;
    kept &= append(rule.log);
  }
  return ruled ? kept : append(LogId::standard_events);
}

bool Journal::failed() const {
  for (const RowLog& log : logs_) {
    if (log.failed()) return true;
  }
  return false;
}

}  // namespace meter::fw
