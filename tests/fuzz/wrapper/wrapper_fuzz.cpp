// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Hostile octets against the wrapper codec; the stream comes out the same however it is cut.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "protocol/wrapper/wrapper.hpp"

namespace {

using namespace protocol;
using namespace protocol::wrapper;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  std::vector<std::vector<std::uint8_t>> apdus;
  bool broken;
};

Outcome deframe(Bytes octets, std::size_t step) {
  Outcome outcome{{}, false};
  std::vector<std::uint8_t> buffer(kHeaderOctets + 32);
  Deframer deframer(buffer);
  for (std::size_t at = 0; at < octets.size(); at += step) {
    for (Bytes rest = octets.subspan(at, std::min(step, octets.size() - at));
         !rest.empty() && !deframer.broken();) {
      const std::size_t taken = deframer.take(rest);
      require(taken > 0);
      rest = rest.subspan(taken);
      Message message;
      while (deframer.next(message)) {
        outcome.apdus.emplace_back(message.apdu.begin(), message.apdu.end());
      }
    }
  }
  outcome.broken = deframer.broken();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  if (const Result<Message> message = decode(input)) {
    std::vector<std::uint8_t> octets(size);
    Writer out(octets);
    require(encode(*message, out) && std::equal(octets.begin(), octets.end(), data));
  }
  const Outcome whole = deframe(input, std::max<std::size_t>(size, 1));
  const Outcome cut = deframe(input, size > 0 ? 1 + data[0] % 8 : 1);
  require(whole.apdus == cut.apdus && whole.broken == cut.broken);
  return 0;
}
