// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/app/meters/poller.hpp"

namespace dcu::app {

// One association with one meter.
struct Poller::Session {
  enum class Step : std::uint8_t {
    free,
    associating,
    reading_counter,
    releasing_public,
    ready,  // associated, nothing asked
    requesting,
    releasing,
  };
  MeterIndex meter = kNoMeter;
  std::optional<protocol::dlms::ClientSession> client;
  Octets work;
  Step step = Step::free;
  bool public_client = false;
  bool counter_read = false;
  bool keys_tried = false;
  std::uint32_t attempts = 0;
  Job* job = nullptr;  // whose operation was asked for
  fw::SendHandle handle = fw::kNotSent;
  UtcNs sent = 0;
  Agenda::Ticket timer = Agenda::kNone;
};

}  // namespace dcu::app
