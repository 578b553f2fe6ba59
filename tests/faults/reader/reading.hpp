// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>

#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/reader/read.hpp"
#include "tests/rigs/reader/scripted_meter.hpp"

namespace reader_test {

using protocol_test::copy;
using protocol_test::hex;
namespace reader = sim::reader;

// What `amitwin read` would do: the exit status, what it prints and what it complains of.
struct Outcome {
  int status = -1;
  std::string text;
  std::string notes;
  std::string fault;
};
inline Outcome read(ScriptedStream& stream, reader::ReadOptions options) {
  Outcome outcome;
  protocol::crypto::OpensslEngine engine(protocol_test::drawn_random(3));
  try {
    const auto link = options.hdlc ? reader::make_hdlc_link(stream, reader::hdlc_address(options),
                                                            options.timeout_ms)
                                   : reader::make_wrapper_link(stream, options.server);
    reader::read_over(
        *link, engine, options, [&](const std::string& text) { outcome.text += text; },
        [&](const std::string& note) { outcome.notes += note; });
    outcome.status = 0;
  } catch (const reader::InputError& error) {
    outcome = {2, outcome.text, outcome.notes, error.what()};
  } catch (const reader::Silence& error) {
    outcome = {5, outcome.text, outcome.notes, error.what()};
  } catch (const std::runtime_error& error) {
    outcome = {1, outcome.text, outcome.notes, error.what()};
  }
  return outcome;
}

inline reader::ReadOptions object(const std::string& name) {
  reader::ReadOptions options;
  options.object = name;
  options.timeout_ms = 60;
  return options;
}

// A file with exactly these octets, gone with it.
class File {
 public:
  explicit File(const std::string& octets)
      : name_(testing::TempDir() + "amitwin-reader-" + std::to_string(getpid())) {
    std::ofstream(name_, std::ios::binary) << octets;
  }
  ~File() { std::remove(name_.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

inline constexpr cosem::Obis kSerial = cosem::obis(0, 0, 96, 1, 0);
inline constexpr cosem::Obis kClock = cosem::obis(0, 0, 1, 0, 0);
inline constexpr cosem::Obis kEnergy = cosem::obis(1, 0, 1, 8, 0);

inline bool is_aarq(const Octets& request) { return request[0] == 0x60; }
inline bool is_rlrq(const Octets& request) { return request[0] == 0x62; }
inline bool is_get(const Octets& request) { return request[0] == 0xC0; }

}  // namespace reader_test
