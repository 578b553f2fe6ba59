// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/entry.hpp"

#include <new>

#include "cm1/fw/module.hpp"

namespace cm1::fw {
namespace {

Module& module(void* instance) { return *static_cast<Module*>(instance); }

static_assert(alignof(Module) <= 16);

constexpr cm1_firmware kFirmware = {
    .version = CM1_HAL_VERSION,
    .size = sizeof(cm1_firmware),
    .name = "CM1",
    .revision = "1.0.0",
    .instance_bytes = sizeof(Module),
    .init =
        [](void* instance, const cm1_hal* hal) {
          PROTOCOL_ASSERT(hal->version == CM1_HAL_VERSION && hal->size >= sizeof(cm1_hal));
          ::new (instance) Module(*hal);
        },
    .provision =
        [](void* instance, const cm1_provision* data) {
          return module(instance).provision(*data) ? 0 : -1;
        },
    .boot = [](void* instance) { module(instance).boot(); },
    .on_alarm = [](void* instance) { module(instance).on_alarm(); },
    .on_rs485 = [](void* instance, const std::uint8_t* bytes,
                   std::uint32_t n) { module(instance).on_rs485(Bytes(bytes, n)); },
    .on_modem = [](void* instance, cm1_modem_state state) { module(instance).on_modem(state); },
    .on_socket_open = [](void* instance, int socket,
                         int incoming) { module(instance).on_socket_open(socket, incoming != 0); },
    .on_socket_data =
        [](void* instance, int socket, const std::uint8_t* data, std::uint32_t n) {
          module(instance).on_socket_data(socket, Bytes(data, n));
        },
    .on_socket_closed = [](void* instance, int socket,
                           cm1_close_reason) { module(instance).on_socket_closed(socket); },
    .on_socket_drained = [](void* instance, int) { module(instance).on_socket_drained(); },
};

}  // namespace
}  // namespace cm1::fw

extern "C" const struct cm1_firmware* cm1_builtin_firmware(void) { return &cm1::fw::kFirmware; }
