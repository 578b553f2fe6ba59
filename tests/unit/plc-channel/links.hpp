// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plc-channel/channel/channel.hpp"
#include "plc-channel/channel/network.hpp"

namespace plc_test {

// What the links of a channel do to a signal, solved pair by pair.
class Links {
 public:
  explicit Links(const plc::Channel& channel) : channel_(channel) {
    std::vector<plc::PremisesLoads> premises;
    for (plc::StationId s = 0; s < channel.n_stations(); ++s) {
      premises.push_back(plc::draw_premises(channel.config(), channel.feeder().number, s));
    }
    for (unsigned n = 0; n < plc::kFrequencies; ++n) {
      networks_.emplace_back(channel.feeder(), channel.config(), plc::frequency_hz(n), premises);
    }
  }

  // The same both ways.
  double transfer_ohm(plc::StationId from, plc::StationId to, unsigned frequency) const {
    return plc::abs(column(from, frequency)[to]);
  }
  // From the transmitter's source to the receiver's terminals.
  double gain_db(plc::StationId from, plc::StationId to, unsigned frequency) const {
    const std::vector<plc::Complex> volts = column(from, frequency);
    const plc::Complex source = volts[from] + plc::Complex{channel_.config().output_ohm, 0};
    return plc::decibels(plc::norm(volts[to]) / plc::norm(source));
  }
  // What a modem sees at its terminals.
  double access_impedance_ohm(plc::StationId station, unsigned frequency) const {
    return transfer_ohm(station, station, frequency);
  }

 private:
  std::vector<plc::Complex> column(plc::StationId from, unsigned frequency) const {
    std::vector<plc::Complex> volts(channel_.n_stations());
    networks_.at(frequency).column(from, volts);
    return volts;
  }

  const plc::Channel& channel_;
  std::vector<plc::Network> networks_;  // by frequency
};

}  // namespace plc_test
