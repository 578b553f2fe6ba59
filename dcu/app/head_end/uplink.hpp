// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "dcu/app/head_end/time_keeper.hpp"
#include "dcu/app/orders/inbox.hpp"
#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/http.hpp"

namespace dcu::app {

// Towards the head-end: a connection that is dialled and kept, the reports of the outbox on it,
// images of orders, and polls for work where nobody can call in. Reports are repeated until they
// are acknowledged.
class HeadEndLink {
 public:
  HeadEndLink(Core& core, Inbox& inbox, Reporter& reporter)
      : core_(core), inbox_(inbox), reporter_(reporter) {}

  void start();
  // There may be reports to send; called when the store has them.
  void kick();
  bool owns(StreamId stream) const { return stream != 0 && stream == stream_; }
  void hang_up();
  void on_open();
  void on_data(Bytes octets);
  void on_closed();

 private:
  enum class State : std::uint8_t { down, dialling, greeting, up };
  struct Sent {
    enum class Kind : std::uint8_t { hello, report, poll, image, other } kind = Kind::other;
    std::uint64_t seq = 0;  // of a report
    UtcNs at = 0;
  };
  void dial();
  void fail();  // closes, and dials again later
  void post(Sent sent, std::string_view xml);
  void send(Sent sent, std::string_view octets);
  void write();
  void pump();
  bool send_report(std::uint64_t seq);
  void poll();
  bool under_way(Sent::Kind kind) const;
  void fetch_image();
  void watch();
  void on_response(const protocol::p32::HttpResponse& response);
  void on_message(const Sent& sent, const protocol::p32::Message& message);
  void keep_time(const Sent& sent, protocol::p32::UtcMs theirs);
  void on_ack(const std::string& re);
  void on_refused(const Sent& sent, const protocol::p32::Message& message);
  void on_work(const protocol::p32::Message& message);
  void refuse_items(const std::vector<protocol::p32::Problem>& problems);
  std::optional<std::uint64_t> report_of(const std::string& id) const;

  Core& core_;
  Inbox& inbox_;
  Reporter& reporter_;
  State state_ = State::down;
  StreamId stream_ = 0;
  std::optional<protocol::p32::HttpClient> http_;
  std::deque<Sent> sent_;                 // not answered yet
  std::deque<std::string> extra_;         // messages that are not stored, to be sent first
  std::string out_;                       // octets that the stream has not taken yet
  std::map<std::uint64_t, UtcNs> tried_;  // reports sent and not acknowledged: when
  Agenda::Ticket timer_ = Agenda::kNone;
  Agenda::Ticket poll_timer_ = Agenda::kNone;
  Agenda::Ticket write_timer_ = Agenda::kNone;
  TimeKeeper time_keeper_;
  std::uint32_t failures_ = 0;
};

// Whoever calls in at the P3.2Ex door (Ethernet): requests of the head-end, answered in place. Who
// is silent for two minutes, and waits for nothing, is hung up.
class P32Door {
 public:
  P32Door(Core& core, Inbox& inbox) : core_(core), inbox_(inbox) {}

  void on_open(StreamId stream);
  void on_data(StreamId stream, Bytes octets);
  void on_closed(StreamId stream) { callers_.erase(stream); }
  void close_all();
  bool owns(StreamId stream) const { return callers_.contains(stream); }

 private:
  static constexpr std::size_t kCallersMost = 8;
  struct Caller {
    Caller() = default;
    protocol::p32::HttpServer http{protocol::p32::HttpLimits{}};
    bool busy = false;  // an answer is under way
    UtcNs heard = 0;
    std::uint64_t turn = 0;
  };
  void serve(StreamId stream);
  void answer(StreamId stream, std::uint64_t turn, bool keep_alive,
              const protocol::p32::Message& message);
  void close(StreamId stream);
  void watch(StreamId stream);

  Core& core_;
  Inbox& inbox_;
  std::map<StreamId, Caller> callers_;
};

}  // namespace dcu::app
