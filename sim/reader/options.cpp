// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>

#include "protocol/cosem/obis.hpp"
#include "protocol/dlms/selection.hpp"
#include "protocol/hosted/civil_text/civil_text.hpp"
#include "sim/reader/read.hpp"

namespace sim::reader {
namespace {

using protocol::cosem::ClassId;
using protocol::cosem::Obis;

Obis obis_of(const std::string& option, const std::string& text) {
  const auto obis = protocol::cosem::parse_obis(text);
  if (!obis) {
    throw InputError(
        fmt::format("{} = {}: not an OBIS code, allowed is e.g. 1.0.1.8.0", option, text));
  }
  return *obis;
}

std::int64_t time_of(const char* option, const std::string& text) {
  const auto utc_s = protocol::parse_rfc3339(text);
  if (!utc_s) {
    throw InputError(
        fmt::format("{} = {}: not a time, allowed is e.g. 2024-01-15T00:00:00Z", option, text));
  }
  return *utc_s;
}

int number_of(const ReadOptions& options, std::string_view digits, int most, const char* what) {
  int number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (digits.empty() || error != std::errc{} || stop != end || number < 1 || number > most) {
    throw InputError(fmt::format("--object = {}: {} from 1 to {}, e.g. 8/0.0.1.0.0:2",
                                 options.object, what, most));
  }
  return number;
}

// [CLASS/]OBIS[:ATTRIBUTE], the OBIS code also written as 1-0:1.8.0*255.
Wanted wanted_object(const ReadOptions& options) {
  Wanted wanted;
  std::string_view rest = options.object;
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    wanted.class_id = ClassId(number_of(options, rest.substr(0, slash), 65'535, "classes count"));
    rest = rest.substr(slash + 1);
  }
  const std::size_t colon = rest.rfind(':');
  const bool written_form = rest.find('-') != std::string_view::npos;
  const bool has_index =
      colon != std::string_view::npos && (!written_form || rest.find(':') != colon);
  if (has_index) {
    wanted.index = static_cast<std::int8_t>(
        number_of(options, rest.substr(colon + 1), 127, "attributes count"));
    rest = rest.substr(0, colon);
  }
  wanted.obis = obis_of("--object", std::string(rest));
  return wanted;
}

}  // namespace

Wanted wanted_of(const ReadOptions& options) {
  const bool profile = !options.profile.empty();
  if (!profile && !(options.from.empty() && options.to.empty())) {
    throw InputError("--from and --to choose rows: allowed together with --profile");
  }
  if (!options.password_file.empty() && options.authentication != "lls") {
    throw InputError("--password-file: allowed together with --auth lls");
  }
  if (!options.keys_file.empty() && options.authentication != "hls5") {
    throw InputError("--keys: allowed together with --auth hls5");
  }
  if (options.list) return {};
  if (!profile) return wanted_object(options);
  if (options.from.empty() || options.to.empty()) {
    throw InputError("--profile needs --from and --to, e.g. --from 2024-01-15T00:00:00Z");
  }
  Wanted wanted;
  wanted.obis = obis_of("--profile", options.profile);
  const std::int64_t from_s = time_of("--from", options.from);
  const std::int64_t to_s = time_of("--to", options.to);
  wanted.selection = protocol::dlms::rows_between(from_s, to_s);
  if (to_s < from_s) throw InputError(fmt::format("--to = {}: before --from", options.to));
  return wanted;
}

protocol::hdlc::Address hdlc_address(const ReadOptions& options) {
  // IEC 62056-46: the highest of 7 bits and of 14 are everybody's.
  constexpr unsigned kHighest7 = protocol::hdlc::kAllStation7 - 1;
  constexpr unsigned kHighest14 = protocol::hdlc::kAllStation14 - 1;
  if (options.client == 0 || options.client > protocol::hdlc::kAllStation7) {
    throw InputError(fmt::format("--client = {}: over HDLC allowed are 1 to {}", options.client,
                                 protocol::hdlc::kAllStation7));
  }
  const unsigned physical = options.physical.value_or(0);
  const bool short_form = options.server <= kHighest7 && physical <= kHighest7;
  const unsigned least = !short_form ? 4 : options.physical ? 2 : 1;
  const unsigned octets = options.hdlc_octets.value_or(least);
  if (octets != 1 && octets != 2 && octets != 4) {
    throw InputError(fmt::format("--hdlc-octets = {}: allowed are 1, 2 and 4", octets));
  }
  if (octets == 1 && options.physical) {
    throw InputError("--physical: a server address of one octet has none: --hdlc-octets 2 or 4");
  }
  const unsigned highest = octets == 4 || !options.hdlc_octets ? kHighest14 : kHighest7;
  if (options.server == 0 || options.server > highest) {
    throw InputError(
        fmt::format("--server = {}: over HDLC allowed are 1 to {}", options.server, highest));
  }
  if (physical > highest) {
    throw InputError(fmt::format("--physical = {}: allowed are 0 to {}", physical, highest));
  }
  return {options.server, static_cast<std::uint16_t>(physical), static_cast<std::uint8_t>(octets)};
}

}  // namespace sim::reader
