// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/medium.hpp"

#include "plc-channel/medium/air.hpp"

namespace plc {

Medium::Medium(kernel::Agenda& agenda, const Channel& channel, const PacketErrorTable& errors,
               const MediumConfig& config)
    : air_(std::make_unique<Air>(agenda, channel, errors, config)) {}
Medium::~Medium() = default;

Modem& Medium::add_station(StationId station, kernel::EntityId id) {
  return air_->add(station, id);
}
void Medium::set_observer(Observer* observer) { air_->set_observer(observer); }
void Medium::add_observer(Observer& observer) { air_->add_observer(observer); }
const Channel& Medium::channel() const { return air_->channel(); }
kernel::Agenda& Medium::agenda() { return air_->agenda(); }

MediumCounters Medium::counters() const {
  MediumCounters counters = air_->counters();
  KindCounters& beacons = counters.kinds[static_cast<std::size_t>(FrameKind::beacon)];
  for (StationId s = 0; s < air_->n_stations(); ++s) {
    const std::uint64_t sent = this->beacons(s).sent;
    beacons.frames += sent;
    beacons.octets += sent * protocol::prime::kBeaconOctets;
    beacons.airtime_ns += static_cast<kernel::TimeNs>(sent) * kBeaconNs;
  }
  return counters;
}

BeaconCounters Medium::beacons(StationId station) const {
  const StationModem* const modem = air_->modem(station);
  if (modem == nullptr) return {};
  const kernel::TimeNs now = air_->agenda().now();
  const BeaconListener& listener = modem->listener();
  return {modem->sender().sent(now), listener.received(now), listener.missed(now), listener.lost()};
}

}  // namespace plc
