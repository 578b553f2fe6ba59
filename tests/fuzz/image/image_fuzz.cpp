// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Hostile octets against the decoder of image containers: what it takes is written again as it was.
#include <algorithm>
#include <cstdlib>

#include "protocol/image/container.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = protocol::image;
  const protocol::Bytes input(data, size);
  const auto head = image::decode(input);
  if (!head.ok()) return 0;
  std::array<std::uint8_t, image::kHeadOctets> octets;
  protocol::Writer out(octets);
  image::encode(*head, out);
  require(out.ok() && out.size() == octets.size());
  require(std::equal(octets.begin(), octets.end(), data));
  const auto identifier = image::identifier_of(*head);
  require(identifier.size > 0 && identifier.size <= image::kMostIdentifierOctets);
  return 0;
}
