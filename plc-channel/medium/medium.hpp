// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "plc-channel/medium/observer.hpp"
#include "plc-channel/medium/reception.hpp"
#include "plc-channel/medium/station_modem.hpp"

namespace plc {

// One substation's power line: all its modems, on one agenda; who is on the air, and what becomes
// of it. Frames carry their octets; beacons are arithmetic.
class Medium {
 public:
  Medium(kernel::Agenda& agenda, const Channel& channel, const PacketErrorTable& errors,
         const MediumConfig& config);
  Medium(const Medium&) = delete;
  Medium& operator=(const Medium&) = delete;

  // The modem lives as long as the medium; off at first. id: of its timers.
  Modem& add_station(StationId station, kernel::EntityId id);
  void set_observer(Observer* observer) { observers_[0] = observer; }
  // One more, for as long as the medium lives.
  void add_observer(Observer& observer) { observers_.push_back(&observer); }

  // Beacons up to now included.
  MediumCounters counters() const;
  BeaconCounters beacons(StationId station) const;
  kernel::Agenda& agenda() const { return agenda_; }
  const Channel& channel() const { return channel_; }

  // ---- For its modems ----
  const MediumConfig& config() const { return config_; }
  const Reception& reception() const { return reception_; }
  template <typename Call>
  void observe(Call&& call) const {
    for (Observer* observer : observers_) {
      if (observer != nullptr) call(*observer);
    }
  }

  // Takes the frame onto the air; number and kind are set here.
  void begin(OnAir& frame, protocol::Bytes mpdu);
  void end(const OnAir& frame, const std::vector<std::uint8_t>& mpdu);
  void truncate(const OnAir& frame);
  void refuse() { ++counters_.refused; }
  bool carrier(StationId at, kernel::TimeNs now) const;

  void emission_changed(const BeaconSender& source, const Emission& before);
  const std::vector<const BeaconSender*>& emitters() const { return traffic_.emitters; }
  bool audible(StationId from, StationId to) const {
    return channel_.mean_snr_db(from, to) >= config_.audible_snr_db;
  }

 private:
  struct Delivery {
    StationModem* to;
    float snr_db;
    bool damaged;
  };

  const std::vector<StationId>& neighbours(StationId station);
  Traffic::Flight take_off_air(const OnAir& frame);
  void judge_all(const Traffic::Flight& flight);
  void damage(const OnAir& frame, StationId receiver, std::vector<std::uint8_t>& octets) const;
  Sending sending(const Traffic::Flight& flight, protocol::Bytes mpdu) const;
  void prune();

  kernel::Agenda& agenda_;
  const Channel& channel_;
  MediumConfig config_;
  std::vector<Observer*> observers_{nullptr};  // the first can be exchanged
  MediumCounters counters_;
  std::vector<std::unique_ptr<StationModem>> modems_;  // by station; empty: no modem
  std::vector<std::vector<StationId>> neighbours_;     // who may hear a station; filled on demand
  Traffic traffic_;
  Reception reception_;
  std::uint64_t frames_ = 0;
  FrameMemory memory_;
  // Of the frame that ends now.
  std::vector<Delivery> deliveries_;
  std::vector<std::uint8_t> octets_;
  std::vector<std::uint8_t> damaged_;
};

}  // namespace plc
