// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hes-stub/head_end.hpp"
#include "hes-stub/ports/observer.hpp"
#include "tests/rigs/head_end/fake_concentrator.hpp"
#include "tests/rigs/head_end/fake_meter.hpp"
#include "tests/rigs/head_end/rows.hpp"

namespace hes_test {

// Everything the observer hears.
class Recorder final : public hes::Observer {
 public:
  void row_stored(hes::MeterIndex meter, const hes::Obis& obis, const hes::Row& row,
                  hes::UtcNs arrival) override;
  void order_finished(const hes::OrderResult& result) override { orders.push_back(result); }
  void session_opened(hes::MeterIndex, hes::ConnectionId, hes::UtcNs) override { ++opened; }
  void session_closed(hes::MeterIndex, hes::ConnectionId, hes::UtcNs) override { ++closed; }
  void message(const hes::Message& message) override { messages.push_back(message); }
  void clock_checked(hes::MeterIndex, hes::UtcNs deviation, hes::UtcNs) override {
    deviations.push_back(deviation);
  }
  void report_received(const hes::ReportNote& note) override { reports.push_back(note); }
  std::size_t count(hes::MessageKind kind) const;

  int rows = 0;
  int closings = 0;
  std::vector<std::string> row_log;  // one line a row, in the order of arrival
  std::vector<hes::OrderResult> orders;
  std::vector<hes::Message> messages;
  std::vector<hes::UtcNs> deviations;
  std::vector<hes::ReportNote> reports;
  int opened = 0;
  int closed = 0;
};

class SilentLog final : public hes::LogPort {
 public:
  void line(hes::UtcNs, std::string_view) override {}
};

// Repeatable octets.
class SeededRandom final : public hes::RandomPort {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(protocol::MutableBytes out) override {
    for (std::uint8_t& octet : out) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
      octet = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_;
};

// Which hours' pushes are sent.
inline constexpr auto kAll = [](int) { return true; };
inline constexpr auto kNone = [](int) { return false; };

// Meters and a head-end joined by lines of one second, on a clock of its own.
class World final : public hes::StreamPort {
 public:
  static constexpr hes::UtcNs kBegin = kFebruary * hes::kNsPerSecond;
  static constexpr hes::UtcNs kLineNs = hes::kNsPerSecond;

  explicit World(std::size_t meters);
  // The head-end is made by the test: local or in another process.
  void attach(hes::HeadEnd& head_end) { head_end_ = &head_end; }

  hes::UtcNs now = kBegin;
  std::vector<std::unique_ptr<FakeMeter>> meters;

  FakeConcentrator concentrator;
  hes::ConnectionId uplink = 0;   // of it to the head-end; 0: none
  hes::ConnectionId dialled = 0;  // of the head-end to it
  bool takes_calls = true;        // nobody answers when false
  // Opens the uplink; the concentrator says hello and repeats its reports.
  void connect_concentrator();
  void disconnect_concentrator();
  // Lets the concentrator act, then sends what it has to say; dials first if need be.
  void concentrator_at(std::int64_t utc_s, std::function<void(FakeConcentrator&)> action);
  void raw_up(std::string_view octets);  // whatever they are

  // Connects and announces; the number of the connection.
  hes::ConnectionId connect(std::size_t meter);
  hes::ConnectionId connect_silently(std::size_t meter);
  void disconnect(hes::ConnectionId connection);
  // Octets from the meter's side, arriving a line's delay later.
  void send_up(hes::ConnectionId connection, Octets octets);
  void at(hes::UtcNs when, std::function<void()> action);
  void run_until(hes::UtcNs end);
  void run_for_s(std::int64_t seconds) { run_until(now + seconds * hes::kNsPerSecond); }
  std::int64_t now_s() const { return now / hes::kNsPerSecond; }

  // A day of a meter that captures every quarter and pushes every hour; `push` says which hour's
  // push is sent.
  void live(std::size_t meter, hes::ConnectionId connection, int hours,
            const std::function<bool(int hour)>& push);

  // StreamPort.
  void send(hes::ConnectionId connection, protocol::Bytes octets) override;
  void close(hes::ConnectionId connection) override;
  hes::ConnectionId connect(std::string_view address, std::uint16_t port) override;

  std::map<hes::ConnectionId, std::size_t> line;  // open connections and their meter
  std::vector<hes::ConnectionId> closed_by_head_end;
  bool cut = false;  // nothing gets through any more, nobody is told
  std::function<void(hes::ConnectionId, protocol::Bytes)> on_sent;  // to a meter

 private:
  void deliver();
  void send_concentrator();

  hes::HeadEnd* head_end_ = nullptr;
  std::multimap<hes::UtcNs, std::function<void()>> agenda_;
  hes::ConnectionId last_connection_ = 0;
  bool noted_ = false;
};

}  // namespace hes_test
