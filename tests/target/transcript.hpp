// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

namespace target {

// The image did something else than the host build.
class Divergence : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The downcalls of one upcall, in order: what the firmware asked for and what it was given.
class Transcript {
 public:
  struct Call {
    std::string what;                  // name and arguments, fit to be printed
    std::vector<std::uint8_t> hidden;  // arguments that are nobody's business: keys
    std::vector<std::uint8_t> answer;  // as it goes over the line
    bool answered = false;
  };

  void begin(std::string upcall);
  void record(Call call) { calls_.push_back(std::move(call)); }
  std::vector<std::vector<std::uint8_t>> answers() const;
  // The answer that the same call had on the host; throws when it was not the same call.
  const std::vector<std::uint8_t>& replay(const std::string& what, protocol::Bytes hidden = {});
  void end() const;  // throws when calls are missing
  std::uint64_t compared() const { return compared_; }

 private:
  [[noreturn]] void diverge(const std::string& image) const;

  std::string upcall_;
  std::vector<Call> calls_;
  std::size_t at_ = 0;
  std::uint64_t compared_ = 0;
};

// Text of a downcall: text("work", 1, 20) is "work 1 20"; octets as hexadecimal.
inline void append(std::string& text, long long number) { text += ' ' + std::to_string(number); }
void append(std::string& text, protocol::Bytes octets);

template <typename... Arguments>
std::string text(const char* name, const Arguments&... arguments) {
  std::string all = name;
  (append(all, arguments), ...);
  return all;
}

}  // namespace target
