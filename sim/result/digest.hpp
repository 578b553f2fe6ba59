// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/result/table_schema.hpp"

struct evp_md_ctx_st;  // OpenSSL

namespace sim::result {

// SHA-256 in portions.
class Hasher {
 public:
  Hasher();
  void add(std::span<const std::uint8_t> octets);
  void add(const std::string& text);  // with its length, so that texts cannot run into each other
  void add(std::uint64_t value);
  std::string hex();  // once, at the end

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};
std::string sha256_hex(const std::string& text);

// Of the logical content: names, types, units and cells of all tables. Not of the file's
// attributes, so that two ways to run one scenario (--set sim.lazy=false) can be held against each
// other; nor of the compression.
struct Digest {
  std::string total;
  std::vector<std::pair<std::string, std::string>> tables;  // name, digest; by name
};

// The digest of one table: the head, then its rows in portions of any size.
Hasher begin_table_digest(const TableSchema& schema, std::uint64_t n_rows);
std::string total_digest(std::vector<std::pair<std::string, std::string>>& tables);

// None: no such file, or not a result file.
std::optional<Digest> digest_of(const std::string& path);

}  // namespace sim::result
