// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "models/core/load/source.hpp"
#include "models/core/meter/meter_node.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/typetest/front_end.hpp"
#include "sim/typetest/optical_head.hpp"

namespace sim::typetest {

// What all meters on the bench share.
struct BenchContext {
  const meter_firmware& firmware;
  std::uint64_t seed = 1;
  const models::MainsSchedule& mains;  // as long as the test takes; nobody measures it
};

// One meter with drawn parts on the bench: its firmware on the hardware that the fleet has, fed by
// the source window by window with all samples.
class BenchMeter {
 public:
  // `number` keys its draws, from 1.
  BenchMeter(const BenchContext& context, std::uint32_t number);
  ~BenchMeter();
  BenchMeter(const BenchMeter&) = delete;
  BenchMeter& operator=(const BenchMeter&) = delete;

  // Production line, the firmware's own calibration on this bench, and mains on. A sentence when
  // the firmware refuses a step.
  std::string begin();

  // From the next window on.
  void set(const Setting& setting);
  void run_window();
  // What the clock gains, without a load: seen in the second half of so many seconds.
  double clock_s_per_day(double seconds);
  kernel::TimeNs now() const { return agenda_.now(); }
  int n_phases() const { return static_cast<int>(context_.firmware.n_elements); }

  // Of the windows so far, in order of time.
  const std::vector<kernel::TimeNs>& pulses(meter_pulse_output output) const {
    return pulses_[output];
  }
  void forget_pulses() {
    for (auto& each : pulses_) each.clear();
  }
  std::optional<double> read(const protocol::cosem::Obis& object) { return head_->read(object); }

 private:
  struct NoLoad final : models::LoadSource {
    models::HomeLoad at(std::int64_t) const override { return {}; }
  };
  meter_sums bench_sums(const Setting& setting, kernel::TimeNs from_ns);
  bool calibrate();
  void warm_to(double celsius);
  void note_pulses();

  const BenchContext& context_;
  std::uint32_t number_;
  FrontEnd front_end_;

  kernel::Agenda agenda_;
  NoLoad load_;
  models::SupplyPoint supply_;
  models::Afe unused_afe_;
  protocol::crypto::OpensslEngine crypto_;
  models::BufferPool buffers_;
  models::ElectricalFeed* feed_ = nullptr;  // of the node; silent, the bench feeds
  std::unique_ptr<models::MeterNode> node_;
  std::unique_ptr<OpticalHead> head_;

  const Setting* setting_ = nullptr;
  std::int64_t cycle_ = 0;  // since the source was set
  std::array<std::vector<kernel::TimeNs>, METER_PULSE_OUTPUTS> pulses_;
};

// The source of the production line: balanced, sine.
Setting plain_setting(std::size_t n_phases, double current_a, double lag_deg);

}  // namespace sim::typetest
