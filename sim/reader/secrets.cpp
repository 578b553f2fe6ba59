// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/reader/secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "os/text_file.hpp"
#include "protocol/hosted/json/json_reader.hpp"
#include "protocol/hosted/printable/printable.hpp"
#include "sim/reader/read.hpp"

namespace sim::reader {

std::string read_password(const std::string& file) {
  if (file.empty()) throw InputError("--auth lls needs --password-file");
  const auto [text, error] = os::read_text_file(file, os::kMaxTextOctets);
  if (!error.empty()) throw InputError("--password-file = " + error);
  std::string password = text.substr(0, text.find('\n'));
  while (password.ends_with('\r')) password.pop_back();
  if (password.empty() || password.size() > protocol::dlms::kMaxPasswordOctets) {
    throw InputError(
        fmt::format("--password-file = {}: the first line has {} characters: allowed are 1 to {}",
                    file, password.size(), protocol::dlms::kMaxPasswordOctets));
  }
  return password;
}

protocol::dlms::Keys read_keys(const std::string& file, const std::string& logical_device_name) {
  if (file.empty()) throw InputError("--auth hls5 needs --keys");
  const auto [text, error] = os::read_text_file(file);
  if (!error.empty()) throw InputError("--keys = " + error);
  return parse_keys(file, text, logical_device_name);
}

protocol::dlms::Keys parse_keys(const std::string& name, const std::string& text,
                                const std::string& logical_device_name) {
  protocol::JsonReader reader(name, text);
  protocol::dlms::Keys keys{};
  protocol::JsonNode entry = reader.root();
  if (entry.has("meters")) {
    const auto meters = entry.objects("meters");
    const auto found = std::ranges::find_if(meters, [&](const protocol::JsonNode& meter) {
      return meter.optional_text("logical_device_name") == logical_device_name;
    });
    if (found == meters.end()) {
      throw InputError(fmt::format("--keys = {}: no meter {} in this inventory", name,
                                   protocol::printable(logical_device_name)));
    }
    entry = *found;
  }
  entry.hex("unicast_key", keys.unicast);
  entry.hex("authentication_key", keys.authentication);
  if (!reader.faults().empty()) throw InputError("--keys = " + reader.faults().front());
  return keys;
}

}  // namespace sim::reader
