// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hes {

// `amitwin hes ...`: the head-end by itself; argv[0] is the name shown in its help. Exit code 0
// clean stop, 1 something failed on the way, 2 bad options or files.
int hes_main(int argc, char** argv);

}  // namespace hes
