// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "kernel/assert.hpp"
#include "sim/result/h5_file.hpp"

namespace sim::result {

Hasher::Hasher() : context_(EVP_MD_CTX_new()) {
  TWIN_ASSERT(context_ != nullptr);
  const int started = EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  TWIN_ASSERT(started == 1, started);
}

void Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

void Hasher::add(std::span<const std::uint8_t> octets) {
  EVP_DigestUpdate(context_.get(), octets.data(), octets.size());
}

void Hasher::add(const std::string& text) {
  add(static_cast<std::uint64_t>(text.size()));
  EVP_DigestUpdate(context_.get(), text.data(), text.size());
}

void Hasher::add(std::uint64_t value) {
  std::array<std::uint8_t, 8> octets;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  add(std::span<const std::uint8_t>(octets));
}

std::string Hasher::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets;
  unsigned n = 0;
  EVP_DigestFinal_ex(context_.get(), octets.data(), &n);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < n; ++i) {
    text += kDigits[octets[i] >> 4];
    text += kDigits[octets[i] & 15];
  }
  return text;
}

std::string sha256_hex(const std::string& text) {
  Hasher hasher;
  hasher.add(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  return hasher.hex();
}

Hasher begin_table_digest(const TableSchema& schema, std::uint64_t n_rows) {
  Hasher hasher;
  hasher.add(schema.name);
  hasher.add(static_cast<std::uint64_t>(schema.columns.size()));
  for (const Column& column : schema.columns) {
    hasher.add(column.name);
    hasher.add(column.unit);
    hasher.add(std::string(cell_type_name(column.type)));
    hasher.add(static_cast<std::uint64_t>(column.bytes));
  }
  hasher.add(n_rows);
  return hasher;
}

std::string total_digest(std::vector<std::pair<std::string, std::string>>& tables) {
  std::sort(tables.begin(), tables.end());
  Hasher total;
  for (const auto& [name, digest] : tables) {
    total.add(name);
    total.add(digest);
  }
  return total.hex();
}

std::optional<Digest> digest_of(const std::string& path) {
  const auto file = TableFileReader::open(path);
  if (!file) return {};
  Digest digest;
  for (const TableSchema& table : file->tables()) {
    Hasher hasher = begin_table_digest(table, file->rows_of(table));
    const bool read =
        file->each_block(table, [&](std::span<const std::uint8_t> rows) { hasher.add(rows); });
    if (!read) return {};
    digest.tables.emplace_back(table.name, hasher.hex());
  }
  digest.total = total_digest(digest.tables);
  return digest;
}

}  // namespace sim::result
