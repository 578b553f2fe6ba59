// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/afe/afe.hpp"
#include "models/core/grid/mains.hpp"
#include "models/core/load/household.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/wan/cell.hpp"
#include "models/core/wan/ethernet.hpp"
#include "plc-channel/channel/channel.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// The scenario's words in the models' own: the only place that knows both.
models::MainsConfig mains_config(const Scenario& scenario);
models::AfeSpread afe_spread(const Scenario& scenario);
models::DeviceSpread device_spread(const Scenario& scenario);
models::HouseholdConfig household_config(const Scenario& scenario);
models::wan::CellConfig cell_config(const Scenario& scenario);
models::wan::EthernetConfig ethernet_config(const Scenario& scenario);
// Of concentrator `number`, counted from 1.
plc::FeederConfig feeder_config(const Scenario& scenario, std::uint32_t number);
plc::ChannelConfig channel_config(const Scenario& scenario);

}  // namespace sim::run
