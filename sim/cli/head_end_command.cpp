// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/hes_main.hpp"
#include "sim/cli/commands.hpp"

namespace sim::cli {

int head_end(int argc, char** argv) { return hes::hes_main(argc, argv); }

}  // namespace sim::cli
