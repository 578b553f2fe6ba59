// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/read_secrets.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace sim::cli {
namespace {

using nlohmann::json;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Messages name the key, never its value.
protocol::crypto::Key128 key_of(const json& entry, const char* name, const std::string& file) {
  const auto fail = [&] {
    return InputError(fmt::format("{}: {}: allowed are 32 hexadecimal digits", file, name));
  };
  if (!entry.contains(name) || !entry[name].is_string()) throw fail();
  const std::string text = entry[name].get<std::string>();
  protocol::crypto::Key128 key{};
  if (text.size() != 2 * key.size()) throw fail();
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) throw fail();
    key[i] = static_cast<std::uint8_t>(16 * high + low);
  }
  return key;
}

}  // namespace

std::string read_password(const std::string& file) {
  if (file.empty()) throw InputError("--auth lls needs --password-file");
  std::ifstream in(file);
  std::string password;
  if (!in || !std::getline(in, password)) {
    throw InputError(fmt::format("--password-file = {}: cannot be read", file));
  }
  if (password.empty() || password.size() > protocol::dlms::kMaxPasswordOctets) {
    throw InputError(fmt::format("--password-file = {}: allowed are 1 to {} characters", file,
                                 protocol::dlms::kMaxPasswordOctets));
  }
  return password;
}

protocol::dlms::Keys read_keys(const std::string& file, const std::string& logical_device_name) {
  if (file.empty()) throw InputError("--auth hls5 needs --keys");
  std::ifstream in(file);
  // A folder opens as well, and gives nothing.
  if (!in || std::filesystem::is_directory(file))
    throw InputError(fmt::format("--keys = {}: cannot be read", file));
  const json document = json::parse(in, nullptr, false);
  if (document.is_discarded()) throw InputError(fmt::format("--keys = {}: is not JSON", file));
  const json* entry = &document;
  if (document.contains("meters") && document["meters"].is_array()) {
    entry = nullptr;
    for (const json& meter : document["meters"]) {
      if (meter.value("logical_device_name", "") == logical_device_name) entry = &meter;
    }
    if (entry == nullptr) {
      throw InputError(
          fmt::format("--keys = {}: no meter {} in this inventory", file, logical_device_name));
    }
  }
  return {key_of(*entry, "unicast_key", file), key_of(*entry, "authentication_key", file)};
}

}  // namespace sim::cli
