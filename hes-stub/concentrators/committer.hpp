// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hes {

// Writes the store now; what waited for it is told.
class Committer {
 public:
  virtual void commit_now() = 0;

 protected:
  ~Committer() = default;
};

}  // namespace hes
