// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The head-end as a program of its own, for tests that need another process.
#include "hes-stub/program/hes_main.hpp"

int main(int argc, char** argv) { return hes::hes_main(argc, argv); }
