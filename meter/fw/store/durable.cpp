// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/store/durable.hpp"

#include <cstring>

#include "protocol/crc32.hpp"

namespace meter::fw {
namespace {

Bytes octets_of(const DurableState& state) {
  return {reinterpret_cast<const std::uint8_t*>(&state), sizeof state};
}

bool read_copy(Bytes copy, DurableState& state) {
  std::uint32_t crc;
  std::memcpy(&state, copy.data(), sizeof state);
  std::memcpy(&crc, copy.data() + sizeof state, sizeof crc);
  // Blank RAM has a valid-looking CRC of zero only by accident; sequence 0 is never written.
  return state.sequence != 0 && crc == protocol::crc32(octets_of(state));
}

}  // namespace

bool Durable::open(const Hal& hal, const Parameters& parameters) {
  bool found = false;
  const MutableBytes retained = hal.retained();
  const auto consider = [&](const DurableState& candidate) {
    if (!found || candidate.sequence > state.sequence) state = candidate;
    found = true;
  };
  DurableState candidate;
  for (std::size_t copy = 0; copy < 2; ++copy) {
    if (read_copy(retained.subspan(copy * kRetainedCopyOctets, kRetainedCopyOctets), candidate)) {
      consider(candidate);
    }
  }
  lost_ = !found;
  if (parameters.load(hal, BlockKind::checkpoint, candidate)) consider(candidate);
  return found;
}

void Durable::save(const Hal& hal) {
  ++state.sequence;
  const MutableBytes copy =
      hal.retained().subspan((state.sequence & 1u) * kRetainedCopyOctets, kRetainedCopyOctets);
  const std::uint32_t crc = protocol::crc32(octets_of(state));
  std::memcpy(copy.data(), &state, sizeof state);
  std::memcpy(copy.data() + sizeof state, &crc, sizeof crc);
}

bool Durable::checkpoint(const Hal& hal, Parameters& parameters) {
  save(hal);
  return parameters.store(hal, BlockKind::checkpoint, state);
}

}  // namespace meter::fw
