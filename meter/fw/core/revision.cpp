// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/core/revision.hpp"

namespace meter::fw {

const char kRevision[12] = "1.0.0";

}  // namespace meter::fw
