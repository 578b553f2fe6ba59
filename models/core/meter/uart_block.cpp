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

void UartBlock::Receiver::on_frame(kernel::TimeNs, std::span<const std::uint8_t> frame) {
  gate_->upcall([&](const meter_firmware& firmware, void* instance) {
    firmware.on_uart(instance, port_, frame.data(), static_cast<std::uint32_t>(frame.size()));
  });
}

}  // namespace models
