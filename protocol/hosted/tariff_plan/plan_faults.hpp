// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/hosted/tariff_plan/plan.hpp"

namespace protocol::tariff {

// Why a meter with the limits of the data sheets would not take it, or not put it into force: the
// first reason; empty: none.
std::string refusal_of(const Plan& plan);

}  // namespace protocol::tariff
