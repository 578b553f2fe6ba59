// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/transcript.hpp"

#include <algorithm>

namespace target {

void append(std::string& text, protocol::Bytes octets) {
  static const char kDigits[] = "0123456789abcdef";
  text += ' ';
  for (const std::uint8_t octet : octets) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
}

void Transcript::begin(std::string upcall) {
  upcall_ = std::move(upcall);
  calls_.clear();
  at_ = 0;
}

std::vector<std::vector<std::uint8_t>> Transcript::answers() const {
  std::vector<std::vector<std::uint8_t>> all;
  for (const Call& call : calls_) {
    if (call.answered) all.push_back(call.answer);
  }
  return all;
}

const std::vector<std::uint8_t>& Transcript::replay(const std::string& what,
                                                    protocol::Bytes hidden) {
  if (at_ == calls_.size() || calls_[at_].what != what ||
      !std::equal(hidden.begin(), hidden.end(), calls_[at_].hidden.begin(),
                  calls_[at_].hidden.end())) {
    diverge(what);
  }
  ++compared_;
  return calls_[at_++].answer;
}

void Transcript::end() const {
  if (at_ != calls_.size()) diverge("nothing more");
}

void Transcript::diverge(const std::string& image) const {
  const std::string host = at_ == calls_.size() ? "nothing more" : calls_[at_].what;
  throw Divergence(upcall_ + ", downcall " + std::to_string(at_ + 1) + "\n  host:  " + host +
                   "\n  image: " + image);
}

}  // namespace target
