// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <vector>

#include "hes-stub/head_end.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes_fuzz {

using hes_test::FakeMeter;
using hes_test::Octets;

void require(bool condition);

// Two meters with modules and one behind a concentrator, and a head-end whose lines are in other
// hands: what it sends is remembered, and answered on the line of a good meter only.
class Bench final : public hes::StreamPort, public hes::NullObserver {
 public:
  static constexpr std::size_t kMeters = 2;
  explicit Bench(bool with_type);

  void run_s(std::int64_t seconds);
  std::int64_t now_s() const { return now_ / hes::kNsPerSecond; }

  hes::ConnectionId open(hes::Door door);
  void say(hes::ConnectionId connection, protocol::Bytes octets);
  void close_line(hes::ConnectionId connection);
  bool is_open(hes::ConnectionId connection) const { return open_.count(connection) != 0; }
  // What the head-end sent on it last.
  Octets last_heard(hes::ConnectionId connection) const;
  // From now on this line is the meter's own.
  void hand_to_meter(hes::ConnectionId connection, std::size_t meter);

  void submit(hes::Order order);
  const std::string& serial(std::size_t meter) const;
  // Each order has its one result, the meter's row stands in the store once.
  void check_orders() const;
  std::size_t stored(std::size_t meter, const hes::Row& row);
  void check_work(std::size_t words) const;

  std::vector<std::unique_ptr<FakeMeter>> meters;
  hes_test::FakeConcentrator concentrator;

 private:
  // StreamPort.
  void send(hes::ConnectionId connection, protocol::Bytes octets) override;
  void close(hes::ConnectionId connection) override { open_.erase(connection); }
  // Observer.
  void row_stored(hes::MeterIndex meter, const hes::Obis& profile, const hes::Row& row,
                  hes::UtcNs arrival) override;
  void order_finished(const hes::OrderResult& result) override;

  void deliver();

  void capture();

  static constexpr std::int64_t kPeriodS = 900;
  hes::UtcNs now_ = hes_test::World::kBegin;
  hes::UtcNs next_capture_ = now_ + kPeriodS * hes::kNsPerSecond;
  std::set<hes::ConnectionId> open_;
  std::map<hes::ConnectionId, Octets> last_;
  std::map<hes::ConnectionId, std::size_t> of_meter_;
  std::vector<std::pair<hes::ConnectionId, Octets>> answers_;
  hes::ConnectionId last_connection_ = 0;
  std::size_t opened_ = 0;
  std::size_t octets_down_ = 0;
  std::size_t wakes_ = 0;
  std::map<hes::OrderId, unsigned> results_;
  std::size_t submitted_ = 0;
  hes::Inventory inventory_;
  hes::Store store_;
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{7};
  std::unique_ptr<hes::LocalHeadEnd> head_end_;
};

}  // namespace hes_fuzz
