// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The program that the precompiled headers of the tests belong to; it tests nothing.
