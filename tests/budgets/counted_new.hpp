// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace budgets {

// By operator new of this program, not yet given back.
std::size_t octets_held();

}  // namespace budgets
