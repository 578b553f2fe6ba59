// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

namespace fuzz {

// What a rig expects holds here too: the first failure stops the target.
inline const bool kRigFailuresStop = [] {
  testing::GTEST_FLAG(break_on_failure) = true;
  return true;
}();

}  // namespace fuzz
