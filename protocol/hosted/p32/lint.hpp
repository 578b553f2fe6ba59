// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/hosted/p32/codec.hpp"

namespace protocol::p32 {

// What `amitwin p32 lint FILE` says about a file: XML, gzip, or an HTTP request or answer around
// either.
struct LintReport {
  std::vector<Problem> problems;     // every one found, in the order of the file; empty: good
  std::vector<std::string> remarks;  // legal, but not how we would write it
  std::string container;             // "xml", "gzip", "http request, gzip" ...
  std::string kind;                  // "Report"; empty: not readable
  std::string summary;               // "Report loadProfile, 60 meters, 960 rows"

  bool ok() const { return problems.empty(); }
  // 0 good, 1 a message that breaks the rules, 2 not readable at all (no XML)
  int exit_code() const;
  // Lines for people, "name:line:column: path: what; allowed: ..." first.
  std::string text(std::string_view name) const;
};
LintReport lint(std::string_view octets);

}  // namespace protocol::p32
