// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/store/durable.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "protocol/crc32.hpp"

namespace meter::fw {
namespace {

template <typename State>
Bytes octets_of(const State& state) {
  return {reinterpret_cast<const std::uint8_t*>(&state), sizeof state};
}

template <typename State>
bool read_copy(Bytes copy, State& state) {
  std::uint32_t crc;
  std::memcpy(&state, copy.data(), sizeof state);
  std::memcpy(&crc, copy.data() + sizeof state, sizeof crc);
  // Blank RAM has a valid-looking CRC of zero only by accident; sequence 0 is never written.
  return state.sequence != 0 && crc == protocol::crc32(octets_of(state));
}

// The pair of copies of a state.
template <typename State>
MutableBytes copies_of(const Hal& hal) {
  constexpr std::size_t kBefore = std::is_same_v<State, DurableState> ? 0
                                  : std::is_same_v<State, BillingState>
                                      ? 2 * kRetainedCopyOctets
                                      : 2 * (kRetainedCopyOctets + kCopyOctets<BillingState>);
  return hal.retained().subspan(kBefore, 2 * kCopyOctets<State>);
}

// The newest of two good copies; false: none is.
template <typename State>
bool open_copies(const Hal& hal, State& state) {
  bool found = false;
  State candidate;
  for (std::size_t copy = 0; copy < 2; ++copy) {
    const auto octets =
        copies_of<State>(hal).subspan(copy * kCopyOctets<State>, kCopyOctets<State>);
    if (!read_copy(octets, candidate)) continue;
    if (!found || candidate.sequence > state.sequence) state = candidate;
    found = true;
  }
  return found;
}

template <typename State>
void save_copy(const Hal& hal, State& state) {
  ++state.sequence;
  const MutableBytes copy =
      copies_of<State>(hal).subspan((state.sequence & 1u) * kCopyOctets<State>, kCopyOctets<State>);
  const std::uint32_t crc = protocol::crc32(octets_of(state));
  std::memcpy(copy.data(), &state, sizeof state);
  std::memcpy(copy.data() + sizeof state, &crc, sizeof crc);
}

// The parts of the billing state, as they stand in flash: each whole, each of some instant.
template <typename Part>
struct BillingBlock {
  std::uint32_t sequence = 0;
  Part part;
};
static_assert(std::is_trivially_copyable_v<BillingBlock<RateState>>);

}  // namespace

bool Durable::open(const Hal& hal, const Parameters& parameters) {
  const bool found = open_copies(hal, state);
  lost_ = !found;
  DurableState candidate;
  if (parameters.load(hal, BlockKind::checkpoint, candidate) &&
      (!found || candidate.sequence > state.sequence)) {
    state = candidate;
  }
  open_billing(hal, parameters);
  const bool kept = hal.retained().size() >= retained_octets(3) && open_copies(hal, phases);
  if (!kept && !parameters.load(hal, BlockKind::checkpoint_phases, phases)) phases = {};
  return found;
}

void Durable::open_billing(const Hal& hal, const Parameters& parameters) {
  if (!open_copies(hal, billing)) {
    billing = {};
    BillingBlock<RateState> rates;
    BillingBlock<DemandState> demand;
    if (parameters.load(hal, BlockKind::checkpoint_rates, rates)) billing.rates = rates.part;
    if (parameters.load(hal, BlockKind::checkpoint_demand, demand)) billing.demand = demand.part;
    billing.sequence = std::max(rates.sequence, demand.sequence);
  }
  if (billing.rates.active >= kRates) billing.rates = {};
  // Totals that are older than the rates: what was settled was there, and more than that nobody
  // knows.
  for (std::size_t quantity = 0; quantity < kQuantities; ++quantity) {
    std::uint32_t settled = 0;
    for (const auto& wh : billing.rates.wh) settled += wh[quantity];
    EnergyRegister& total = state.energy[quantity];
    if (static_cast<std::int32_t>(total.wh - settled) < 0) total = {settled, 0};
  }
}

void Durable::save(const Hal& hal) { save_copy(hal, state); }

bool Durable::restore_turned(const Hal& hal) {
  const auto copy = copies_of<DurableState>(hal).subspan(
      (state.sequence & 1u) * kCopyOctets<DurableState>, sizeof(DurableState));
  // Number, energies by quadrant and rests of pulses stand in front, together.
  constexpr std::size_t kFront = offsetof(DurableState, push_cursor);
  constexpr std::size_t kApparent = offsetof(DurableState, apparent);
  if (std::memcmp(copy.data(), &state, kFront) == 0 &&
      std::memcmp(&copy[kApparent], &state.apparent, sizeof state.apparent) == 0) {
    return true;
  }
  DurableState saved;
  const bool found = open_copies(hal, saved);
  if (found && saved.sequence + 1 != state.sequence) {
    state.sequence = saved.sequence;
    state.energy = saved.energy;
    state.pulse_rest_uj = saved.pulse_rest_uj;
    state.apparent = saved.apparent;
  } else {
    save(hal);  // it is the copy that changed
  }
  return false;
}

void Durable::save_billing(const Hal& hal) {
  billing_changed_ = true;
  save_copy(hal, billing);
}

void Durable::save_phases(const Hal& hal) { save_copy(hal, phases); }

// The totals first: rates of a later instant could exceed them.
bool Durable::checkpoint(const Hal& hal, Parameters& parameters) {
  save(hal);
  if (!parameters.store(hal, BlockKind::checkpoint, state)) return false;
  if (phases.sequence != 0 && !parameters.store(hal, BlockKind::checkpoint_phases, phases)) {
    return false;
  }
  if (!billing_changed_) return true;
  const BillingBlock<RateState> rates{billing.sequence, billing.rates};
  const BillingBlock<DemandState> demand{billing.sequence, billing.demand};
  billing_changed_ = !parameters.store(hal, BlockKind::checkpoint_rates, rates) ||
                     !parameters.store(hal, BlockKind::checkpoint_demand, demand);
  return !billing_changed_;
}

}  // namespace meter::fw
