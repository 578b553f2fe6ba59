// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace os {

// What this program was built from and how; no paths of the machine that built it. In the
// attributes of results and in what people read, never in a digest.
struct Build {
  const char* version;   // of the project, "0.1.0"
  const char* commit;    // "1a2b3c4d5e6f", with "+" when files differed from it; "unknown": no git
  const char* compiler;  // "GNU 12.2.0"
  const char* flags;     // of the preset and of the whole tree
};
const Build& build();

}  // namespace os
