// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace meter::fw {

// Zero padded. In a translation unit of its own, so that a revision is one object at the link.
extern const char kRevision[12];

}  // namespace meter::fw
