// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include "cm1/fw/identity_reader.hpp"
#include "cm1/fw/leds.hpp"
#include "cm1/fw/network.hpp"
#include "cm1/fw/platform.hpp"
#include "cm1/fw/push_queue.hpp"
#include "cm1/fw/uplink.hpp"
#include "protocol/dlms/types.hpp"

namespace cm1::fw {

// Requests from the network that wait for the RS-485 line, in the order they came.
class RequestQueue {
 public:
  struct Request {
    std::uint32_t connection = 0;  // whom to answer; numbers are not used twice
    protocol::dlms::Sap client = 0;
    protocol::dlms::Sap server = 0;
    std::uint16_t length = 0;
    std::uint8_t notified = 0;  // notifications in front of its answer
  };

  // False when there is no room.
  bool add(Request request, Bytes apdu) {
    if (apdu.size() > octets_.size() - used_ || count_ == requests_.size()) return false;
    request.length = static_cast<std::uint16_t>(apdu.size());
    std::memcpy(octets_.data() + used_, apdu.data(), apdu.size());
    used_ += apdu.size();
    requests_[count_++] = request;
    return true;
  }
  bool empty() const { return count_ == 0; }
  bool waits(std::uint32_t connection) const {
    return std::any_of(requests_.begin(), requests_.begin() + count_,
                       [&](const Request& request) { return request.connection == connection; });
  }
  const Request& front() const { return requests_[0]; }
  // Stays where it is until drop_front().
  Bytes front_apdu() const { return Bytes(octets_).first(requests_[0].length); }
  unsigned notify_front() { return ++requests_[0].notified; }
  void drop_front() {
    const std::size_t length = requests_[0].length;
    std::memmove(octets_.data(), octets_.data() + length, used_ - length);
    used_ -= length;
    --count_;
    for (std::size_t i = 0; i < count_; ++i) requests_[i] = requests_[i + 1];
  }

 private:
  std::array<Request, 8> requests_;
  std::array<std::uint8_t, 2 * kMaxApdu> octets_;
  std::size_t count_ = 0;
  std::size_t used_ = 0;
};

struct ModuleCounters {
  std::uint32_t requests = 0;     // taken from the network
  std::uint32_t answers = 0;      // handed back
  std::uint32_t unanswered = 0;   // the meter was silent: answered with an exception-response
  std::uint32_t unconfirmed = 0;  // taken by the meter, which has nothing to say to them
  std::uint32_t refused = 0;      // no room in the queue, or nobody's address on the line
  std::uint32_t strangers = 0;    // services on a connection without an association of its own
  std::uint32_t busy = 0;         // associations refused: the client is another connection's
  std::uint32_t malformed = 0;    // empty messages
  std::uint32_t polls = 0;
  std::uint32_t failed_polls = 0;
  std::uint32_t pushes = 0;  // taken from the meter into flash
  std::uint32_t flash_failures = 0;
};

// The CM1 firmware: a bridge between the head-end's TCP connection (DLMS wrapper) and the meter's
// RS-485 port (HDLC). It relays requests, polls the meter for pushes and keeps them in flash until
// the far end has acknowledged them. It never opens or seals an APDU.
//
// An association belongs to the connection that opened it (Green Book 9.4.5: it does not outlive
// its supporting layer): on other connections its client's services are answered with an exception,
// and an AARQ with "rejected, transient" while it stands. When the connection goes the module
// closes the link to the meter, and the association with it.
class Module final : private MeterLineOwner, private UplinkOwner {
 public:
  explicit Module(const cm1_hal& hal);

  bool provision(const cm1_provision& provision);
  void boot();
  void on_alarm();
  void on_rs485(Bytes bytes);
  void on_modem(cm1_modem_state state);
  void on_socket_open(int socket, bool incoming);
  void on_socket_data(int socket, Bytes data);
  void on_socket_closed(int socket);
  void on_socket_drained();

  const ModuleCounters& counters() const { return counters_; }
  const PushQueue& queue() const { return queue_; }
  const Network& network() const { return network_; }
  const Uplink& uplink() const { return uplink_; }
  const MeterLine& line() const { return line_; }

 private:
  enum class Job : std::uint8_t { none, identity, request, poll, close };
  // Pushes handed to the modem's stack and not yet acknowledged.
  static constexpr std::size_t kMaxInFlight = 4;

  // After every upcall: start what can be started, set LEDs and the alarm.
  void settle();
  void follow_network();
  bool start_next();
  bool start_request();
  void arm();

  void on_line_answer(Bytes apdu) override;
  void on_line_nothing() override;
  void on_line_closed() override;
  void on_line_silent() override;
  void identity_step_done();
  void keep_answer(Bytes apdu);
  void send_answer();
  bool admit(const RequestQueue::Request& request, Bytes apdu);
  void send_exception(const RequestQueue::Request& request);

  void keep_push(Bytes apdu);
  void schedule_poll();
  void poll_failed();

  void on_message(std::uint32_t connection, const protocol::wrapper::Message& message) override;
  void on_head_end_up() override {}
  void on_head_end_down() override;
  bool engaged(std::uint32_t connection) const override {
    return line_.holds(connection) || requests_.waits(connection);
  }
  void send_pushes();
  void confirm_pushes();

  Platform platform_;
  cm1_provision provision_{};
  PushQueue queue_;
  Network network_;
  Uplink uplink_;
  MeterLine line_;
  IdentityReader identity_;
  RequestQueue requests_;
  ModuleCounters counters_;

  bool running_ = false;  // commissioned and booted
  Job job_ = Job::none;   // what the line is busy with
  Backoff identity_backoff_{10 * kUsPerSecond, 300 * kUsPerSecond};
  std::int64_t identity_at_us_ = 0;
  std::int64_t poll_at_us_ = kNever;
  std::uint8_t poll_retries_ = 0;
  std::int64_t renewed_at_failures_ = 0;
  // An association the meter has released: its link is closed next.
  bool close_pending_ = false;
  protocol::dlms::Sap close_client_ = 0;
  protocol::dlms::Sap close_server_ = 0;
  // An answer the modem's stack has no room for yet, wrapper header included.
  std::uint32_t answer_connection_ = 0;
  std::size_t answer_size_ = 0;
  std::array<std::uint8_t, CM1_BUFFER_BYTES> answer_;
  // Where each push in flight ends in the octets sent to the head-end.
  std::array<std::uint64_t, kMaxInFlight> ends_{};
  std::size_t in_flight_ = 0;
  Leds leds_;
};

}  // namespace cm1::fw
