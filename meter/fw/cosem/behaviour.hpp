// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/slice.hpp"
#include "meter/fw/cosem/object_table.hpp"
#include "meter/fw/image/upgrade.hpp"
#include "meter/fw/limits/limits.hpp"
#include "meter/fw/security/accepted_counters.hpp"
#include "meter/fw/security/crypto.hpp"
#include "meter/fw/time/schedule.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"

namespace meter::fw::prime {
class ServiceNode;
}

namespace meter::fw {

namespace axdr = protocol::axdr;
using protocol::Writer;

// The parts of the firmware that clients reach through objects.
struct Parts {
  Core& core;
  Schedule& schedule;
  Relay& relay;
  Deadlines& deadlines;
  HalCrypto& crypto;
  std::array<InvocationCounter, kKeySets>& counters;
  Limits& limits;
  Upgrade& upgrade;
};

// What a block transfer of a profile remembers between its blocks: the rows there were when it
// began.
struct Transfer {
  std::uint32_t first = 0;  // ordinals
  std::uint32_t end = 0;
  std::uint32_t rows = 0;  // selected ones among them
  LogId log = LogId::logs;
  std::uint16_t epoch = 0;                          // of the log's setup
  std::uint8_t n_columns = 0;                       // 0: all, in their order
  std::array<std::uint8_t, kMaxColumns> columns{};  // in columns_of(log)

  std::span<const std::uint8_t> wanted() const { return std::span(columns).first(n_columns); }
};

inline constexpr std::uint16_t kMaxPdu_octets = 1024;  // that we receive
inline constexpr std::uint16_t kMaxAnswer_octets = 1020;

// Whose APDU is being served, on which terms.
struct Visit {
  ClientIndex client = kNoClient;
  bool associated = false;
  std::uint16_t max_pdu_octets = kMaxPdu_octets;  // that the port can receive
  Transfer* transfer = nullptr;                   // the client's block transfer
  protocol::dlms::ServerSession::Negotiated negotiated{};
};

// The key transfers of one APDU: all of them or none.
struct KeyChange {
  meter_provision next{};  // with the new keys: they seal the next answer, not this one
  bool staged = false;
  bool stored = false;
  AccessResult verdict = AccessResult::success;  // for each of them
};

// What a service works with, and what it leaves to be done when its answer is built.
struct Context {
  Parts parts;
  const prime::ServiceNode* node = nullptr;  // the power line, where it is fitted
  Visit visit{};
  KeyChange keys{};
  bool profile_reset = false;  // the load profile began anew, and so must whoever reads along

  Fitting fitting() const {
    return {parts.core.n_elements, parts.core.power_line, parts.core.codes()};
  }
};

// Where a class writes an attribute's value: into `value` if it always fits, or octet by octet from
// its beginning into `slice`, of which the block that is wanted is kept.
inline constexpr std::size_t kMaxValueOctets = 192;
struct Answer {
  const protocol::cosem::Selection& selection;
  std::size_t offset;
  Slice slice;
  Writer value;
  AccessResult result = AccessResult::success;
};

// One of the key transfers that this APDU asks for, before the first of them is done.
void stage_keys(Context& context, KeySet keys, Bytes parameter);

// Of a change of the tariff calendar.
enum class CalendarChange : std::uint8_t;
AccessResult result_of(CalendarChange change);

// What a client wants of the disconnector, by its methods or by a script.
AccessResult disconnector_does(Parts& parts, RelayCause cause);
// Of activation, likewise.
AccessResult image_does(Parts& parts);

// A stored stamp as it was on the day it was written, whatever the zone is now.
protocol::cosem::DateTime date_time_of(const RowHead& head);

// A date-time as a client sets it. A deviation that is not specified means the meter's own zone.
protocol::Result<protocol::cosem::DateTime> instant_of(Bytes date_time, const TimeZone& zone);
// Why a value was not taken: of another type within, or one that cannot be.
inline AccessResult refusal_of(const axdr::Cursor& in) {
  return in.ok() ? AccessResult::other_reason : AccessResult::type_unmatched;
}

// What the meter does for an interface class. The server has seen to it that the object exists,
// that the client has the right, that attribute 1 does not come here, and that what comes has the
// type that the class declares. A class defines set() and act() if a row of the object table
// grants them, each in classes/ in the file that bears its name.
template <typename Class>
struct Behaviour {
  static void get(const Context& context, const Object& object, std::int8_t attribute,
                  Answer& answer);
  static AccessResult set(Context& context, const Object& object, std::int8_t attribute,
                          Bytes value);
  static AccessResult act(Context& context, const Object& object, std::int8_t method,
                          Bytes parameter);
};

}  // namespace meter::fw
