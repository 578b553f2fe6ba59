// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// From reset to main on an ARMv7-M core (Arm DDI 0403, B1.5), and what happens when it fails.
#include "meter/port/cortex_m4/link.hpp"
#include "protocol/assert.hpp"

extern "C" {
// Named by the linker script.
extern std::uint32_t board_data_load[], board_data_begin[], board_data_end[];
extern std::uint32_t board_bss_begin[], board_bss_end[];
extern std::uint32_t board_stack_begin[], board_stack_end[];

int main();
[[noreturn]] void board_reset();
[[noreturn]] void board_fault();

// newlib's hooks of static destructors: nothing of this image ever ends.
void* __dso_handle = nullptr;
int __aeabi_atexit(void*, void (*)(void*), void*) { return 0; }
}

namespace meter::port {

namespace {

constexpr std::uint32_t kPaint = 0xC5C5C5C5;

}  // namespace

// Up to a little below this function's own frame.
[[gnu::noinline]] void paint_stack() {
  const auto* const here = static_cast<std::uint32_t*>(__builtin_frame_address(0)) - 32;
  for (volatile std::uint32_t* word = board_stack_begin; word < here; ++word) *word = kPaint;
}

std::uint32_t stack_high_water() {
  const std::uint32_t* word = board_stack_begin;
  while (word < board_stack_end && *word == kPaint) ++word;
  return static_cast<std::uint32_t>(board_stack_end - word) * sizeof(*word);
}

namespace {

[[noreturn]] void stop(const char* text) {
  Link line(kUart0, kUart0ReceiveIrq);
  const std::size_t n = std::strlen(text);
  line.begin(Kind::fault, n);
  line.put({reinterpret_cast<const std::uint8_t*>(text), n});
  line.end();
  for (;;) __asm volatile("wfi");
}

}  // namespace
}  // namespace meter::port

// The condition names itself; file and line follow from it.
void protocol::assert_failed(const char* condition, const char*, int) {
  meter::port::stop(condition);
}

extern "C" {

void board_fault() { meter::port::stop("the core faulted"); }

// No library call before the FPU is on: memcpy may use its registers.
[[gnu::section(".reset")]] void board_reset() {
  meter::port::mmio(meter::port::kCoprocessorAccess) |= 0xFu << 20;  // CP10, CP11: full access
  __asm volatile("cpsid i\n dsb\n isb" ::: "memory");
  volatile std::uint32_t* to = board_data_begin;
  for (const std::uint32_t* from = board_data_load; to < board_data_end; ++from) *to++ = *from;
  for (volatile std::uint32_t* word = board_bss_begin; word < board_bss_end; ++word) *word = 0;
  meter::port::paint_stack();
  main();
  board_fault();
}

using Handler = void (*)();
struct VectorTable {
  const std::uint32_t* stack;
  Handler handlers[15];  // reset, NMI, faults ...; interrupts are masked and only end a sleep
};
extern const VectorTable board_vectors;
[[gnu::section(".vectors"), gnu::used]] const VectorTable board_vectors = {
    board_stack_end,
    {board_reset, board_fault, board_fault, board_fault, board_fault, board_fault, nullptr, nullptr,
     nullptr, nullptr, board_fault, board_fault, nullptr, board_fault, board_fault}};
}
