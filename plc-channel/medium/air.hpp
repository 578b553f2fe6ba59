// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "plc-channel/medium/frame_kind.hpp"
#include "plc-channel/medium/medium.hpp"
#include "plc-channel/medium/station_modem.hpp"

namespace plc {

// What the modems of a medium share: who is on the air, and what receivers make of it.
class Air final : public BeaconLoss {
 public:
  Air(kernel::Agenda& agenda, const Channel& channel, const PacketErrorTable& errors,
      const MediumConfig& config);

  Modem& add(StationId station, kernel::EntityId id);
  StationModem* modem(StationId station) const { return modems_[station].get(); }
  std::uint32_t n_stations() const { return channel_.n_stations(); }

  kernel::Agenda& agenda() const { return agenda_; }
  const Channel& channel() const { return channel_; }
  const MediumConfig& config() const { return config_; }
  void set_observer(Observer* observer) { observers_[0] = observer; }
  void add_observer(Observer& observer) { observers_.push_back(&observer); }
  template <typename Call>
  void observe(Call&& call) const {
    for (Observer* observer : observers_) {
      if (observer != nullptr) call(*observer);
    }
  }
  MediumCounters& counters() { return counters_; }
  const MediumCounters& counters() const { return counters_; }

  // ---- Frames ----
  // Takes the frame onto the air; number and kind are set here.
  void begin(OnAir& frame, protocol::Bytes mpdu);
  void end(const OnAir& frame, const std::vector<std::uint8_t>& mpdu);
  void truncate(const OnAir& frame);
  bool carrier(StationId at, kernel::TimeNs now) const;

  // ---- Beacons ----
  void emission_changed(const StationModem& source, const Emission& before);
  const std::vector<const StationModem*>& emitters() const { return emitters_; }
  bool audible(StationId from, StationId to) const {
    return channel_.mean_snr_db(from, to) >= config_.audible_snr_db;
  }
  double beacon_loss(StationId source, StationId at, kernel::TimeNs start) const override;
  std::uint64_t beacon_seed() const override { return config_.seed; }
  std::uint32_t network() const override { return channel_.feeder().number; }

 private:
  struct Flight {
    OnAir frame;
    FrameKind kind;
    bool down;
  };
  struct Delivery {
    StationModem* to;
    float snr_db;
    bool damaged;
  };
  struct Exponents {
    double sync_header = 0;
    double payload = 0;
  };

  const std::vector<StationId>& neighbours(StationId station);
  template <typename Call>
  void for_others(const OnAir& frame, Call&& call) const;

  // reception.cpp: what a receiver makes of a frame.
  struct Verdict {
    Outcome outcome = Outcome::ok;
    bool recognised = true;  // preamble and header came through
  };
  Verdict judge(const OnAir& frame, const StationModem& receiver, double snr_db);
  // Another frame or beacon had the receiver's attention when this one began.
  bool occupied(const OnAir& frame, const StationModem& receiver, int depth);
  bool recognised(const OnAir& frame, const StationModem& receiver, int depth);
  void find_disturbances(const OnAir& frame, const StationModem& receiver);
  Exponents exponents(const OnAir& frame, StationId receiver, double snr_db) const;
  double exponent(const PacketErrorTable::Curve& curve, double snr_db, double symbols,
                  kernel::TimeNs from, kernel::TimeNs to) const;
  void damage(const OnAir& frame, StationId receiver, std::vector<std::uint8_t>& octets) const;
  std::uint32_t draw_entity(StationId station) const { return (network() << 12) | station; }
  Sending sending(const Flight& flight, protocol::Bytes mpdu) const;
  void prune();

  kernel::Agenda& agenda_;
  const Channel& channel_;
  const PacketErrorTable& errors_;
  MediumConfig config_;
  std::vector<Observer*> observers_{nullptr};  // the first can be exchanged
  MediumCounters counters_;
  std::vector<std::unique_ptr<StationModem>> modems_;  // by station; empty: no modem
  std::vector<const StationModem*> emitters_;          // of beacons, by station
  std::vector<std::vector<StationId>> neighbours_;     // who may hear a station; filled on demand
  std::vector<Flight> flights_;                        // on the air, by start
  std::vector<OnAir> past_;                            // ended, still of interest
  std::uint64_t frames_ = 0;
  FrameMemory memory_;
  // Scratch of one judgement.
  struct Disturbance {
    kernel::TimeNs start;
    kernel::TimeNs end;
    double ratio;  // to the receiver's noise
  };
  std::vector<Disturbance> disturbances_;
  mutable std::vector<kernel::TimeNs> cuts_;
  std::vector<Delivery> deliveries_;
  std::vector<std::uint8_t> octets_;
  std::vector<std::uint8_t> damaged_;
};

}  // namespace plc
