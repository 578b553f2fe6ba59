// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/ports/order.hpp"
#include "hes-stub/store/database.hpp"
#include "hes-stub/store/meter_table.hpp"

namespace hes {

// What happened, in narrow tables; written with the next commit.
class Journal {
 public:
  struct Session {
    MeterIndex meter = kNoMeter;
    std::uint64_t connection = 0;
    UtcNs opened = 0;
    UtcNs closed = 0;
    std::uint64_t octets_up = 0;
    std::uint64_t octets_down = 0;
    std::string reason;
  };

  explicit Journal(Database& database);
  void add_event(UtcNs at, MeterIndex meter, std::string_view kind, std::string_view detail);
  void add_session(Session session) { sessions_.push_back(std::move(session)); }
  void add_order(const OrderResult& result) { orders_.push_back(result); }
  bool dirty() const { return !events_.empty() || !sessions_.empty() || !orders_.empty(); }
  void write(const MeterTable& meters);  // inside of a transaction

 private:
  struct Event {
    UtcNs at;
    MeterIndex meter;
    std::string kind;
    std::string detail;
  };
  Statement put_event_;
  Statement put_session_;
  Statement put_order_;
  std::vector<Event> events_;
  std::vector<Session> sessions_;
  std::vector<OrderResult> orders_;
};

}  // namespace hes
