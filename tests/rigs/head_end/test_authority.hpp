// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace hes_test {

// A certificate authority made on the spot, with keys and certificates as PEM files in a folder of
// its own that goes away with it.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  struct Files {
    std::string certificate;
    std::string key;
  };
  Files issue(const std::string& common_name);
  const std::string& certificate() const { return own_.certificate; }
  // An Ed25519 key, PKCS#8.
  std::string signing_key();

 private:
  struct Made;
  std::string folder_;
  Files own_;
  Made* made_;
};

}  // namespace hes_test
