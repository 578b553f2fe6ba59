// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "models/core/grid/mains.hpp"
#include "models/core/load/supply_point.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/parts/rs485.hpp"
#include "tests/rigs/devices/scripted_firmware.hpp"

namespace device_test {

struct ConstantLoad final : models::LoadSource {
  models::HomeLoad at(std::int64_t) const override { return {1000, 200, 0, true}; }
};

// Stands in for OpenSSL where a test is not about cryptography.
struct PlainCrypto final : protocol::crypto::Engine {
  bool gcm_seal(const protocol::crypto::Key128& key, protocol::Bytes, protocol::Bytes,
                protocol::Bytes in, protocol::MutableBytes out,
                protocol::MutableBytes tag) override {
    for (std::size_t n = 0; n < in.size(); ++n) {
      out[n] = static_cast<std::uint8_t>(in[n] ^ key[0]);
    }
    for (auto& octet : tag) octet = key[1];
    return true;
  }
  bool gcm_open(const protocol::crypto::Key128&, protocol::Bytes, protocol::Bytes, protocol::Bytes,
                protocol::Bytes tag, protocol::MutableBytes) override {
    return tag[0] == 1;
  }
  bool wrap(const protocol::crypto::Key128&, protocol::Bytes, protocol::MutableBytes) override {
    return false;
  }
  bool unwrap(const protocol::crypto::Key128&, protocol::Bytes in,
              protocol::MutableBytes out) override {
    return in.size() == out.size() + 8;
  }
  void random(protocol::MutableBytes) override {}
};

struct MeterBenchOptions {
  bool detailed = false;
  bool lazy = true;
  models::DeviceTolerance tolerance;
  const meter_firmware* firmware = &scripted_meter();
  models::ImageLibrary* images = nullptr;
};

// One meter on the bench with a scripted firmware, a constant load and a quiet grid.
struct MeterBench {
  explicit MeterBench(const MeterBenchOptions& options = {})
      : mains({.frequency_spread_hz = 0, .voltage_spread_percent = 0}, kernel::kNsPerDay),
        supply(mains, load),
        afe(1, 0, 1, {}, false),
        pool(METER_BUFFER_BYTES),
        services{agenda, crypto, pool, 1},
        line(agenda, models::node_id(0, models::kNodeLine)) {
    meter_script() = {};
    models::MeterNodeConfig config;
    config.firmware = options.firmware;
    config.detailed = options.detailed;
    config.lazy = options.lazy;
    config.tolerance = options.tolerance;
    config.rtc_start_ticks = 1000 * 32768;
    config.images = options.images;
    node = std::make_unique<models::MeterNode>(
        services, config,
        std::make_unique<models::ElectricalFeed>(
            supply, afe, options.detailed ? models::FeedTier::detailed : models::FeedTier::fleet));
    node->board().uarts.attach(METER_UART_RS485, line.end(0));
    line.attach(0, node->board().uarts.receiver(METER_UART_RS485));
  }
  ~MeterBench() { node.reset(); }
  void start() { node->power(0, true); }
  void run_for(kernel::TimeNs span) { agenda.run_until(agenda.now() + span); }
  void alarm_at(std::int64_t uptime_us) { hal().clock->alarm_us(context(), uptime_us); }
  const meter_hal& hal() { return *meter_script().hal; }
  void* context() { return meter_script().hal->context; }
  bool saw(const std::string& what) const {
    for (const std::string& entry : meter_script().log) {
      if (entry == what) return true;
    }
    return false;
  }

  kernel::Agenda agenda;
  ConstantLoad load;
  models::MainsSchedule mains;
  models::SupplyPoint supply;
  models::Afe afe;
  PlainCrypto crypto;
  models::BufferPool pool;
  models::NodeServices services;
  models::Rs485Line line;
  std::unique_ptr<models::MeterNode> node;
};

}  // namespace device_test
