// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "dcu/app/concentrator.hpp"
#include "kernel/agenda.hpp"
#include "models/core/parts/firmware_call.hpp"

namespace sim::run {

// The concentrator's program, and the only way into it: what crashes inside is named with upcall
// and time, as the firmware of a meter is. Empty while the supply is off.
class ProgramGate final : public protocol::prime::ModemClient {
 public:
  ProgramGate(const kernel::Agenda& agenda, std::uint32_t number)
      : agenda_(agenda), number_(number) {}

  bool running() const { return program_ != nullptr; }
  bool boot(const dcu::app::Ports& ports, dcu::app::Observer& observer) {
    return call("boot", [&] {
      program_ = std::make_unique<dcu::app::Concentrator>(ports, observer);
      return program_->boot();
    });
  }
  void remove() {
    call("power off", [&] { program_.reset(); });
  }

  void on_timer() {
    if (running()) call("on_timer", [&] { program_->on_timer(); });
  }
  void on_stream_open(dcu::app::StreamId stream, dcu::app::Door door) {
    call("on_stream_open", [&] { program_->on_stream_open(stream, door); });
  }
  void on_stream_data(dcu::app::StreamId stream, protocol::Bytes octets) {
    call("on_stream_data", [&] { program_->on_stream_data(stream, octets); });
  }
  void on_stream_closed(dcu::app::StreamId stream) {
    call("on_stream_closed", [&] { program_->on_stream_closed(stream); });
  }
  void on_frame(const protocol::prime::ReceivedFrame& frame) override {
    call("on_frame", [&] { program_->modem_client().on_frame(frame); });
  }
  void on_beacon(const protocol::prime::HeardBeacon& beacon) override {
    call("on_beacon", [&] { program_->modem_client().on_beacon(beacon); });
  }
  void on_beacon_lost() override {
    call("on_beacon_lost", [&] { program_->modem_client().on_beacon_lost(); });
  }

  std::vector<dcu::app::NodeInfo> nodes() const {
    return running() ? program_->nodes() : std::vector<dcu::app::NodeInfo>{};
  }
  dcu::app::Counters counters() const {
    return running() ? program_->counters().value_or(dcu::app::Counters{}) : dcu::app::Counters{};
  }

 private:
  template <typename Call>
  std::invoke_result_t<Call> call(const char* upcall, Call&& inside) noexcept {
    const models::FirmwareCall in("concentrator", number_, upcall, agenda_.now());
    return std::forward<Call>(inside)();
  }

  const kernel::Agenda& agenda_;
  std::uint32_t number_;
  std::unique_ptr<dcu::app::Concentrator> program_;
};

}  // namespace sim::run
