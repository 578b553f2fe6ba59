// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/journal.hpp"

namespace hes {
namespace {

constexpr const char* kJournalSchema = R"(
CREATE TABLE IF NOT EXISTS event(at_ns INTEGER NOT NULL, meter INTEGER, kind TEXT, detail TEXT);
CREATE TABLE IF NOT EXISTS session(
  meter INTEGER, connection INTEGER, opened_ns INTEGER, closed_ns INTEGER, octets_up INTEGER,
  octets_down INTEGER, reason TEXT);
CREATE TABLE IF NOT EXISTS orders(
  id INTEGER NOT NULL, meter INTEGER, kind TEXT, value INTEGER, submitted_ns INTEGER,
  valid_until_ns INTEGER, finished_ns INTEGER, outcome TEXT, data BLOB);
)";

}  // namespace

Journal::Journal(Database& database)
    : put_event_(database.with_schema(kJournalSchema).prepare("INSERT INTO event VALUES(?,?,?,?)")),
      put_session_(database.prepare("INSERT INTO session VALUES(?,?,?,?,?,?,?)")),
      put_order_(database.prepare("INSERT INTO orders VALUES(?,?,?,?,?,?,?,?,?)")) {}

void Journal::add_event(UtcNs at, MeterIndex meter, std::string_view kind,
                        std::string_view detail) {
  events_.push_back({at, meter, std::string(kind), std::string(detail)});
}

void Journal::write(const MeterTable& meters) {
  for (const Event& event : events_) {
    put(put_event_, event.at, meters.id_of(event.meter), event.kind, event.detail);
  }
  for (const Session& session : sessions_) {
    put(put_session_, meters.id_of(session.meter), session.connection, session.opened,
        session.closed, session.octets_up, session.octets_down, session.reason);
  }
  for (const OrderResult& result : orders_) {
    const Order& order = result.order;
    put(put_order_, result.id, meters.id_of(order.meter), order_kind_name(order.kind),
        order.value_s, result.submitted, order.valid_until, result.finished,
        order_outcome_name(result.outcome), std::span<const std::uint8_t>(result.data));
  }
  events_.clear();
  sessions_.clear();
  orders_.clear();
}

}  // namespace hes
