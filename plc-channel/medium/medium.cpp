// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/medium.hpp"

#include <algorithm>

#include "kernel/assert.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"

namespace plc {

namespace prime = protocol::prime;

namespace {

// The longest frame: what ended longer ago than this before the oldest frame on the air began can
// neither disturb anything nor have kept a receiver busy.
constexpr kernel::TimeNs kMemoryNs =
    prime::airtime_us(prime::max_mpdu_octets(Scheme::dbpsk_f), Scheme::dbpsk_f) * kernel::kNsPerUs;
constexpr std::uint32_t kLongestDamage = 12;  // octets: an error event of the decoder, or several

std::uint64_t first_octets(protocol::Bytes mpdu) {
  std::uint64_t value = 0;
  for (std::size_t n = 0; n < sizeof value; ++n)
    value = (value << 8) | (n < mpdu.size() ? mpdu[n] : 0);
  return value;
}

}  // namespace

Medium::Medium(kernel::Agenda& agenda, const Channel& channel, const PacketErrorTable& errors,
               const MediumConfig& config)
    : agenda_(agenda),
      channel_(channel),
      config_(config),
      modems_(channel.n_stations()),
      neighbours_(channel.n_stations()),
      reception_(channel, errors, config_, traffic_),
      memory_(channel.n_stations()) {}

Modem& Medium::add_station(StationId station, kernel::EntityId id) {
  TWIN_ASSERT(station < modems_.size() && modems_[station] == nullptr, station, modems_.size());
  modems_[station] = std::make_unique<StationModem>(*this, station, id);
  return *modems_[station];
}

const std::vector<StationId>& Medium::neighbours(StationId station) {
  std::vector<StationId>& list = neighbours_[station];
  if (list.empty()) {
    for (StationId other = 0; other < channel_.n_stations(); ++other) {
      if (other != station && audible(station, other)) list.push_back(other);
    }
  }
  return list;
}

// ---- Frames ----

Sending Medium::sending(const Traffic::Flight& flight, protocol::Bytes mpdu) const {
  const OnAir& frame = flight.frame;
  return {frame.number, frame.station, flight.kind, frame.scheme, frame.level,
          flight.down,  frame.start,   frame.end,   mpdu};
}

void Medium::begin(OnAir& frame, protocol::Bytes mpdu) {
  frame.number = frames_++;
  FrameKind kind = frame_kind(mpdu);
  if (kind == FrameKind::data && memory_.again(frame.station, mpdu)) kind = FrameKind::data_again;
  traffic_.flights.push_back({frame, kind, frame_goes_down(mpdu)});
  KindCounters& counters = counters_.kinds[static_cast<std::size_t>(kind)];
  ++counters.frames;
  counters.octets += mpdu.size();
  counters.airtime_ns += frame.end - frame.start;
  observe([&](Observer& o) { o.on_sending(sending(traffic_.flights.back(), mpdu)); });
}

Traffic::Flight Medium::take_off_air(const OnAir& frame) {
  const auto at =
      std::ranges::find(traffic_.flights, frame.number,
                        [](const Traffic::Flight& flight) { return flight.frame.number; });
  TWIN_ASSERT(at != traffic_.flights.end(), frame.number);
  const Traffic::Flight flight = *at;
  traffic_.flights.erase(at);
  return flight;
}

void Medium::truncate(const OnAir& frame) {
  Traffic::Flight flight = take_off_air(frame);
  KindCounters& counters = counters_.kinds[static_cast<std::size_t>(flight.kind)];
  counters.airtime_ns -= flight.frame.end - frame.end;
  ++counters_.truncated;
  flight.frame = frame;
  traffic_.past.push_back(frame);
  observe([&](Observer& o) { o.on_sent(sending(flight, {})); });
}

// What every receiver whose filter wants the frame makes of it.
void Medium::judge_all(const Traffic::Flight& flight) {
  const OnAir& frame = flight.frame;
  const std::uint64_t first = first_octets(octets_);
  KindCounters& counters = counters_.kinds[static_cast<std::size_t>(flight.kind)];
  deliveries_.clear();
  for (const StationId other : neighbours(frame.station)) {
    StationModem* const receiver = modems_[other].get();
    if (receiver == nullptr || !receiver->wants(first)) continue;
    if (!receiver->powered() || receiver->powered_since() > frame.start) continue;
    const double snr_db = channel_.snr_db(frame.station, other, frame.start, frame.level);
    const Reception::Verdict verdict = reception_.judge(flight.frame, *receiver, snr_db);
    ++counters.outcomes[static_cast<std::size_t>(verdict.outcome)];
    observe([&](Observer& o) {
      o.on_received(sending(flight, octets_), other, verdict.outcome, snr_db);
    });
    if (!verdict.recognised) continue;
    deliveries_.push_back({receiver, static_cast<float>(snr_db), verdict.outcome != Outcome::ok});
  }
}

void Medium::end(const OnAir& frame, const std::vector<std::uint8_t>& mpdu) {
  const Traffic::Flight flight = take_off_air(frame);
  // A receiver's answer may reuse the sender's buffers before the last receiver has been told.
  octets_ = mpdu;
  judge_all(flight);
  traffic_.past.push_back(flight.frame);
  prune();
  observe([&](Observer& o) { o.on_sent(sending(flight, octets_)); });
  for (const Delivery& delivery : deliveries_) {
    const BeaconListener& to = delivery.to->listener();
    prime::ModemClient* const client = to.client();
    if (client == nullptr || !delivery.to->powered()) continue;
    if (delivery.damaged) {
      ++counters_.damaged;
      damaged_ = octets_;
      damage(flight.frame, delivery.to->station(), damaged_);
    }
    client->on_frame({delivery.damaged ? damaged_ : octets_, flight.frame.scheme,
                      to_centidecibels(delivery.snr_db), to.clock().us_at(flight.frame.start)});
  }
}

void Medium::damage(const OnAir& frame, StationId receiver,
                    std::vector<std::uint8_t>& octets) const {
  const auto payload = static_cast<std::uint32_t>(octets.size() - prime::kHeaderMpduOctets);
  constexpr std::uint64_t kBlocks = 4;  // of the stream, for one frame
  kernel::KeyedStream draws(config_.seed, reception_.draw_entity(receiver),
                            kernel::kPurposePlcDamage, frame.number * kBlocks);
  const std::uint32_t from = draws.below(payload);
  const std::uint32_t length = std::min(1 + draws.below(kLongestDamage), payload - from);
  std::uint32_t word = 0;
  for (std::uint32_t n = 0; n < length; ++n) {
    if (n % 4 == 0) word = draws.next_u32();
    // The first octet is wrong for certain.
    const auto flips = static_cast<std::uint8_t>(n == 0 ? 1 + word % 255 : word >> (8 * (n % 4)));
    octets[prime::kHeaderMpduOctets + from + n] ^= flips;
  }
}

void Medium::prune() {
  kernel::TimeNs oldest = agenda_.now();
  for (const Traffic::Flight& flight : traffic_.flights)
    oldest = std::min(oldest, flight.frame.start);
  std::erase_if(traffic_.past, [&](const OnAir& frame) { return frame.end <= oldest - kMemoryNs; });
}

bool Medium::carrier(StationId at, kernel::TimeNs now) const {
  const kernel::TimeNs seen_until = now - config_.turnaround_ns;
  const auto strong = [&](const OnAir& frame) {
    return frame.station != at && frame.start <= seen_until && frame.end > now &&
           channel_.snr_db(frame.station, at, now, frame.level) >= config_.sense_snr_db;
  };
  for (const Traffic::Flight& flight : traffic_.flights) {
    if (strong(flight.frame)) return true;
  }
  OnAir beacon;
  for (const BeaconSender* emitter : traffic_.emitters) {
    if (emitter->beacon_in(now, now + 1, beacon) && strong(beacon)) return true;
  }
  return false;
}

// ---- Beacons ----

void Medium::emission_changed(const BeaconSender& source, const Emission& before) {
  const auto at =
      std::ranges::lower_bound(traffic_.emitters, source.station(), {}, &BeaconSender::station);
  const bool listed = at != traffic_.emitters.end() && *at == &source;
  if (source.emission().active && !listed) traffic_.emitters.insert(at, &source);
  if (!source.emission().active && listed) traffic_.emitters.erase(at);
  for (const auto& modem : modems_) {
    if (modem != nullptr && &modem->sender() != &source)
      modem->listener().source_changed(source, before);
  }
}

MediumCounters Medium::counters() const {
  MediumCounters counters = counters_;
  KindCounters& beacons = counters.kinds[static_cast<std::size_t>(FrameKind::beacon)];
  for (StationId s = 0; s < channel_.n_stations(); ++s) {
    const std::uint64_t sent = this->beacons(s).sent;
    beacons.frames += sent;
    beacons.octets += sent * protocol::prime::kBeaconOctets;
    beacons.airtime_ns += static_cast<kernel::TimeNs>(sent) * kBeaconNs;
  }
  return counters;
}

BeaconCounters Medium::beacons(StationId station) const {
  const StationModem* const modem = modems_[station].get();
  if (modem == nullptr) return {};
  const kernel::TimeNs now = agenda_.now();
  const BeaconListener& listener = modem->listener();
  return {modem->sender().sent(now), listener.received(now), listener.missed(now), listener.lost()};
}

}  // namespace plc
