// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Everything at once, drawn from a seed: order, completeness and determinism of the streams.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "tests/unit/models/core/wan/wan_bench.hpp"

namespace {

using namespace wan_test;
using kernel::kNsPerHour;
using kernel::kNsPerMinute;
using kernel::kNsPerMs;

// Messages that can be told apart: length, running number, contents that follow from it.
std::vector<std::uint8_t> message(std::uint32_t number, std::uint32_t n) {
  std::vector<std::uint8_t> octets = pattern(6 + n, static_cast<std::uint8_t>(number));
  octets[0] = static_cast<std::uint8_t>(n >> 8);
  octets[1] = static_cast<std::uint8_t>(n);
  for (unsigned k = 0; k < 4; ++k) octets[2 + k] = static_cast<std::uint8_t>(number >> (8 * k));
  return octets;
}

// Whole messages in rising order; the last may be cut short by the end of its connection.
void expect_messages(const std::vector<std::uint8_t>& octets) {
  std::size_t at = 0;
  std::int64_t last = -1;
  while (at + 6 <= octets.size()) {
    const std::uint32_t n = 256u * octets[at] + octets[at + 1];
    std::uint32_t number = 0;
    for (unsigned k = 0; k < 4; ++k) number |= std::uint32_t{octets[at + 2 + k]} << (8 * k);
    ASSERT_GT(std::int64_t{number}, last);
    last = number;
    const auto expected = message(number, n);
    const std::size_t there = std::min(expected.size(), octets.size() - at);
    ASSERT_TRUE(std::equal(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(there),
                           octets.begin() + static_cast<std::ptrdiff_t>(at)));
    at += there;
  }
}

// Random calls of both sides, losses, outages and power cuts.
struct Storm {
  static constexpr std::uint32_t kModules = 5;

  explicit Storm(std::uint64_t seed)
      : bench(config(seed), kModules), draw(seed, 99, kernel::kPurposeTest) {
    for (std::uint32_t m = 0; m < kModules; ++m) {
      Modem& modem = *bench.modems[m];
      bench.clients[m]->modem_hook = [&modem](ModemState state) {
        if (state != ModemState::kOnline) {
          modem.connect("iot");
        } else {
          modem.listen(4059);
        }
      };
      bench.clients[m]->open_hook = [this, m](int socket) {
        expect_messages(heard[{m, socket}]);
        heard[{m, socket}].clear();
      };
      bench.clients[m]->data_hook = [this, m](int socket, Bytes octets) {
        auto& all = heard[{m, socket}];
        all.insert(all.end(), octets.begin(), octets.end());
      };
      modem.power(true);
    }
  }
  static CellConfig config(std::uint64_t seed) {
    CellConfig config;
    config.seed = seed;
    config.radio.packet_loss = 0.05;
    config.stream.nat_timeout_ns = 3 * kNsPerMinute;
    return config;
  }
  ConnectionId any_connection() {
    const auto& all = bench.peer.opened;
    return all.empty() ? 12345 : all[draw.below(static_cast<std::uint32_t>(all.size()))];
  }
  void act() {
    const std::uint32_t m = draw.below(kModules);
    Modem& modem = *bench.modems[m];
    const int socket = static_cast<int>(draw.below(4));
    switch (draw.below(9)) {
      case 0:
        modem.open(draw.chance(0.2) ? Protocol::kUdp : Protocol::kTcp, "h", 4059);
        break;
      case 1:
      case 2:
        modem.send(socket, message(++number, draw.below(1400)));
        break;
      case 3:
        modem.close(socket);
        break;
      case 4:
      case 5:
        bench.cell.send(any_connection(), message(++number, draw.below(3000)));
        break;
      case 6:
        bench.cell.close(any_connection());
        break;
      case 7:
        bench.cell.connect(m, 4059);
        break;
      default:
        if (draw.chance(0.05)) modem.power(modem.state() == ModemState::kOff);
        if (draw.chance(0.03)) {
          bench.cell.set_outage(bench.agenda.now(), bench.agenda.now() + kNsPerMinute);
        }
    }
  }
  // A hash over everything both sides were told.
  std::uint64_t run() {
    for (int step = 0; step < 3000; ++step) {
      act();
      bench.run_for(static_cast<kernel::TimeNs>(draw.below(20'000)) * kNsPerMs);
    }
    bench.run_for(2 * kNsPerHour);
    for (const auto& [id, octets] : bench.peer.received) {
      expect_messages(octets);
      arrived += octets.size();
    }
    EXPECT_GT(arrived, 20'000u);
    std::uint64_t hash = 14695981039346656037u;
    const auto mix = [&hash](const std::vector<Entry>& log) {
      for (const Entry& entry : log) {
        hash = (hash ^ static_cast<std::uint64_t>(entry.at)) * 1099511628211u;
        for (const char c : entry.what) {
          hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
        }
      }
    };
    mix(bench.peer.log);
    for (const auto& client : bench.clients) mix(client->log);
    return hash;
  }

  WanBench bench;
  kernel::KeyedStream draw;
  std::map<std::pair<std::uint32_t, int>, std::vector<std::uint8_t>> heard;
  std::uint32_t number = 0;
  std::size_t arrived = 0;
};
std::uint64_t storm(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  return Storm(seed).run();
}

TEST(StreamStorm, SameSeedSameTraceAnotherSeedAnother) {
  const std::uint64_t first = storm(1);
  EXPECT_EQ(first, storm(1));
  EXPECT_NE(first, storm(2));
  for (std::uint64_t seed = 3; seed < 12; ++seed) storm(seed);
}

}  // namespace
