// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hes-stub/ports/key_vault.hpp"

namespace hes {

// Changed keys in a file that only its owner can read (docs/head-end.md), replaced as a whole and
// on the disk before save() returns.
class KeyFile final : public KeyVault {
 public:
  // `loaded`: what read_key_file() found.
  KeyFile(std::string path, std::vector<ChangedKeys> loaded)
      : path_(std::move(path)), loaded_(std::move(loaded)) {}

  std::vector<ChangedKeys> load() override { return loaded_; }
  bool save(std::span<const ChangedKeys> all) override;

 private:
  std::string path_;
  std::vector<ChangedKeys> loaded_;
};

// Beside the store.
inline std::string key_file_of(const std::string& store) { return store + ".keys.json"; }
// No file holds nothing. Faults name file, place and what is allowed, never a key.
std::vector<ChangedKeys> read_key_file(const std::string& path, std::vector<std::string>& faults);

}  // namespace hes
