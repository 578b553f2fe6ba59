// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/uart_block.hpp"

namespace models {

UartBlock::UartBlock(DeviceLife& life, const CpuBlock& cpu, UpcallGate& gate)
    : life_(life), cpu_(cpu) {
  for (unsigned port = 0; port < METER_UARTS; ++port) {
    receivers_[port].gate_ = &gate;
    receivers_[port].port_ = static_cast<meter_uart>(port);
  }
}

bool UartBlock::configure(meter_uart port, const meter_uart_line* line) {
  if (port >= METER_UARTS || line == nullptr) return life_.refuse();
  const std::uint32_t baud = port == METER_UART_RS485 ? 19'200 : 115'200;  // data sheet
  return lines_[port] != nullptr && line->baud == baud && line->data_bits == 8 &&
         line->parity == METER_PARITY_NONE && line->stop_bits == 1 &&
         line->mode == METER_UART_FRAMES;
}

void UartBlock::Receiver::on_frame(kernel::TimeNs, std::span<const std::uint8_t> frame) {
  gate_->upcall([&](const meter_firmware& firmware, void* instance) {
    firmware.on_uart(instance, port_, frame.data(), static_cast<std::uint32_t>(frame.size()));
  });
}

}  // namespace models
