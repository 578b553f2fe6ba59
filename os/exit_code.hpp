// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace os {

// Exit status of every command, the head-end's included.
inline constexpr int kGood = 0;
inline constexpr int kFailed = 1;     // an expectation failed, two results differ, a meter said no
inline constexpr int kBadInput = 2;   // and nothing was run
inline constexpr int kFirmware = 3;   // a firmware under test crashed or looped
inline constexpr int kSaturated = 4;  // the machine could not keep the pace asked for
inline constexpr int kEnvironment = 5;  // disk, full output, rank, a peer that is not there
inline constexpr int kInterrupted = 130;

}  // namespace os
