// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Runs the fuzz target without libFuzzer: over the files named, or over drawn inputs.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::uint64_t kSeed = 20'260'304;
constexpr int kRounds = 20'000;
// Octets that mean something at the start of a PDU: types, ARQ and SAR headers, LPDU, short
// lengths.
constexpr std::uint8_t kTelling[] = {0x00, 0x01, 0x02, 0x05, 0x10, 0x40, 0x80, 0x90, 0xC0, 0xFF};

std::uint64_t state = kSeed;
std::uint64_t draw() {  // splitmix64
  std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
  if (argc > 1) return 0;
  std::printf("seed %llu, %d inputs\n", static_cast<unsigned long long>(kSeed), kRounds);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::uint8_t> input(draw() % 300);
    for (std::uint8_t& octet : input) {
      octet =
          draw() % 2 == 0 ? kTelling[draw() % sizeof kTelling] : static_cast<std::uint8_t>(draw());
    }
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  return 0;
}
