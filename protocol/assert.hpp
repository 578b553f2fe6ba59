// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace protocol {

// Supplied once by whoever links the firmware or the program: prints and stops on a host,
// resets with a logged reason on a meter. Stays active in release builds.
[[noreturn]] void assert_failed(const char* condition, const char* file, int line);

}  // namespace protocol

#define PROTOCOL_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::protocol::assert_failed(#condition, __FILE__, __LINE__))
