// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/types.hpp"

namespace protocol::cosem {

// The body of a data-notification with which a meter tells an entry of its event logs unasked:
// structure(5) { push setup, the log's name, date-time, code, capture counter }.
struct AlarmNotice {
  Obis log;
  Bytes at;  // a date-time as it came
  std::uint8_t code = 0;
  std::uint32_t number = 0;
};
inline constexpr Obis kAlarmSetup = obis(0, 0, 25, 9, 1);  // 0.0.25.9.0 pushes rows
inline constexpr std::size_t kAlarmNoticeOctets = 2 + 8 + 8 + kDateTimeValueOctets + 2 + 5;

inline void put_alarm_notice(const AlarmNotice& notice, const DateTime& at, Writer& out) {
  axdr::begin_structure(5, out);
  axdr::put_octet_string(kAlarmSetup.octets, out);
  axdr::put_octet_string(notice.log.octets, out);
  put_date_time(at, out);
  axdr::put_unsigned(notice.code, out);
  axdr::put_double_long_unsigned(notice.number, out);
}

// Nothing when the body is something else.
inline std::optional<AlarmNotice> take_alarm_notice(Bytes body) {
  axdr::Cursor in(body);
  AlarmNotice notice;
  in.structure(5);
  const Bytes setup = in.octet_string();
  const Bytes log = in.octet_string();
  notice.at = in.date_time();
  const std::uint64_t code = in.unsigned_number();
  const std::uint64_t number = in.unsigned_number();
  const auto& expected = kAlarmSetup.octets;
  if (!in.at_end() || !std::equal(setup.begin(), setup.end(), expected.begin(), expected.end()) ||
      log.size() != notice.log.octets.size() || code > UINT8_MAX || number > UINT32_MAX) {
    return std::nullopt;
  }
  std::copy(log.begin(), log.end(), notice.log.octets.begin());
  notice.code = static_cast<std::uint8_t>(code);
  notice.number = static_cast<std::uint32_t>(number);
  return notice;
}

// Group E of an event log's name, 0.0.99.98.E; none of another.
constexpr Obis event_log_name(std::uint8_t group) { return obis(0, 0, 99, 98, group); }
inline constexpr std::uint8_t kEventGroups = 10;
constexpr std::optional<std::uint8_t> event_group(const Obis& log) {
  const std::uint8_t group = log.octets[4];
  if (group >= kEventGroups || log != event_log_name(group)) return std::nullopt;
  return group;
}

}  // namespace protocol::cosem
