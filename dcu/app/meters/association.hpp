// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/app/meters/poller.hpp"

namespace dcu::app {

// One association with one meter, from opening to release, for the jobs of its line.
class Association {
 public:
  enum class Step : std::uint8_t {
    free,
    associating,
    reading_counter,
    releasing_public,
    ready,  // associated, nothing asked
    requesting,
    releasing,
  };

  Association(Core& core, Poller& poller);

  void begin(MeterIndex meter);
  bool on_data(std::uint8_t client, Bytes apdu);
  bool on_sent(fw::SendHandle handle, bool ok);
  // Asks for what is next on the line, or releases.
  void next();
  void end();

  bool ready() const { return step_ == Step::ready; }
  bool public_client() const { return public_client_; }
  const Job* job() const { return job_; }
  void forget_job() { job_ = nullptr; }

 private:
  using ClientEvent = protocol::dlms::ClientEvent;

  Poller::Line& line();
  MeterEntry& entry();
  void associate(bool public_client);
  void request();
  void transmit(const protocol::Result<Bytes>& apdu);
  void await(std::int64_t seconds);
  void on_event(const ClientEvent& event);
  void on_associated();
  void on_rejected();
  void on_counter(const ClientEvent& event);
  void on_answer(const ClientEvent& event);
  void on_timeout();
  void rewind();
  void retry_or_fail(PollOutcome outcome);
  void release();
  void reserve_counters();

  Core& core_;
  Poller& poller_;
  MeterIndex meter_ = kNoMeter;
  std::optional<protocol::dlms::ClientSession> client_;
  Octets work_;
  Step step_ = Step::free;
  bool public_client_ = false;
  bool counter_read_ = false;
  bool keys_tried_ = false;
  protocol::dlms::Keys keys_;  // of this association
  std::uint32_t attempts_ = 0;
  Job* job_ = nullptr;  // whose operation was asked for
  fw::SendHandle handle_ = fw::kNotSent;
  UtcNs sent_ = 0;
  Agenda::Ticket timer_ = Agenda::kNone;
};

}  // namespace dcu::app
