// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <cstdint>

#include <memory>
#include <utility>
#include <vector>

#include "kernel/agenda.hpp"
#include "plc-channel/medium/medium.hpp"
#include "protocol/prime/pdu.hpp"

namespace plc_test {

namespace prime = protocol::prime;
using Octets = std::vector<std::uint8_t>;

// Meters one after the other along one cable, all on the same phase, without noise that varies.
inline plc::Feeder straight_line(std::uint32_t n_meters, double spacing_m) {
  plc::Feeder feeder;
  feeder.cables = {plc::kNayy4x150, plc::kNayy4x50, plc::kNayy4x35};
  feeder.buses.emplace_back();
  feeder.stations.emplace_back();
  for (std::uint32_t n = 1; n <= n_meters; ++n) {
    const double at = spacing_m * n;
    feeder.buses.push_back({n - 1, spacing_m, 0, {at, 0}, at});
    feeder.stations.push_back({n, 1, 15, 2, {at, 15}, at + 15});
  }
  return feeder;
}
inline plc::ChannelConfig quiet() {
  plc::ChannelConfig config;
  config.noise.k_sigma = 0;
  config.noise.base_k_sigma = 0;
  config.noise.evening_db = 0;
  config.noise.epoch_sigma_db = 0;
  config.noise.access_sigma_db = 0;
  config.noise.interferers_per_day = 0;
  config.noise.impulses_per_s = 0;
  return config;
}
// The quiet channel with so much power that one link has this signal to noise ratio.
inline plc::ChannelConfig quiet_with(const plc::Feeder& feeder, plc::StationId from,
                                     plc::StationId to, double snr_db) {
  plc::ChannelConfig config = quiet();
  const plc::Channel channel(feeder, config);
  config.transmit_dbuv += snr_db - channel.mean_snr_db(from, to);
  return config;
}

inline const plc::PacketErrorTable& errors() {
  static const plc::PacketErrorTable table = plc::closed_form_packet_errors();
  return table;
}

struct Heard {
  kernel::TimeNs at;
  Octets mpdu;
  std::int32_t snr_cdb;
  kernel::TimeNs start;
};

class Listener final : public prime::ModemClient {
 public:
  explicit Listener(kernel::Agenda& agenda) : agenda_(agenda) {}
  void on_frame(const prime::ReceivedFrame& frame) override {
    frames.push_back({agenda_.now(),
                      {frame.mpdu.begin(), frame.mpdu.end()},
                      frame.snr_cdb,
                      frame.start_us * kernel::kNsPerUs});
  }
  void on_beacon(const prime::HeardBeacon& beacon) override {
    beacons.push_back(beacon);
    beacon_times.push_back(agenda_.now());
  }
  void on_beacon_lost() override { lost.push_back(agenda_.now()); }

  std::vector<Heard> frames;
  std::vector<prime::HeardBeacon> beacons;
  std::vector<kernel::TimeNs> beacon_times;
  std::vector<kernel::TimeNs> lost;

 private:
  kernel::Agenda& agenda_;
};

// A medium with a modem and a listener at each station, powered, hearing every frame.
class Line {
 public:
  Line(const plc::Feeder& feeder, const plc::ChannelConfig& config,
       const plc::MediumConfig& medium_config = {})
      : channel(feeder, config), medium(agenda, channel, errors(), medium_config) {
    for (plc::StationId s = 0; s < channel.n_stations(); ++s) {
      modems.push_back(&medium.add_station(s, s + 1));
      listeners.push_back(std::make_unique<Listener>(agenda));
      modems[s]->set_client(listeners[s].get());
      modems[s]->power(true);
      hear_all(s);
    }
  }
  void hear_all(plc::StationId s) {
    const prime::FilterRule all{0, 0};
    modems[s]->set_filter({&all, 1});
  }
  plc::Modem& modem(plc::StationId s) { return *modems[s]; }
  Listener& at(plc::StationId s) { return *listeners[s]; }

  kernel::Agenda agenda;
  plc::Channel channel;
  plc::Medium medium;
  std::vector<plc::Modem*> modems;
  std::vector<std::unique_ptr<Listener>> listeners;
};

// A data frame downlink to a node, complete with checksums.
inline Octets data_frame(std::uint16_t lnid, std::size_t payload, std::uint8_t fill = 0x55) {
  Octets content(payload, fill);
  prime::Packet packet;
  packet.lcid = 1;
  packet.lnid = lnid;
  packet.payload = content;
  Octets octets(payload + prime::kGpduOverhead);
  protocol::Writer out(octets);
  EXPECT_TRUE(prime::encode_gpdu({true, 0}, packet, prime::NetworkSeed(prime::Sna{}), out));
  return octets;
}

inline plc::BeaconMpdu beacon(std::uint8_t sid, std::uint8_t slot = 0, std::uint8_t frequency = 0,
                              std::uint8_t quality = 7) {
  prime::Beacon b;
  b.sid = sid;
  b.slot = slot;
  b.beacon_slots = 5;
  b.frequency_code = frequency;
  b.quality = quality;
  b.sna = {2, 0x41, 0x44, 0, 0, 1};
  return prime::encode(b);
}
inline prime::BeaconPlan base_plan(kernel::TimeNs epoch, std::uint8_t quality = 7) {
  prime::BeaconPlan plan;
  plan.mpdu = beacon(0, 0, 0, quality);
  plan.own_time = true;
  plan.epoch_us = epoch / kernel::kNsPerUs;
  return plan;
}
inline constexpr kernel::TimeNs kFrameNs = prime::kFrameUs * kernel::kNsPerUs;
inline constexpr kernel::TimeNs kMs = kernel::kNsPerMs;

}  // namespace plc_test
