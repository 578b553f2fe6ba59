// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>

namespace protocol::p32 {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, in a gzip wrapper
constexpr int kLevel = 6;
constexpr int kMemory = 8;
constexpr std::size_t kStep = 64u << 10;

// zlib counts in unsigned int; nobody's message is that long.
uInt length(std::size_t n) {
  if (n > 0xFFFF'FFFFu) throw std::length_error("gzip: more than 4 GiB");
  return static_cast<uInt>(n);
}

Bytef* octets_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

bool is_gzip(std::string_view octets) { return octets.substr(0, 2) == "\x1F\x8B"; }

std::string gzip(std::string_view octets) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: no memory");
  }
  std::string packed(deflateBound(&stream, octets.size()), '\0');
  stream.next_in = octets_of(octets);
  stream.avail_in = length(octets.size());
  stream.next_out = octets_of(packed);
  stream.avail_out = length(packed.size());
  const int outcome = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (outcome != Z_STREAM_END) throw std::runtime_error("zlib: deflate");
  return packed;
}

std::optional<std::string> gunzip(std::string_view octets, std::size_t octets_max) {
  z_stream stream{};
  if (octets.size() > 0xFFFF'FFFFu || inflateInit2(&stream, kGzipWindow) != Z_OK) return {};
  stream.next_in = octets_of(octets);
  stream.avail_in = length(octets.size());
  std::string plain;
  int outcome = Z_OK;
  // One octet of room above the limit tells "just fits" from "too long".
  while (outcome == Z_OK && plain.size() <= octets_max) {
    const std::size_t had = plain.size();
    const std::size_t room = std::min(std::max(kStep, had), octets_max + 1 - had);
    plain.resize(had + room);
    stream.next_out = octets_of(plain) + had;
    stream.avail_out = length(room);
    outcome = inflate(&stream, Z_NO_FLUSH);
    plain.resize(plain.size() - stream.avail_out);
    if (outcome == Z_OK && plain.size() == had) break;  // cut short
  }
  const bool whole = outcome == Z_STREAM_END && stream.avail_in == 0 && plain.size() <= octets_max;
  inflateEnd(&stream);
  if (!whole) return {};
  return plain;
}

}  // namespace protocol::p32
