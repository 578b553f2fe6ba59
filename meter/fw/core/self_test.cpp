// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/core/self_test.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "meter/fw/core/core.hpp"
#include "protocol/crc32.hpp"

namespace meter::fw {
namespace {

// The converter's full scale is 353 V and 125 A of a sine. A square wave that fills it is no mains.
constexpr double kMost_v = 450;
constexpr double kMost_a = 165;
// So many windows in a row: the front end is broken, and not only disturbed.
constexpr std::uint32_t kStanding = 5;
constexpr std::size_t kPieceOctets = 256;
constexpr std::uint32_t kCrcOctets = 4;

template <typename Block>
Bytes octets_of(const Block& block) {
  static_assert(sizeof block % sizeof(std::uint64_t) == 0);
  return {reinterpret_cast<const std::uint8_t*>(&block), sizeof block};
}
// A sum of words: one turned bit always shows, and a window costs next to nothing.
std::uint64_t sum_of(Bytes octets, std::uint64_t sum) {
  for (std::size_t k = 0; k < octets.size(); k += sizeof sum) {
    std::uint64_t word;
    std::memcpy(&word, &octets[k], sizeof word);
    sum += word;
  }
  return sum;
}
std::uint64_t seal_of(const Core& core) {
  return sum_of(octets_of(core.identity), sum_of(octets_of(core.calibration), 0));
}

// A turned bit in flash behind a working copy that is whole. False: one had; and if flash does not
// take the copy, it is found again the next time.
template <typename Block>
bool mend_in_flash(Core& core, BlockKind kind, const Block& block) {
  Block stored;
  const bool whole = core.parameters.load(core.hal, kind, stored) &&
                     std::memcmp(&stored, &block, sizeof block) == 0;
  if (!whole) static_cast<void>(core.parameters.store(core.hal, kind, block));
  return whole;
}

// The constants in working memory are those in flash. What flash does not give stays as it is:
// turned by a bit it is nearer to the truth than nothing, and flash may give it later.
bool load_constants(Core& core) {
  bool taken = core.parameters.load(core.hal, BlockKind::identity, core.identity);
  Calibration stored;
  const bool found = core.parameters.load(core.hal, BlockKind::calibration, stored);
  if (found || !core.passing.self_test.calibrated) {
    core.calibration = stored;
  } else {
    taken = false;
  }
  seal_constants(core);
  return taken;
}
void take_constants(Core& core) {
  core.passing.self_test.doubtful = !load_constants(core);
  if (!core.passing.self_test.doubtful) return;
  core.durable.state.error_register |= kErrorNvMemory;
  core.note(EventCode::nv_memory_error);
}

}  // namespace

void seal_constants(Core& core) { core.passing.self_test.seal = seal_of(core); }

void check_memory(Core& core) {
  if (!core.provisioned) return;
  bool whole = core.durable.restore_turned(core.hal);
  if (seal_of(core) != core.passing.self_test.seal) {
    whole = false;
    take_constants(core);
  }
  if (!whole) core.note(EventCode::ram_error);
}

bool take_reading(Core& core, const WindowReading& reading, std::uint32_t windows) {
  bool plausible = true;
  for (std::size_t k = 0; k < core.n_elements; ++k) {
    const ElementReading& element = reading.element[k];
    // No number is not plausible, either.
    plausible = plausible && element.voltage2_v2 <= kMost_v * kMost_v &&
                element.current2_a2 <= kMost_a * kMost_a;
  }
  SelfTest& test = core.passing.self_test;
  if (plausible) {
    test.implausible = 0;
    core.reading = reading;
    return true;
  }
  if (test.implausible == 0 && core.provisioned) core.note(EventCode::measurement_error);
  test.implausible += windows;
  if (test.implausible >= kStanding) core.durable.state.error_register |= kErrorMeasurement;
  // Energy of a window is not lost: it is that of the last one which could be.
  return core.reading.length_q16 != 0;
}

void test_program(Core& core) {
  const meter_hal& table = core.hal.table();
  if (table.program == nullptr) return;
  const std::uint32_t all = table.program->octets(table.context);
  if (all <= kCrcOctets) return;
  SelfTest& test = core.passing.self_test;
  std::array<std::uint8_t, kPieceOctets> octets;
  const std::uint32_t end = all - kCrcOctets;
  const std::uint32_t n = std::min<std::uint32_t>(kPieceOctets, end - test.program_at);
  const MutableBytes piece = MutableBytes(octets).first(n);
  if (table.program->read(table.context, test.program_at, piece.data(), n) != 0) return;
  test.program_crc = protocol::crc32(piece, test.program_crc);
  test.program_at += n;
  if (test.program_at < end) return;
  std::uint32_t expected = 0;
  const MutableBytes last = MutableBytes(octets).first(kCrcOctets);
  const bool read = table.program->read(table.context, end, last.data(), kCrcOctets) == 0;
  for (std::size_t k = kCrcOctets; k-- > 0;) expected = expected << 8 | last[k];
  const bool whole = read && expected == test.program_crc;
  test.program_at = test.program_crc = 0;
  std::uint32_t& errors = core.durable.state.error_register;
  if (whole || (errors & kErrorProgram) != 0) return;
  errors |= kErrorProgram;
  core.note(EventCode::program_memory_error);
  core.durable.save(core.hal);
}

void test_constants(Core& core) {
  // What turned in working memory is no copy to mend flash with.
  if (core.passing.self_test.doubtful) return take_constants(core);
  const bool identity = mend_in_flash(core, BlockKind::identity, core.identity);
  const bool calibration = !core.passing.self_test.calibrated ||
                           mend_in_flash(core, BlockKind::calibration, core.calibration);
  if (!identity || !calibration) core.note(EventCode::nv_memory_error);
}

}  // namespace meter::fw
