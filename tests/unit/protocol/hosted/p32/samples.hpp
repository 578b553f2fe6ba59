// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/hosted/p32/message.hpp"
#include "protocol/hosted/p32/sign.hpp"

// One message of every kind, with values that can be checked by hand. Written in
// tests/vectors/p32/<name>.xml.
namespace protocol::p32::test {

struct Sample {
  std::string name;
  Message message;
};
std::vector<Sample> report_samples();
std::vector<Sample> order_samples();
std::vector<Sample> other_samples();
std::vector<Sample> all_samples();

// The test key of docs/p32ex.md: RFC 8032 7.1, test 1.
PrivateKey test_key();
Order relay_order();

inline constexpr char kMeter1[] = "0000000101";
inline constexpr char kMeter2[] = "0000000102";

inline constexpr UtcMs kMidnight = 1'767'571'200'000;  // 2026-01-05T00:00:00Z, a Monday
inline constexpr UtcMs kMinuteMs = 60'000;
inline constexpr UtcMs kHourMs = 3'600'000;

// The octets of a file below tests/vectors/p32.
std::string vector_file(const std::string& name);
// The text with the first `from` in it replaced; without one the test fails.
std::string replaced(std::string text, std::string_view from, std::string_view to);
// A report of `meters` times `rows` quarter hours.
Message load_profile(std::size_t meters, std::size_t rows);

}  // namespace protocol::p32::test
