// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The objects of an upgrade: rows of object_rows.hpp.
#pragma once

#include "meter/fw/cosem/object_row.hpp"

namespace meter::fw {

inline constexpr std::uint8_t kImageScriptTable = 2;  // `which` of script tables

inline constexpr auto kImageRows = std::to_array<Row>({
    row<classes::ImageTransfer>(classes::kImageTransferName, kMetering)
        .writable(kManagers, {classes::ImageTransfer::kImageTransferEnabled})
        .callable(kManagers,
                  {classes::ImageTransfer::kImageTransferInitiate,
                   classes::ImageTransfer::kImageBlockTransfer,
                   classes::ImageTransfer::kImageVerify, classes::ImageTransfer::kImageActivate}),
    row<classes::SingleActionSchedule>(classes::kImageActivationSchedule, kMetering)
        .writable(kManagers, {classes::SingleActionSchedule::kExecutionTime}),
    row<classes::ScriptTable>(classes::kImageActivationScripts, kMetering, kImageScriptTable)
        .callable(kManagers, {classes::ScriptTable::kExecute}),
});

}  // namespace meter::fw
