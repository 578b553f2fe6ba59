// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Runs the fuzz target without libFuzzer: over the files named, each whole and then changed in
// drawn ways. Keeps the target alive in every build, sanitized or not.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::uint64_t kSeed = 20'260'105;
// What the format looks at first.
constexpr const char* kTelling[] = {"<",
                                    ">",
                                    "\"",
                                    "&",
                                    "<!--",
                                    "]]>",
                                    "<![CDATA[",
                                    "/>",
                                    "<?x?>",
                                    "&lt;",
                                    "&#0;",
                                    "&#xFFFF;",
                                    "xmlns=\"\"",
                                    "-1",
                                    "9999999999999999999999",
                                    "<!DOCTYPE a>",
                                    "\xFF",
                                    "=",
                                    " "};

std::uint64_t state = kSeed;
std::uint64_t draw() {  // splitmix64
  std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string changed(std::string input) {
  for (std::uint64_t n = 1 + draw() % 3; n-- > 0 && !input.empty();) {
    const std::size_t at = draw() % input.size();
    const std::size_t length = draw() % 30;
    switch (draw() % 4) {
      case 0:
        input[at] = static_cast<char>(draw());
        break;
      case 1:
        input.insert(at, kTelling[draw() % std::size(kTelling)]);
        break;
      case 2:
        input.erase(at, length);
        break;
      default:
        input.insert(draw() % input.size(), input.substr(at, length));
    }
  }
  return input;
}

}  // namespace

// replay ROUNDS FILE...
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 0;
  std::printf("seed %llu, %d files, %d rounds each\n", static_cast<unsigned long long>(kSeed),
              argc - 2, rounds);
  for (int i = 2; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    run(text);
    run("L" + text);
    run("G" + text);
    for (int round = 0; round < rounds; ++round) {
      std::string input = changed(text);
      if (draw() % 8 == 0) input.insert(0, 1, "LGPH"[draw() % 4]);
      run(input);
    }
  }
  return 0;
}
