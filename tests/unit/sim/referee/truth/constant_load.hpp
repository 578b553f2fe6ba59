// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/load/source.hpp"

struct ConstantLoad : models::LoadSource {
  explicit ConstantLoad(models::HomeLoad home_load) : load(home_load) {}
  models::HomeLoad at(std::int64_t) const override { return load; }
  models::HomeLoad load;
};
