// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/reception.hpp"

#include <algorithm>

#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"
#include "plc-channel/channel/complex.hpp"
#include "plc-channel/medium/station_modem.hpp"

namespace plc {

namespace prime = protocol::prime;

namespace {

constexpr kernel::TimeNs kPreambleNs = prime::kPreambleUs * kernel::kNsPerUs;
constexpr kernel::TimeNs kPayloadAtNs = kPreambleNs + prime::kHeaderSymbols * kSymbolNs;
constexpr double kNoDisturbance = 0.01;  // 20 dB below the noise
constexpr int kDeepest = 4;  // frames that overlap in a chain; beyond, the first counts as heard

constexpr double seconds(kernel::TimeNs ns) { return static_cast<double>(ns) * 1e-9; }

}  // namespace

void Reception::find_disturbances(const OnAir& frame, const StationModem& receiver) {
  disturbances_.clear();
  traffic_.for_others(frame, [&](const OnAir& other) {
    if (other.station == receiver.station()) return;
    const double ratio =
        from_decibels(channel_.snr_db(other.station, receiver.station(), frame.start, other.level));
    if (ratio > kNoDisturbance) disturbances_.push_back({other.start, other.end, ratio});
  });
}

// Loss exponent of so many symbols spread over [from, to): each piece at its own ratio.
double Reception::exponent(const PacketErrorTable::Curve& curve, double snr_db, double symbols,
                           kernel::TimeNs from, kernel::TimeNs to) const {
  if (from >= to) return 0;
  cuts_.assign({from, to});
  for (const Disturbance& d : disturbances_) {
    if (d.start > from && d.start < to) cuts_.push_back(d.start);
    if (d.end > from && d.end < to) cuts_.push_back(d.end);
  }
  std::ranges::sort(cuts_);
  double sum = 0;
  for (std::size_t n = 0; n + 1 < cuts_.size(); ++n) {
    double rise = 1;
    for (const Disturbance& d : disturbances_) {
      if (d.start < cuts_[n + 1] && d.end > cuts_[n]) rise += d.ratio;
    }
    const double share =
        static_cast<double>(cuts_[n + 1] - cuts_[n]) / static_cast<double>(to - from);
    const double here_db = rise > 1 ? snr_db - decibels(rise) : snr_db;
    if (share > 0) sum += symbols * share * PacketErrorTable::at(curve, here_db);
  }
  return sum;
}

Reception::Exponents Reception::exponents(const OnAir& frame, StationId receiver,
                                          double snr_db) const {
  const double impulses = channel_.noise(receiver, frame.start).impulses_per_s;
  const kernel::TimeNs header = frame.start + kPreambleNs;
  const kernel::TimeNs payload = frame.start + kPayloadAtNs;
  const auto& curve = errors_.symbol[static_cast<std::size_t>(frame.scheme)];
  return {exponent(errors_.sync, snr_db, 1, frame.start, header) +
              exponent(errors_.header, snr_db, prime::kHeaderSymbols, header, payload) +
              impulses * seconds(kPayloadAtNs),
          exponent(curve, snr_db, frame.symbols, payload, frame.end) +
              impulses * seconds(frame.end - payload)};
}

namespace {

// Two uniform numbers of one frame at one receiver: for what precedes the payload, and for that.
struct Luck {
  double header;
  double payload;
};

Luck luck(std::uint64_t seed, std::uint32_t receiver, const OnAir& frame) {
  const auto words = kernel::philox4x32(seed, receiver, kernel::kPurposePlcReception, frame.number);
  return {kernel::unit_open(words[0]), kernel::unit_open(words[1])};
}

bool survives(double uniform, double exponent) {
  return uniform < kernel::det_exp(-std::min(exponent, 600.0));
}

}  // namespace

bool Reception::recognised(const OnAir& frame, const StationModem& receiver, int depth) {
  const StationId at = receiver.station();
  if (!receiver.powered() || receiver.powered_since() > frame.start) return false;
  if (receiver.sending_in(frame.start, frame.start + kPayloadAtNs)) return false;
  const double snr_db = channel_.snr_db(frame.station, at, frame.start, frame.level);
  if (snr_db < config_.audible_snr_db) return false;
  if (depth < kDeepest && occupied(frame, receiver, depth + 1)) return false;
  find_disturbances(frame, receiver);
  const Exponents odds = exponents(frame, at, snr_db);
  return survives(luck(config_.seed, draw_entity(at), frame).header, odds.sync_header);
}

bool Reception::occupied(const OnAir& frame, const StationModem& receiver, int depth) {
  std::vector<OnAir> earlier;
  traffic_.for_others(frame, [&](const OnAir& other) {
    const bool before = other.start < frame.start && other.end > frame.start;
    if (before && other.station != receiver.station()) earlier.push_back(other);
  });
  return std::ranges::any_of(
      earlier, [&](const OnAir& other) { return recognised(other, receiver, depth); });
}

Reception::Verdict Reception::judge(const OnAir& frame, const StationModem& receiver,
                                    double snr_db) {
  const StationId at = receiver.station();
  OnAir own;
  if (receiver.sending_in(frame.start, frame.end) ||
      receiver.sender().beacon_in(frame.start, frame.end, own) || occupied(frame, receiver, 0)) {
    return {Outcome::deaf, false};
  }
  find_disturbances(frame, receiver);
  const Luck draws = luck(config_.seed, draw_entity(at), frame);
  const Exponents odds = exponents(frame, at, snr_db);
  Verdict verdict;
  verdict.recognised = survives(draws.header, odds.sync_header);
  const bool whole = verdict.recognised && survives(draws.payload, odds.payload);
  if (whole) return verdict;
  verdict.outcome = Outcome::noise;
  if (!disturbances_.empty()) {
    disturbances_.clear();
    const Exponents alone = exponents(frame, at, snr_db);
    if (survives(draws.header, alone.sync_header) && survives(draws.payload, alone.payload)) {
      verdict.outcome = Outcome::collision;
    }
  }
  // Nothing behind the header: nothing to damage.
  if (verdict.recognised && frame.symbols == 0) verdict = {};
  return verdict;
}

double Reception::beacon_loss(StationId source, StationId at, kernel::TimeNs start) const {
  const double snr_db = channel_.snr_db(source, at, start);
  const double impulses = channel_.noise(at, start).impulses_per_s * seconds(kBeaconNs);
  const unsigned symbols = prime::payload_symbols(prime::kBeaconOctets, Scheme::dbpsk_f);
  const double through =
      (1 - errors_.frame_error(Scheme::dbpsk_f, snr_db, symbols)) * kernel::det_exp(-impulses);
  return 1 - through;
}

}  // namespace plc
