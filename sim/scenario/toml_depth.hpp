// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "sim/scenario/problem.hpp"

namespace sim::run {

// Tables within tables, whether by brackets or by dots. The library that parses TOML calls itself
// once a level, as does everything that goes through what it made; of brackets it counts 256, of
// the dots of a key none.
inline constexpr std::size_t kMostTomlLevels = 256;

// Where a text goes deeper than that, to be asked before it is parsed; nothing: nowhere.
std::optional<Place> too_deep(std::string_view toml);

}  // namespace sim::run
