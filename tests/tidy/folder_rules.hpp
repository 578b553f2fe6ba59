// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace tidy {

// Who may include whom (docs/architecture.md, "The house"), as prefixes of paths.
struct Rule {
  std::vector<std::string> folders;    // the longest matching prefix over all rules decides
  std::vector<std::string> own;        // project headers it may include
  std::vector<std::string> libraries;  // beginnings of <...> headers beyond the standard library
  bool freestanding;                   // of the standard library only what needs no heap and no OS
};

const std::vector<Rule>& folder_rules();
const Rule* rule_for(const std::string& path);

}  // namespace tidy
