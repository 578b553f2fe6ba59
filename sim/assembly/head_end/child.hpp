// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim::run {

// Whether a file of that name is one that a child is told to read: a killed run leaves it.
bool is_childs_file(std::string_view name);

// `amitwin hes` of this very program as a child on loopback ports, for lockstep mode.
class HeadEndChild {
 public:
  // The inventory holds keys: its file is readable by this user only and gone as soon as the child
  // has read it. Throws std::runtime_error when the child does not come up.
  HeadEndChild(const std::string& folder, const std::string& store_path,
               const std::string& inventory, const std::vector<std::string>& templates);
  // Waits for the child; kills it when it does not end by itself.
  ~HeadEndChild();
  HeadEndChild(const HeadEndChild&) = delete;
  HeadEndChild& operator=(const HeadEndChild&) = delete;

  std::uint16_t control_port() const { return control_port_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::uint16_t control_port_ = 0;
};

}  // namespace sim::run
