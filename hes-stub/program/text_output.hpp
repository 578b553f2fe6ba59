// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "hes-stub/store/store.hpp"

namespace hes {

// An integer times 10^scaler, exactly.
std::string scaled_text(std::int64_t value, int scaler);

struct TextRange {
  std::optional<std::int64_t> from_utc_s;  // default: where collecting began
  std::optional<std::int64_t> to_utc_s;    // default: the newest row of any meter
};

// What is missing, one run a line: serial, profile, first and last stamp, count, and whether the
// meter was asked. Returns how many stamps are missing.
std::uint64_t print_missing(Store& store, const TextRange& range, std::FILE* out);
// All rows as CSV, profile by profile, each with a header line; columns in docs/head-end.md.
void print_csv(Store& store, const TextRange& range, std::FILE* out);

}  // namespace hes
