// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/key_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "os/files.hpp"
#include "os/program.hpp"
#include "os/text_file.hpp"
#include "protocol/hosted/json/json_reader.hpp"

namespace hes {
namespace {

using protocol::dlms::Keys;

constexpr std::size_t kMaxSerialLength = 64;

// Names as in the inventory: what is still to be settled has its mark in front.
std::string name_of(bool next, bool of_concentrator, const char* key) {
  return fmt::format("{}{}{}", next ? "next_" : "", of_concentrator ? "concentrator_" : "", key);
}

std::string text_of(const ChangedKeys& changed) {
  std::string text =
      fmt::format("{{\"serial\": {}, \"changes\": {}, \"reserved\": {}",
                  protocol::json_quoted(changed.serial), changed.changes, changed.reserved);
  const auto put = [&](bool next, const std::optional<Keys>& keys) {
    if (!keys) return;
    text +=
        fmt::format(", \"{}\": \"{:02X}\"", name_of(next, changed.of_concentrator, "unicast_key"),
                    fmt::join(keys->unicast, ""));
    text += fmt::format(", \"{}\": \"{:02X}\"",
                        name_of(next, changed.of_concentrator, "authentication_key"),
                        fmt::join(keys->authentication, ""));
  };
  put(false, changed.keys);
  put(true, changed.next);
  return text + "}";
}

std::optional<Keys> read_keys(const protocol::JsonNode& node, bool next, bool of_concentrator) {
  const std::string unicast = name_of(next, of_concentrator, "unicast_key");
  const std::string authentication = name_of(next, of_concentrator, "authentication_key");
  if (!node.has(unicast.c_str()) && !node.has(authentication.c_str())) return std::nullopt;
  Keys keys;
  node.hex(unicast.c_str(), keys.unicast);
  node.hex(authentication.c_str(), keys.authentication);
  return keys;
}

}  // namespace

bool KeyFile::save(std::span<const ChangedKeys> all) {
  std::string text = "{\"meters\": [";
  const char* between = "\n";
  for (const ChangedKeys& changed : all) {
    if (!changed.keys && !changed.next) continue;
    text += between + text_of(changed);
    between = ",\n";
  }
  const std::string error = os::write_file(path_, text + "\n]}\n", os::Readers::owner);
  if (error.empty()) return true;
  os::say("amitwin hes: " + error + "\n");
  return false;
}

std::vector<ChangedKeys> read_key_file(const std::string& path, std::vector<std::string>& faults) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  const os::Input input = os::read_text_file(path);
  if (!input.error.empty()) {
    faults.push_back(input.error);
    return {};
  }
  protocol::JsonReader reader(path, input.text);
  std::vector<ChangedKeys> all;
  if (reader.faults().empty()) {
    for (const protocol::JsonNode& node : reader.root().objects("meters")) {
      ChangedKeys& changed = all.emplace_back();
      changed.serial = node.text("serial", 1, kMaxSerialLength);
      changed.changes = static_cast<std::uint32_t>(node.integer("changes", 0, UINT32_MAX));
      changed.reserved = static_cast<std::uint32_t>(node.integer("reserved", 0, UINT32_MAX));
      changed.of_concentrator =
          node.has("concentrator_unicast_key") || node.has("next_concentrator_unicast_key");
      changed.keys = read_keys(node, false, changed.of_concentrator);
      changed.next = read_keys(node, true, changed.of_concentrator);
    }
  }
  if (reader.faults().empty()) return all;
  faults.insert(faults.end(), reader.faults().begin(), reader.faults().end());
  return {};
}

}  // namespace hes
