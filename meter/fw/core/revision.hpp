// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace meter::fw {

inline constexpr char kRevision[] = "1.0.0";

}  // namespace meter::fw
