// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hes {

// `amitwin hes ...`: the head-end by itself; argv[0] is the name shown in its help. Exit
// codes are those of os/exit_code.hpp: a server ends by a signal, 130; in lockstep it ends with the
// run, 0.
int hes_main(int argc, char** argv);

}  // namespace hes
