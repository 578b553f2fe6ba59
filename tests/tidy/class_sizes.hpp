// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/tidy/source_tree.hpp"

namespace tidy {

struct ClassSize {
  std::string name;  // with its namespaces and outer classes, e.g. "protocol::dlms::Server"
  std::string file;
  int line = 0;
  int methods = 0;  // without constructors, destructors and what is defaulted or deleted
  int members = 0;  // data of an object, not of the class
};

// All classes and structs with a body, in order. By tokens: knows the C++ of this tree, not all of
// it; what it does not know counts as one member.
std::vector<ClassSize> class_sizes(const SourceFile& file);

}  // namespace tidy
