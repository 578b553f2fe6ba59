// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Hostile octets against the P3.2Ex codec and the framing below it. The first octet chooses what
// the rest is given to; '<' is the codec, so that golden files are inputs as they are.
#include <cstdlib>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/gzip.hpp"
#include "protocol/hosted/p32/http.hpp"
#include "protocol/hosted/p32/lint.hpp"

namespace {

using namespace protocol;
using namespace protocol::p32;

constexpr std::size_t kInflatedMax = 1u << 20;

// A broken property must stop the fuzzer in release builds too.
void require(bool condition) {
  if (!condition) std::abort();
}

void check_codec(std::string_view xml) {
  const Decoded decoded = decode(xml);
  if (!decoded.ok()) {
    require(decoded.problem().code != 0 && !decoded.problem().what.empty());
    require(decode(encode(refusal(decoded.problem(), {"F-1", "A", "B", 1, 0, ""}))).ok());
    return;
  }
  const Decoded again = decode(encode(decoded.message()));
  require(again.ok() && again.message() == decoded.message());
  require(!summary_of(decoded.message()).empty());
}

// Octets cut in two at any place give the same requests.
void check_server(Bytes octets) {
  HttpLimits limits;
  limits.inflated_octets_max = kInflatedMax;
  HttpServer whole(limits), cut(limits);
  whole.feed(octets);
  std::size_t n = 0;
  while (whole.next()) ++n;
  for (std::size_t at = 0; at < octets.size(); at += 5) {
    cut.feed(octets.subspan(at, std::min<std::size_t>(5, octets.size() - at)));
    while (cut.next()) --n;
  }
  require(n == 0);
  // A head in one piece may be refused before it is complete, one in many pieces only then.
  require(whole.failure().has_value() || !cut.failure().has_value());
}

void check_client(Bytes octets) {
  HttpClient client;
  client.feed(octets);
  while (client.next()) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes octets(data + 1, size - 1);
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view rest = all.substr(1);
  switch (data[0]) {
    case 'P':
      check_server({data, size});
      break;
    case 'H':
      check_client({data, size});
      break;
    case 'G': {
      const std::string packed = gzip(rest);
      require(gunzip(packed, rest.size()) == rest);
      static_cast<void>(gunzip(rest, kInflatedMax));
      break;
    }
    case 'L':
      static_cast<void>(lint(rest).text("f"));
      break;
    default:
      check_codec(all);
  }
  return 0;
}
