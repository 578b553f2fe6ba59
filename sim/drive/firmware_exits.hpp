// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sim::run {

// This program's own _exit, _Exit, sigaction and signal stand in front of the C library's, for
// shared objects too: a firmware that calls one of them from within an upcall is told to
// guard_leaving(). Calling this links them in.
void watch_exits();

}  // namespace sim::run
