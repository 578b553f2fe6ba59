// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/budgets/counted_new.hpp"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {
std::size_t held = 0;
}

namespace budgets {
std::size_t octets_held() { return held; }
}  // namespace budgets

void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  held += malloc_usable_size(memory);
  return memory;
}
void operator delete(void* memory) noexcept {
  held -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
