// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The reading client against a hostile meter, and its text of hostile values. The first octet says
// what is read and how; then either one A-XDR value, or chunks of a length octet and so many octets
// as they arrive. Behind the last one the meter closes. What is printed holds nothing that a
// terminal obeys, and JSON is valid; nothing but the three ways of saying no is thrown.
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "protocol/hosted/printable/printable.hpp"
#include "sim/reader/read.hpp"
#include "sim/reader/value_text.hpp"

namespace {

using namespace sim::reader;

void require(bool condition) {
  if (!condition) std::abort();
}

class Chunks final : public OctetStream {
 public:
  explicit Chunks(protocol::Bytes octets) : in_(octets) {}
  void write(protocol::Bytes) override {}
  std::vector<std::uint8_t> receive(std::int64_t) override {
    const std::size_t n = in_.u8();
    if (!in_.ok() || in_.remaining() == 0) throw Closed("closed");
    const protocol::Bytes chunk = in_.take(std::min(n, in_.remaining()));
    return {chunk.begin(), chunk.end()};
  }
  void reconnect() override {}

 private:
  protocol::Reader in_;
};

// Lines, and nothing else that acts.
void check_text(const std::string& text) {
  std::string lines = text;
  std::erase(lines, '\n');
  require(protocol::printable(lines) == lines);
}

void check_value(protocol::Bytes value) {
  check_text(value_as_text(value));
  check_text(rows_as_text(value));
  check_text(objects_as_text(value));
  check_text(register_as_text(value, value.empty() ? 0 : static_cast<std::int8_t>(value[0]), 30));
  for (const std::string& json : {value_as_json(value), register_as_json(value, -3, 30)}) {
    check_text(json);
    require(nlohmann::json::accept(json));
  }
}

ReadOptions options_of(std::uint8_t choice) {
  ReadOptions options;
  options.timeout_ms = 1000;
  options.hdlc = (choice & 1) != 0;
  options.json = (choice & 2) != 0;
  switch (choice >> 2 & 3) {
    case 0:
      options.object = "3/1.0.1.8.0";
      break;
    case 1:
      options.object = "1.0.1.8.0";
      break;
    case 2:
      options.list = true;
      break;
    case 3:
      options.profile = "1.0.99.1.0";
      options.from = options.to = "2024-01-15T00:00:00Z";
      break;
  }
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const protocol::Bytes rest = protocol::Bytes(data, size).subspan(1);
  if ((data[0] & 0x80) != 0) {
    check_value(rest);
    return 0;
  }
  const ReadOptions options = options_of(data[0]);
  Chunks stream(rest);
  protocol::crypto::OpensslEngine engine(
      [](protocol::MutableBytes out) { std::fill(out.begin(), out.end(), std::uint8_t{7}); });
  const auto print = [&](const std::string& text) {
    check_text(text);
    if (options.json) require(nlohmann::json::accept(text));
  };
  try {
    const auto link = options.hdlc ? make_hdlc_link(stream, hdlc_address(options), 1000)
                                   : make_wrapper_link(stream, options.server);
    read_over(*link, engine, options, print, check_text);
  } catch (const Refused& refused) {
    check_text(refused.what());
  } catch (const Silence&) {
  }
  return 0;
}
